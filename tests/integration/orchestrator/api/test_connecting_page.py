"""The examples of docs/connecting.md, sent as they stand there, and its worker, run as it stands there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User

from humantasks.models import HumanTask
from orchestrator.api.authentication import issue
from orchestrator.api.errors import STATUS
from orchestrator.config.wsgi import application
from orchestrator.models import Instance, Job, JobState
from tests.drawings import human
from tests.http_examples import DOCS, send_all
from tests.unit.bpmn.engine.draw import catch, correlated, drawing, end, message, service, start

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = (DOCS / "connecting.md").read_text(encoding="utf-8")
#: the codes of Django REST framework, which errors.py does not list
OF_THE_FRAMEWORK = {"parse_error", "not_authenticated", "authentication_failed"}


@pytest.fixture
def order(upload: Callable[..., Any]) -> None:
    """Deploy the process that the page speaks of."""
    charge = service("charge", '<extensionElements><zeebe:taskDefinition type="charge"/></extensionElements>')
    paid = catch("paid", message(correlated("paid", "=order")))
    upload(drawing(start(), charge, paid, end(), "s > charge > paid > e", process="order").encode())


@pytest.fixture
def case(order: None, start: Callable[..., Any]) -> Instance:
    """Return a case that waits for a worker."""
    begun = start("order", order="O-16", amount=80)
    Instance.objects.filter(id=begun.id).update(business_key="O-16")
    return Instance.objects.get(id=begun.id)


@pytest.fixture
def task(upload: Callable[..., Any], start: Callable[..., Any]) -> HumanTask:
    """Return a task for somebody."""
    upload(human("approval"))
    return HumanTask.objects.get(instance_id=start("approval", amount=80).id)


def test_every_example_answers_as_it_is_shown(case: Instance, task: HumanTask, admin: User) -> None:
    ids = {"case": case.id, "job": Job.objects.get().id, "task": task.id, "fingerprint": task.fingerprint}
    send_all("connecting.md", {name: str(id) for name, id in ids.items()}, admin)


def test_the_worker_of_the_page_works(case: Instance, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def rest(seconds: float) -> None:
        if seconds:  # nothing is left to do
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", rest)
    real = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **said: real(transport=httpx.WSGITransport(application), **said))
    program = next(code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "while True" in code)
    with pytest.raises(KeyboardInterrupt):
        exec(program, {"TOKEN": issue(user=admin)})
    job = Job.objects.get()
    assert job.state == JobState.DONE
    assert Instance.objects.get().state == "waiting"


def test_the_page_names_every_code_of_a_refusal() -> None:
    table = PAGE.partition("| status | code |")[2]
    named = {
        (int(status), code)
        for status, codes in re.findall(r"^\| (\d+) \| (.*?) \|", table, re.MULTILINE)
        for code in re.findall(r"`(\w+)`", codes)
    }
    assert {(status, code) for status, code in named if code not in OF_THE_FRAMEWORK} == {
        (status, code) for code, status in STATUS.items()
    }
