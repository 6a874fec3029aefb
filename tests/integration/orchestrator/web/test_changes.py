"""The pages of change in flight: each says what it would do before it does it, and who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from humantasks.models import HumanTask
from orchestrator import deployments, errors
from orchestrator.models import Instance
from orchestrator.runtime import instances, selectors
from orchestrator.web import bulk
from tests.drawings import END, START, chain, drawing, user

pytestmark = pytest.mark.django_db

OPERATOR_ONLY = ["suspend", "resume", "move", "tokens"]


def named(id: str, name: str) -> str:
    return user(id).replace(f'name="{id}"', f'name="{name}"')


def deploy(*tasks: tuple[str, str]) -> UUID:
    """Deploy a row of user tasks as the newest version of the process "row"."""
    ids = [id for id, _ in tasks]
    body = START + "".join(named(id, name) for id, name in tasks) + END + chain("start", *ids, "end")
    deployments.deploy(files=[("row.bpmn", drawing("row", body))], actor=None, now=timezone.now())
    return UUID(bpmn_definitions.newest_ready("row"))


def start(business_key: str = "R-1") -> UUID:
    return instances.start(key="row", variables={}, business_key=business_key, now=timezone.now()).id


@pytest.fixture
def row() -> UUID:
    """Return an instance that waits at the first of two user tasks."""
    deploy(("ask", "Ask"), ("check", "Check"))
    return start()


@pytest.fixture
def operator(page_of: Callable[..., Client]) -> Client:
    return page_of("operator")


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))  # type: ignore[attr-defined]


def test_the_instance_offers_what_an_operator_may_do(row: UUID, operator: Client) -> None:
    shown = text(operator.get(f"/instances/{row}/"))
    assert all(words in shown for words in ("Suspend", "Move to another version", "Change tokens"))


@pytest.mark.parametrize("act", OPERATOR_ONLY)
def test_who_may_only_look_is_refused(act: str, row: UUID, page_of: Callable[..., Client]) -> None:
    governance = page_of("governance")
    assert "Change tokens" not in text(governance.get(f"/instances/{row}/"))
    assert governance.post(f"/instances/{row}/{act}/").status_code == 403


@pytest.mark.parametrize("act", OPERATOR_ONLY)
def test_who_may_not_see_it_does_not_find_it(act: str, row: UUID, page_of: Callable[..., Client]) -> None:
    assert page_of("reviewer").post(f"/instances/{row}/{act}/").status_code == 404


def test_suspending_and_resuming_from_the_page(row: UUID, operator: Client) -> None:
    shown = operator.post(f"/instances/{row}/suspend/", follow=True)
    assert "no timer fires, answers are refused" in text(shown)
    assert "Resume" in text(shown)
    assert "Suspended" in text(operator.get("/instances/"))

    shown = operator.post(f"/instances/{row}/resume/", follow=True)
    assert "What became due meanwhile happens now" in text(shown)
    assert not Instance.objects.get(id=row).is_suspended


def test_an_answer_to_a_suspended_case_says_why_it_is_refused(row: UUID, page_of: Callable[..., Client]) -> None:
    admin = page_of("admin", is_superuser=True)
    admin.post(f"/instances/{row}/suspend/")
    task = HumanTask.objects.get(instance_id=row)

    answer = admin.post(f"/api/v1/tasks/{task.id}/complete", {}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "suspended")
    assert "until somebody resumes it" in answer.json()["detail"]


def test_the_task_of_a_suspended_case_says_so_and_keeps_what_was_typed(
    row: UUID, page_of: Callable[..., Client]
) -> None:
    admin = page_of("admin", is_superuser=True)
    admin.post(f"/instances/{row}/suspend/")
    task = HumanTask.objects.get(instance_id=row)
    assert "This case is suspended" in text(admin.get(f"/tasks/{task.id}/"))

    answer = admin.post(f"/tasks/{task.id}/answer/", {"comment": "Called them twice"})

    assert answer.status_code == 409
    assert "What you wrote is still here" in text(answer)
    assert "Called them twice" in text(answer)


def test_one_of_several_tasks_that_is_refused_stops_no_other(row: UUID) -> None:
    def suspended(*args: object) -> str:
        raise errors.Suspended

    told = bulk._one(HumanTask.objects.get(instance_id=row), suspended, None, "", timezone.now())

    assert not told.is_done
    assert "until somebody resumes it" in told.text


def test_moving_shows_the_proposal_and_then_moves(row: UUID, operator: Client) -> None:
    version = deploy(("ask2", "Ask"), ("check", "Check"))

    shown = text(operator.get(f"/instances/{row}/move/"))
    assert "Every token has its place in version 2" in shown
    assert "Ask (ask2)" in shown

    operator.post(f"/instances/{row}/move/", {"version": version, "place:ask": "ask2"})
    assert Instance.objects.get(id=row).version_id == version
    assert HumanTask.objects.get(instance_id=row).element == "ask2"
    now, before = selectors.instance_view(row, User.objects.get(username="operator")).drawings
    assert "token at Ask" in now.sentence
    assert "token at" not in before.sentence


def test_what_cannot_move_is_named_and_a_choice_helps(row: UUID, operator: Client) -> None:
    version = deploy(("other", "Something else"), ("check", "Check"))

    answer = operator.get(f"/instances/{row}/move/")
    assert "It cannot move yet: 1 token would have no place" in text(answer)
    assert "does not exist in the other version" in text(answer)
    assert "to version 2</button>" not in answer.content.decode()
    assert operator.post(f"/instances/{row}/move/", {"version": version}).status_code == 409

    chosen = {"version": version, "place:ask": "other"}
    assert "Every token has its place" in text(operator.get(f"/instances/{row}/move/", chosen))
    operator.post(f"/instances/{row}/move/", chosen)
    assert HumanTask.objects.get(instance_id=row).element == "other"


def test_without_another_version_the_page_says_how_to_get_one(row: UUID, operator: Client) -> None:
    assert "There is no other version" in text(operator.get(f"/instances/{row}/move/"))


def test_cancelling_here_and_starting_there(row: UUID, operator: Client) -> None:
    page = operator.get(f"/instances/{row}/tokens/").content.decode()
    (token,) = re.findall(r'name="cancel" value="(\d+)"', page)
    assert 'name="activate" value="check"' in page

    operator.post(f"/instances/{row}/tokens/", {"cancel": token, "activate": "check", "variables": '{"a": 1}'})

    waiting = HumanTask.objects.filter(instance_id=row, state="open")
    assert [task.element for task in waiting] == ["check"]


@pytest.mark.parametrize("typed", [{}, {"cancel": "99"}, {"activate": "nowhere"}, {"variables": "{"}])
def test_what_does_not_fit_is_said_and_kept(typed: dict[str, str], row: UUID, operator: Client) -> None:
    answer = operator.post(f"/instances/{row}/tokens/", typed)
    assert answer.status_code == 409
    assert "Nothing was changed; what you chose is still here" in text(answer)


@pytest.mark.parametrize("page", ["move", "tokens"])
def test_an_ended_instance_is_not_changed(page: str, row: UUID, operator: Client) -> None:
    instances.cancel(instance_id=row, actor=None, now=timezone.now())
    assert operator.get(f"/instances/{row}/{page}/").status_code == 409


def test_acting_on_all_that_fit_previews_and_then_does(row: UUID, operator: Client) -> None:
    other = start("R-2")
    stuck = start("R-3")
    operator.post(f"/instances/{stuck}/tokens/", {"activate": "check"})
    version = deploy(("ask", "Ask"))
    form = {"process": "row", "operation": "migrate", "version": str(version)}
    assert "Act on 3 open instances" in text(operator.get("/instances/act/", {"process": "row"}))

    preview = operator.post("/instances/act/", {**form, "step": "preview"})
    assert "Move 2 instances?" in text(preview)
    assert "R-3 not possible" in text(preview)
    assert not Instance.objects.filter(version_id=version).exists()

    (ids,) = re.findall(r'name="instances" value="([^"]+)"', preview.content.decode())
    done = operator.post("/instances/act/", {**form, "step": "do", "instances": ids})
    assert "Moved: 2 Instance by instance" in text(done)
    assert set(Instance.objects.filter(version_id=version).values_list("id", flat=True)) == {row, other}


@pytest.mark.parametrize("operation", ["suspend", "cancel", "modify", "retry", "resume", "migrate", "nonsense"])
def test_every_choice_of_the_form_has_an_answer(operation: str, row: UUID, operator: Client) -> None:
    answer = operator.post("/instances/act/", {"process": "row", "operation": operation, "step": "preview"})
    assert answer.status_code in (200, 422)
    assert Instance.objects.get(id=row).state == "awaiting-authorization"


def test_one_who_may_only_look_is_not_offered_the_form_and_changes_nothing(
    row: UUID, page_of: Callable[..., Client]
) -> None:
    governance = page_of("governance")
    assert "Act on all that fit" not in text(governance.get("/instances/"))
    answer = governance.post("/instances/act/", {"step": "do", "operation": "cancel", "instances": str(row)})
    assert "Cancelled: 0, not done: 1" in text(answer)
    assert Instance.objects.get(id=row).state == "awaiting-authorization"
