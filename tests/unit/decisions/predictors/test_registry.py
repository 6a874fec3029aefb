"""Loaded predictors: found by kind, checked by hash, kept within bounds."""

import json

import pytest

from decisions.edge.canonical import sha256
from decisions.predictors.base import Artefact
from decisions.predictors.errors import ArtefactCorrupt, UnknownKind
from decisions.predictors.registry import Registry

KINDS = {"fake": "decisions.predictors.fake.load"}


def _artefact(name="a", **changes):
    data = json.dumps({"probabilities": {name: 0.8, "other": 0.2}}).encode()
    return Artefact(**{"sha256": sha256(data), "data": data, "labels": (name, "other"), "schema": {}, **changes})


@pytest.fixture
def registry():
    return Registry(lambda: KINDS, limit=2)


def test_a_predictor_is_loaded_once(registry):
    calls = []
    first = registry.get(kind="fake", key="1", artefact=lambda: calls.append(1) or _artefact())
    second = registry.get(kind="fake", key="1", artefact=lambda: calls.append(1) or _artefact())
    assert first is second
    assert calls == [1]


def test_the_least_used_is_dropped(registry):
    for key in ("1", "2", "1", "3"):
        registry.get(kind="fake", key=key, artefact=_artefact)
    calls = []
    registry.get(kind="fake", key="1", artefact=lambda: calls.append("1") or _artefact())
    registry.get(kind="fake", key="2", artefact=lambda: calls.append("2") or _artefact())
    assert calls == ["2"]
    assert len(registry) == 2


def test_other_bytes_than_registered_are_refused_and_not_kept(registry):
    with pytest.raises(ArtefactCorrupt):
        registry.get(kind="fake", key="1", artefact=lambda: _artefact(sha256="0" * 64))
    assert len(registry) == 0


def test_an_unknown_kind_says_which_are_known(registry):
    with pytest.raises(UnknownKind, match="fake"):
        registry.get(kind="onnx", key="1", artefact=_artefact)
