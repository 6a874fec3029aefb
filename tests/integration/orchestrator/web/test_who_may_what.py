"""Who may call which address with which method: one table over pages, REST and admin, complete by a test.

Everybody who is not named gets 403 or 404 (or is led to the sign-in); what a person may not see and what does
not exist look alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from bpmn import selectors as bpmn_selectors
from decisions.models import DecisionRecord, DmnVersion
from humantasks.models import HumanTask
from orchestrator import deployments
from orchestrator.api.authentication import issue
from orchestrator.governance.roles import Role
from orchestrator.models import ApiToken, Incident, Job
from orchestrator.runtime import instances
from orchestrator.workers import dispatch
from tests import drawings

pytestmark = pytest.mark.django_db

PEOPLE = ("author", "reviewer", "operator", "governance", "admin", "clerk")  # the clerk has no role at all
ALL = set(PEOPLE)
SEE = {"author", "operator", "governance", "admin"}
OPERATE = {"operator", "admin"}
START = {"author", "operator", "admin"}
DEPLOY = {"author", "admin"}
RECORDS = {"operator", "governance", "admin"}
PUBLISH = {"governance", "admin"}
WORK = {"reviewer", "admin"}
READ_TASK = {"reviewer", "operator", "governance", "admin"}
SUPERVISE = {"reviewer", "operator", "admin"}
SEE_TABLE = ALL - {"clerk"}
ASK_TABLE = SEE_TABLE - {"reviewer"}
CASE, T, J, X = "{instance}", "{task}", "{job}", "{incident}"
V1 = "/api/v1"


@dataclass(frozen=True)
class Line:
    """One address with its methods."""

    may: dict[str, set[str]]
    body: dict[str, Any] = field(default_factory=dict)
    is_open: bool = False


def line(body: dict[str, Any] | None = None, *, is_open: bool = False, **may: set[str]) -> Line:
    return Line(may=may, body=body or {}, is_open=is_open)


TABLE: dict[str, Line] = {
    "/": line(get=ALL),
    "/healthz": line(get=ALL, is_open=True),
    "/search/?q=a": line(get=ALL),
    "/instances/": line(get=ALL),
    f"/instances/{CASE}/": line(get=SEE),
    f"/instances/{CASE}/cancel/": line(get=OPERATE, post=OPERATE),
    f"/instances/{CASE}/variables/": line({"variables": "{}"}, get=OPERATE, post=OPERATE),
    f"/instances/{CASE}/suspend/": line(post=OPERATE),
    f"/instances/{CASE}/resume/": line(post=OPERATE),
    f"/instances/{CASE}/move/": line(get=OPERATE, post=OPERATE),
    f"/instances/{CASE}/tokens/": line(get=OPERATE, post=OPERATE),
    "/instances/act/": line(get=ALL, post=ALL),  # each instance is judged by itself
    f"/incidents/{X}/retry/": line(post=OPERATE),
    f"/incidents/{X}/retry-alike/": line(post=OPERATE),
    "/drawings/": line(get=ALL),
    "/drawings/upload/": line(get=DEPLOY, post=DEPLOY),
    "/drawings/uploads/{deployment}/": line(get=SEE),
    "/drawings/versions/{version}/file/": line(get=SEE),
    "/drawings/versions/{version}/picture/": line(get=SEE),
    "/drawings/versions/{version}/try/": line(post=DEPLOY),
    "/drawings/versions/{version}/retire/": line(post=DEPLOY),
    "/drawings/human/": line(get=SEE),
    "/drawings/human/start/": line(get=SEE, post=START),
    "/inbox/": line(get=ALL),
    "/inbox/next/": line(post=ALL),  # their own queues only
    "/inbox/bulk/": line(post=ALL),  # each task is judged by itself
    f"/tasks/{T}/": line(get=READ_TASK),
    f"/tasks/{T}/claim/": line(post=WORK),
    f"/tasks/{T}/release/": line(post=WORK),
    f"/tasks/{T}/answer/": line(post=WORK),
    f"/tasks/{T}/pass-on/": line({"to": "reviewer"}, post=SUPERVISE),
    f"/tasks/{T}/comment/": line({"comment": "x"}, post=READ_TASK),
    f"/tasks/{T}/correct/": line(post=set()),  # only what was answered is corrected
    f"/tasks/{T}/draft/": line(post=WORK),
    f"/tasks/{T}/drawing/": line(get=READ_TASK),
    "/decisions/": line(get=ALL),
    "/decisions/records/": line(get=ALL),
    "/decisions/records/{record}/": line(get=RECORDS),
    "/decisions/t/": line(get=SEE_TABLE),
    "/decisions/t/versions/": line(get=SEE_TABLE),
    "/decisions/t/versions/1/file/": line(get=SEE_TABLE),
    "/decisions/t/policy/": line(post=PUBLISH),
    "/decisions/t/switch/": line(post=PUBLISH),
    "/feel/": line(get=ALL, post=ALL),
    "/sign-in/": line(get=ALL, post=ALL, is_open=True),
    "/sign-out/": line(post=ALL),
    "/theme/": line(post=ALL),
    "/profile/": line(get=ALL),
    "/profile/tokens/{token}/delete/": line(post=ALL),  # their own only
    f"{V1}/deployments": line(post=DEPLOY),
    f"{V1}/definitions": line(get=ALL),
    f"{V1}/definitions/human/start": line(post=START),
    f"{V1}/versions/{{version}}/drawing": line(get=SEE),
    f"{V1}/instances": line(get=ALL),
    f"{V1}/instances/{CASE}": line(get=SEE),
    f"{V1}/instances/{CASE}/history": line(get=SEE),
    f"{V1}/instances/{CASE}/cancel": line(post=OPERATE),
    f"{V1}/instances/{CASE}/variables": line(post=OPERATE),
    f"{V1}/instances/{CASE}/suspend": line(post=OPERATE),
    f"{V1}/instances/{CASE}/resume": line(post=OPERATE),
    f"{V1}/instances/{CASE}/modify": line({"cancel": ["nothing"]}, post=OPERATE),
    f"{V1}/instances/{CASE}/restart": line({"element": "review"}, post=OPERATE),
    f"{V1}/instances/{CASE}/migrate": line({"version": "{version}", "dry_run": True}, post=OPERATE),
    f"{V1}/batches": line({"operation": "cancel", "instances": []}, post=ALL),  # each is judged by itself
    f"{V1}/tasks": line(get=ALL),
    f"{V1}/tasks/{T}": line(get=READ_TASK),
    f"{V1}/tasks/{T}/claim": line(post=WORK),
    f"{V1}/tasks/{T}/unclaim": line(post=WORK),
    f"{V1}/tasks/{T}/complete": line(post=WORK),
    f"{V1}/messages": line({"name": "m", "ttl_seconds": 5}, post=OPERATE),
    f"{V1}/signals": line({"name": "s"}, post=OPERATE),
    f"{V1}/conditions/evaluate": line({"variables": {}}, post=ALL),  # each process is judged by itself
    f"{V1}/jobs": line(get=ALL),
    f"{V1}/jobs/activate": line({"type": "x", "worker": "w"}, post=OPERATE),
    f"{V1}/jobs/{J}/complete": line({"lease": 1}, post=OPERATE),
    f"{V1}/jobs/{J}/fail": line({"lease": 1}, post=OPERATE),
    f"{V1}/jobs/{J}/error": line({"lease": 1}, post=OPERATE),
    f"{V1}/incidents": line(get=ALL),
    f"{V1}/incidents/{X}/retry": line(post=OPERATE),
    f"{V1}/decisions": line(get=ALL),
    f"{V1}/decisions/t/evaluate": line(post=ASK_TABLE),
    f"{V1}/feel/evaluate": line({"expression": "1"}, post=ALL),
    f"{V1}/schema": line(get=ALL),
}
METHODS = ("get", "post", "put", "patch", "delete")
ROWS = [(address, method) for address, found in TABLE.items() for method in found.may]


def admin_lines() -> Iterator[str]:
    """Yield every address pattern of the admin."""
    yield from (each for each in addresses(get_resolver().url_patterns) if each.startswith("admin/"))


def addresses(patterns: Any, before: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield before + str(each.pattern)


def shape(address: str) -> str:
    """Return an address with each of its places as `*`."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "*", address.partition("?")[0].lstrip("/"))


