"""The form of a start event: deployed or drawn, filled on the page, and who started."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from orchestrator import deployments
from orchestrator.models import Instance
from orchestrator.runtime import store
from tests.drawings import END, chain, drawing, user

pytestmark = pytest.mark.django_db
C7 = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
FORM = {
    "id": "loan-form", "type": "default",
    "components": [
        {"type": "number", "key": "amount", "label": "How much?", "validate": {"required": True, "min": 100}},
        {"type": "checklist", "key": "papers", "label": "Which papers?",
         "values": [{"value": "payslip", "label": "Payslip"}, {"value": "passport", "label": "Passport"}]},
    ],
}  # fmt: skip
BY_ID = (
    '<bpmn:startEvent id="start"><bpmn:extensionElements><zeebe:formDefinition formId="loan-form"/>'
    "</bpmn:extensionElements></bpmn:startEvent>"
)
BY_KEY = f'<bpmn:startEvent id="start" {C7} camunda:formKey="loan-form" camunda:initiator="applicant"/>'
DRAWN = (
    f'<bpmn:startEvent id="start" {C7}><bpmn:extensionElements><camunda:formData>'
    '<camunda:formField id="amount" label="How much?" type="long"/>'
    "</camunda:formData></bpmn:extensionElements></bpmn:startEvent>"
)


def deploy(start: str, *forms: dict[str, object]) -> None:
    files = [("loan.bpmn", drawing("loan", start + user("check") + END + chain("start", "check", "end")))]
    files += [(f"{form['id']}.form", orjson.dumps(form)) for form in forms]
    done = deployments.deploy(files=files, actor=None, now=timezone.now())
    assert done.id is not None, done.problems


def variables() -> dict[str, object]:
    return dict(store.read(Instance.objects.get()).variables)


@pytest.mark.parametrize("start", [BY_ID, BY_KEY])
def test_a_deployed_form_is_asked_before_the_start(start: str, page_of: Callable[..., Client]) -> None:
    deploy(start, FORM)
    author = page_of("author")
    for page in ("/drawings/loan/", "/drawings/loan/start/"):
        shown = author.get(page).content.decode()
        assert "How much?" in shown
        assert "Passport" in shown
    author.post("/drawings/loan/start/", {"field-amount": "1200", "field-papers": ["payslip", "passport"]})
    assert variables()["amount"] == 1200
    assert variables()["papers"] == ["payslip", "passport"]


def test_what_does_not_fit_is_said_at_its_field_and_kept(page_of: Callable[..., Client]) -> None:
    deploy(BY_ID, FORM)
    answer = page_of("author").post("/drawings/loan/start/", {"field-amount": "7", "field-papers": "passport"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="7"' in shown
    assert 'value="passport" checked' in shown
    assert "Nothing was started" in shown
    assert not Instance.objects.exists()


def test_fields_drawn_in_the_start_event_are_asked(page_of: Callable[..., Client]) -> None:
    deploy(DRAWN)
    page_of("author").post("/drawings/loan/start/", {"field-amount": "1200", "variables": '{"purpose": "car"}'})
    assert variables() == {"amount": 1200, "purpose": "car"}


def test_the_start_event_s_variable_takes_who_started(page_of: Callable[..., Client]) -> None:
    deploy(BY_KEY)
    page_of("author").post("/drawings/loan/start/", {"variables": '{"applicant": "somebody else"}'})
    assert variables()["applicant"] == "author"


def test_who_may_only_look_is_led_to_the_drawing(page_of: Callable[..., Client]) -> None:
    deploy(BY_ID, FORM)
    assert page_of("governance").get("/drawings/loan/start/").headers["Location"] == "/drawings/loan/"
