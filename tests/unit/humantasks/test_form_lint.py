"""A form file is read, and everything that is wrong with it is told at once."""

from __future__ import annotations

import orjson
import pytest

from humantasks.forms import lint


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"not json", "form_not_json"),
        (b"[]", "form_without_components"),
        (b'{"components": 1}', "form_without_components"),
        (b" " * (2 * 1024 * 1024 + 1), "form_too_large"),
    ],
)
def test_a_file_that_is_no_form_is_refused(data, code):
    form, problems = lint.read(data, file="x.form")
    assert form is None
    assert [(problem.code, problem.file, problem.severity) for problem in problems] == [(code, "x.form", "error")]


@pytest.mark.parametrize(
    ("components", "codes"),
    [
        ([{"type": "textfield", "key": "a"}], []),
        ([{"type": "textfield", "key": "a"}, {"type": "number", "key": "a"}], ["field_twice"]),
        ([{"type": "hologram", "key": "a"}], ["component_unknown"]),
        ([{"type": "iframe", "id": "f"}], ["component_not_shown"]),
        ([{"type": "radio", "key": "a"}], ["choice_without_options"]),
        ([{"type": "textfield", "key": "a", "validate": {"pattern": "(("}}], ["pattern_invalid"]),
        (["nonsense"], ["component_not_an_object"]),
    ],
)
def test_problems_inside_name_the_component(components, codes):
    form, problems = lint.read(orjson.dumps({"components": components}))
    assert form is not None
    assert [problem.code for problem in problems] == codes


def test_groups_too_deep_in_each_other_are_refused():
    part: dict = {"type": "textfield", "key": "x"}
    for _ in range(30):
        part = {"type": "group", "components": [part]}
    _, problems = lint.read(orjson.dumps({"components": [part]}))
    assert "form_too_deep" in [problem.code for problem in problems]