def test_every_address_stands_in_the_table() -> None:
    known = {shape(address) for address in TABLE}
    keys = re.compile(r"\b(?<!s/versions)/(human|t)(?=/|$)")
    places = {keys.sub("/*", each).replace("versions/1/", "versions/*/") for each in known}
    real = {shape(each) for each in addresses(get_resolver().url_patterns) if not each.startswith("admin/")}
    assert real - places == set(), "say in TABLE who may"
    assert places - real == set(), "there is no such address any more"


TABLE_XML = (
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
    b'<decision id="t" name="t"><variable name="t"/><literalExpression><text>1</text></literalExpression>'
    b"</decision></definitions>"
)


@pytest.fixture
def case(person: Callable[..., User]) -> dict[str, Any]:
    """Return the ids of one case in everybody's reach but the clerk's."""
    files = [("h.bpmn", drawings.human().replace(b"reviewers", b"reviewer")), ("t.dmn", TABLE_XML),
             ("s.bpmn", drawings.straight(type="outside"))]  # fmt: skip
    now = timezone.now()
    done = deployments.deploy(files=files, actor=None, now=now)
    assert done.id, done.problems
    step = instances.start(key="human", variables={}, business_key="EX-1", now=now)
    other = instances.start(key="straight", variables={}, now=now)
    dispatch.perform(list(Job.objects.values_list("id", flat=True)), worker="test")
    version = bpmn_selectors.versions("human")[0].id
    job = Job.objects.get(instance_id=other.id)
    incident = Incident.objects.create(instance_id=other.id, element="work", code="x", message="x", token=1,
                                       created_at=now, job_id=job.id)  # fmt: skip
    definition = DmnVersion.objects.get().definition
    record = DecisionRecord.objects.create(idempotency_key="k", definition=definition, decision_key="t",
                                           decided_at=now, inputs={}, inputs_sha256="", route="auto")  # fmt: skip
    return {"instance": step.id, "version": version, "deployment": done.id, "job": job.id, "incident": incident.id,
            "task": HumanTask.objects.get().id, "record": record.id, "token": UUID(int=7)}  # fmt: skip


