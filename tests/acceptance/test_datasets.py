"""The whole product on data that nobody here made: train, start, decide, answer, count.

`HANDOFF_ACCEPTANCE_ROWS=1000` trains on and runs the full tables; by default 100 rows run, and the tickets' model
learns from every fourth row. Without the data sets beside the project the rows are made up.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from orchestrator.demo import applicants
from tests.services.installation import ROOT, Installation
from tests.services.postgres import Postgres
from tests.services.redis import Redis

pytestmark = [pytest.mark.real, pytest.mark.corpus]
DATASETS = ROOT.parent / "shared" / "datasets"
DRAWING = Path(__file__).parent / "files" / "triage.bpmn"
ROWS = int(os.environ.get("HANDOFF_ACCEPTANCE_ROWS", "100"))
IS_WHOLE = ROWS >= 1000
ANSWERED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of cases with the answer each should get."""

    name: str
    label: str
    training: tuple[str, ...]  #: options of train_model beside the file and the label
    every: int = 1  #: in a quick run the model learns from every n-th row

    def rows(self) -> list[dict[str, str]]:
        """Return its rows, made up when the data set is not there."""
        path = DATASETS / self.name
        if not path.exists():
            print(f"{path.name} is not there: the rows are made up.")
            return self.made_up()
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def made_up(self) -> list[dict[str, str]]:
        """Return rows of the same shape."""
        if self.label == "category":
            words = {"card": "my card has not come", "cash": "the machine kept my money", "rate": "what is the rate"}
            return [{"text": f"{text} {n}", "category": key, "split": "test" if n % 3 == 0 else "train"}
                    for n in range(400) for key, text in words.items()]  # fmt: skip
        return [{**row, "risk": row.popitem()[1], "personal_status_sex": "-", "foreign_worker": "-"}
                for row in applicants.past(1000, seed=7)]  # fmt: skip


LOANS = Table(name="loan_german_credit.csv", label="risk",
              training=("--drop", "personal_status_sex,foreign_worker", "--rows", "500"))  # fmt: skip
TICKETS = Table(name="tickets_banking77.csv", label="category",
                training=("--text", "text", "--split-column", "split", "--train-value", "train"), every=4)  # fmt: skip


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _case(row: dict[str, str], table: Table, number: int) -> dict[str, str]:
    """Return a row without the answer it should get."""
    hidden_from_it = {table.label, "split"}
    return {"number": str(number), **{name: value for name, value in row.items() if name not in hidden_from_it}}


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Installation]:
    """Return a whole installation on PostgreSQL and Redis with two workers."""
    with (
        Postgres() as postgres,
        Redis() as redis,
        Installation(home=tmp_path, environment={"DATABASE_URL": postgres.url, "BROKER_URL": redis.url}) as running,
    ):
        yield running


def asked(it: Installation, query: str) -> list[tuple[Any, ...]]:
    """Return what the database says."""
    with psycopg.connect(it.environment["DATABASE_URL"]) as server:
        return server.execute(query).fetchall()


