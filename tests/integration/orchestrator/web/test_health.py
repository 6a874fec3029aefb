"""`GET /healthz`: what is up, what is down, and an answer in any case."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from orchestrator.models import Heartbeat
from orchestrator.runtime import heartbeats
from orchestrator.web import health

pytestmark = pytest.mark.django_db(transaction=True)


def beat(part: str, seconds_ago: int = 0) -> None:
    Heartbeat.objects.create(part=part, at=timezone.now() - timedelta(seconds=seconds_ago))


def test_all_is_up(client: Client) -> None:
    beat("worker:one")
    beat("beat")
    answer = client.get("/healthz")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["status"] == "up"


def test_it_says_which_part_is_down(client: Client) -> None:
    beat("worker:one", seconds_ago=heartbeats.SILENT_SECONDS + 1)
    beat("beat")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert [part for part, word in answer.json().items() if word == "down"] == ["worker"]


def test_one_of_two_workers_is_enough(client: Client) -> None:
    beat("worker:one", seconds_ago=3600)
    beat("worker:two")
    beat("beat")
    assert client.get("/healthz").status_code == 200


def test_a_database_that_refuses_is_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OperationalError("refused")

    monkeypatch.setattr(heartbeats, "up", refuse)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


def test_a_database_that_hangs_does_not_hold_the_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(health, "database_look", health.Look(lambda: released.wait(30) and None))
    since = time.monotonic()
    answer = client.get("/healthz")
    took = time.monotonic() - since
    released.set()
    assert answer.json()["database"] == "down"
    assert took < 2


def test_a_beat_is_noted_once_per_part() -> None:
    heartbeats.beat(part="beat")
    heartbeats.beat(part="beat")
    assert Heartbeat.objects.filter(part="beat").count() == 1


def test_parts_that_were_silent_for_a_day_are_forgotten() -> None:
    beat("worker:gone", seconds_ago=heartbeats.FORGOTTEN_SECONDS + 1)
    heartbeats.beat(part="beat")
    assert not Heartbeat.objects.filter(part="worker:gone").exists()