def filled(value: Any, case: dict[str, Any]) -> Any:
    return value.format(**case) if isinstance(value, str) and "{" in value and "{}" not in value else value


def call(client: Any, method: str, address: str, case: dict[str, Any]) -> Any:
    body = {name: filled(value, case) for name, value in TABLE[address].body.items()}
    where = filled(address, case)
    if where.startswith(V1) and method != "get":
        return getattr(client, method)(where, body, format="json")
    return getattr(client, method)(where, body if method == "post" else None)


def client_for(address: str, user: User) -> Client:
    """Return a browser for a page and a caller with a token for REST."""
    if not address.startswith(V1):
        client = Client()
        client.force_login(user)
        return client
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=user)}")
    return caller


@pytest.mark.parametrize("who", PEOPLE)
def test_a_role_may_exactly_what_the_table_says(who: str, person: Callable[..., User], case: dict[str, Any]) -> None:
    user = User.objects.create_user("clerk") if who == "clerk" else person(who)
    wrong = []
    clients = {is_rest: client_for(V1 if is_rest else "/", user) for is_rest in (True, False)}
    for address, method in ROWS:
        with transaction.atomic():  # each call finds the case as it was
            answer = call(clients[address.startswith(V1)], method, address, case)
            transaction.set_rollback(True)
        is_refused = answer.status_code in (403, 404)
        is_broken = answer.status_code >= 500 and not TABLE[address].is_open
        if is_broken or is_refused is (who in TABLE[address].may[method]):
            wrong.append((method, address, answer.status_code))
    assert wrong == []


def test_a_stranger_is_led_to_the_sign_in_or_refused(case: dict[str, Any]) -> None:
    wrong = []
    for address, method in ROWS:
        answer = call(APIClient() if address.startswith(V1) else Client(), method, address, case)
        if TABLE[address].is_open:
            expected = answer.status_code in (200, 503)
        elif address.startswith(V1):
            expected = answer.status_code == 401
        else:
            expected = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/")
        if not expected:
            wrong.append((method, address, answer.status_code))
    assert wrong == []


def test_a_method_that_is_not_in_the_table_is_refused(case: dict[str, Any], person: Callable[..., User]) -> None:
    admin, wrong = person("admin"), []
    clients = {is_rest: client_for(V1 if is_rest else "/", admin) for is_rest in (True, False)}
    for address, found in TABLE.items():
        for method in set(METHODS) - set(found.may):
            answer = call(clients[address.startswith(V1)], method, address, case)
            if answer.status_code != 405 and address not in _TAKES_ANY:
                wrong.append((method, address, answer.status_code))
    assert wrong == []


#: pages that read nothing of the method
_TAKES_ANY = {"/profile/", "/sign-in/"}


def test_every_act_of_a_page_needs_the_form_s_token(case: dict[str, Any], person: Callable[..., User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("admin"))
    pages = [(address, method) for address, method in ROWS if not address.startswith(V1) and method != "get"]
    assert {call(client, method, address, case).status_code for address, method in pages} == {403}


def test_rest_by_a_session_needs_the_token_of_the_form_and_by_a_token_does_not(
    case: dict[str, Any], person: Callable[..., User]
) -> None:
    admin = person("admin")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin)
    acts = [address for address, method in ROWS if address.startswith(V1) and method != "get"]
    for address in acts:
        answer = browser.post(filled(address, case), {}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied"), address
    with_token = APIClient(enforce_csrf_checks=True)
    with_token.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=admin)}")
    assert with_token.post(f"{V1}/feel/evaluate", {"expression": "1"}, format="json").status_code == 200


def test_the_admin_is_for_staff_and_its_acts_need_the_form_s_token(person: Callable[..., User]) -> None:
    clerk, root = Client(), Client(enforce_csrf_checks=True)
    clerk.force_login(person("admin"))  # the role alone does not make staff
    root.force_login(User.objects.create_superuser("root"))
    for pattern in admin_lines():
        address = "/" + re.sub(r"<[^>]+>", "1", pattern.replace("^", "").replace("$", ""))
        if "(?P" in address or any(open_ in address for open_ in ("/login/", "/logout/", "/jsi18n/")):
            continue
        assert clerk.get(address).status_code in (302, 403), address
        assert root.post(address).status_code in (403, 405), address


def test_a_token_of_somebody_else_is_not_deleted(person: Callable[..., User]) -> None:
    issue(user=person("operator"))
    client = Client()
    client.force_login(person("reviewer"))
    client.post(f"/profile/tokens/{ApiToken.objects.get().id}/delete/")
    assert ApiToken.objects.count() == 1


def test_the_roles_of_the_table_are_the_roles_there_are() -> None:
    assert set(PEOPLE) - {"clerk"} == {role.value for role in Role}
    assert set(Group.objects.values_list("name", flat=True)) >= set(PEOPLE) - {"clerk"}
