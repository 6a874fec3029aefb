"""A batch of cases whose service tasks call a system outside, and what must be true of it in the end."""

from __future__ import annotations

import csv
import sqlite3
import time
from collections import Counter
from pathlib import Path

import psycopg

from tests.services.installation import Installation
from tests.services.receiver import Receiver

DRAWING = Path(__file__).parent / "files" / "two_calls.bpmn"
STEPS = ("first", "second")


class Cases:
    """Instances of `two-calls` in an installation."""

    def __init__(self, it: Installation, receiver: Receiver, count: int) -> None:
        self._it = it
        self._receiver = receiver
        self._names = [f"case-{number}" for number in range(1, count + 1)]

    def start(self) -> None:
        """Upload the drawing and start every case."""
        table = self._it.home / "cases.csv"
        with table.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["case", "url"])
            writer.writerows([name, f"http://{self._receiver.address}/"] for name in self._names)
        self._it.manage("deploy", str(DRAWING))
        self._it.manage("start_cases", "two-calls", "--csv", str(table), "--key-column", "case", "--wait", "0")

    def states(self) -> Counter[str]:
        """Return how many instances are in each state, as the database says; empty while it is away."""
        query = "SELECT state, count(*) FROM orchestrator_instance GROUP BY state"
        url = self._it.environment.get("DATABASE_URL")
        try:
            if url is None:
                with sqlite3.connect(self._it.home / "handoff.sqlite3", timeout=20) as connection:
                    return Counter(dict(connection.execute(query).fetchall()))
            with psycopg.connect(url, connect_timeout=5) as server:
                return Counter(dict(server.execute(query).fetchall()))
        except (psycopg.OperationalError, sqlite3.OperationalError):
            return Counter()

    def wait_until_all_ended(self, *, seconds: float) -> float:
        """Return after how many seconds every case had come to its end."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            states = self.states()
            if states["completed"] == len(self._names):
                return time.monotonic() - began
            time.sleep(0.3)
        raise AssertionError(f"after {seconds} s: {dict(states)}\n{self._it.last_words()}")

    def assert_every_effect_happened_once(self) -> None:
        """Every step of every case was asked for under one idempotency key, and no other was."""
        assert set(self._receiver.effects) == {f"{name}/{step}" for name in self._names for step in STEPS}
        twice = {effect: keys for effect, keys in self._receiver.effects.items() if len(keys) > 1}
        assert twice == {}