@contextmanager
def person(it: Installation) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Give a reviewer's two ways in: REST with a token, the pages with a session."""
    it.manage("shell", "-c", (
        "from django.contrib.auth.models import Group, User;"
        " u = User.objects.create_user('rita', password='acceptance-only');"
        " u.groups.add(Group.objects.get_or_create(name='reviewer')[0])"
    ))  # fmt: skip
    base = f"http://127.0.0.1:{it.port}"
    token = it.manage("create_token", "rita").strip()
    authorization = {"Authorization": f"Token {token}"}
    with (
        httpx.Client(base_url=f"{base}/api/v1", headers=authorization, timeout=30) as rest,
        httpx.Client(base_url=base, follow_redirects=True, timeout=30) as pages,
    ):
        form = hidden(pages.get("/sign-in/").text)
        known = {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"], "username": "rita", "password": "acceptance-only"}
        signed_in = pages.post("/sign-in/", data=known, headers={"Referer": base})
        assert signed_in.status_code == 200, signed_in.text
        yield rest, pages


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms, the last of a name winning."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(fields)


def answer_over_rest(rest: httpx.Client, task: dict[str, Any], label: str) -> None:
    """Answer a task by REST."""
    done = rest.post(f"/tasks/{task['id']}/complete", json={"variables": {"label": label}})
    assert done.status_code == 200, done.text


def answer_on_the_page(pages: httpx.Client, task: dict[str, Any], label: str) -> None:
    """Answer a task as the page's form does without JavaScript."""
    page = pages.get(f"/tasks/{task['id']}/")
    assert page.status_code == 200, page.text
    form = page.text[page.text.index('class="pad stack answer"') - 200 :]
    is_another = f'value="{label}"' in form  # the suggested answer itself is confirmed, not chosen
    data = {**hidden(form), "answer": "correct" if is_another else "confirm", "comment": "Looked at the file."}
    field = re.search(r'name="((?:f-)?label)"', form)
    if field and is_another:
        data[field[1]] = label
    sent = pages.post(f"/tasks/{task['id']}/answer/", data=data, headers={"Referer": str(pages.base_url)})
    assert sent.status_code == 200, sent.text


@pytest.mark.parametrize("table", [LOANS, TICKETS], ids=["loans", "tickets"])
def test_every_case_ends_or_waits_where_it_should(it: Installation, tmp_path: Path, table: Table) -> None:
    rows = table.rows()
    training = write(tmp_path / "training.csv", rows if IS_WHOLE else rows[:: table.every])
    print(it.manage("train_model", "acceptance", "--csv", str(training), "--label", table.label, *table.training,
                    "--result-variable", "answer", seconds=600))  # fmt: skip
    it.manage("deploy", str(DRAWING))
    cases = rows if table is LOANS else [row for row in rows if row["split"] == "test"]
    cases = cases[: ROWS if table is LOANS else ROWS * 2]
    path = write(tmp_path / "cases.csv", [_case(row, table, n) for n, row in enumerate(cases)])
    said = it.manage("start_cases", "triage", "--csv", str(path), "--key-column", "number", "--json", seconds=900)
    summary = json.loads(said[said.index("{") :])
    print(summary)
    assert summary["started"] == len(cases)
    assert summary["incidents"] == 0
    states = Counter(dict(asked(it, "SELECT state, count(*) FROM orchestrator_instance GROUP BY state")))
    assert states["completed"] + states["awaiting-authorization"] == len(cases)

    truth = {str(n): row[table.label] for n, row in enumerate(cases)}
    with person(it) as (rest, pages):
        waiting = rest.get("/tasks", params={"state": "open", "limit": 200}).json()["results"]
        waiting = [task for task in waiting if task["kind"] != "audit"]  # their cases have gone on
        todo = waiting[: min(ANSWERED, len(waiting))]
        for place, task in enumerate(todo):
            answer = answer_over_rest if place % 2 else answer_on_the_page
            answer(rest if place % 2 else pages, task, truth[task["business_key"]])
    after = Counter(dict(asked(it, "SELECT state, count(*) FROM orchestrator_instance GROUP BY state")))
    assert after["completed"] == states["completed"] + len(todo)
    assert sum(after.values()) == len(cases)
    assert asked(it, "SELECT count(*) FROM decisions_outcome") == [(len(todo),)]
    assert asked(it, "SELECT count(*), count(DISTINCT idempotency_key) FROM decisions_decisionrecord") == [
        (len(cases), len(cases))
    ]
    per_job = asked(it, "SELECT max(n) FROM (SELECT count(*) n FROM orchestrator_job GROUP BY instance_id, token) j")
    assert per_job == [(1,)]
    by_model = asked(it, "SELECT count(*) FROM decisions_decisionrecord WHERE route = 'auto'")
    ended = asked(it, "SELECT element, count(*) FROM orchestrator_activity WHERE kind = 'endEvent' GROUP BY element")
    assert dict(ended).get("Event_model", 0) == by_model[0][0]
    assert dict(ended).get("Event_person", 0) == len(todo)
