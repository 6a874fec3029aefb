"""POST /conditions/evaluate: instances start where somebody says that a condition is true now (table 10.84)."""

from __future__ import annotations

import pytest
from guardian.shortcuts import assign_perm

from bpmn.models import ProcessDefinition
from orchestrator.models import Instance
from tests import drawings
from tests.integration.orchestrator.api.test_main_job import V1, api, client_of, send  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
ASK = f"{V1}/conditions/evaluate"


def oven(key: str, condition: str) -> bytes:
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
    <process id="{key}" isExecutable="true"><startEvent id="hot"><conditionalEventDefinition><condition>{condition}
    </condition></conditionalEventDefinition></startEvent><sequenceFlow id="f" sourceRef="hot" targetRef="cool"/>
    <userTask id="cool"/></process></definitions>""".encode()


def deploy(api, **conditions: str) -> None:  # noqa: F811
    assert send(api, *(oven(*each) for each in conditions.items())).status_code == 201


def test_an_instance_starts_wherever_a_condition_is_true(api):  # noqa: F811
    deploy(api, small="t &gt; 50", large="t &gt; 90", other="unknown")
    answer = api.post(ASK, {"variables": {"t": 70}, "business_key": "oven 7"})
    (started,) = answer.json()["started"]
    assert (answer.status_code, started["process"], started["element"]) == (200, "small", "hot")
    row = Instance.objects.get(id=started["instance"])
    assert (row.process_key, row.business_key) == ("small", "oven 7")
    assert api.post(ASK, {"variables": {"t": 10}}).json() == {"started": []}


def test_one_process_may_be_named(api):  # noqa: F811
    deploy(api, small="t &gt; 50", large="t &gt; 60")
    started = api.post(ASK, {"variables": {"t": 70}, "process": "large"}).json()["started"]
    assert [one["process"] for one in started] == ["large"]
    refused = api.post(ASK, {"process": "nowhere"})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_a_process_that_starts_by_no_condition_says_so(api):  # noqa: F811
    send(api, drawings.human())
    refused = api.post(ASK, {"process": "human"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")


def test_only_what_one_may_start_is_asked(api, reviewer):  # noqa: F811
    deploy(api, mine="true", theirs="true")
    assign_perm("bpmn.start_processdefinition", reviewer, ProcessDefinition.objects.get(key="mine"))
    started = client_of(reviewer).post(ASK, {}).json()["started"]
    assert [one["process"] for one in started] == ["mine"]
    assert client_of(reviewer).post(ASK, {"process": "theirs"}).status_code in (403, 404)
    assert Instance.objects.count() == 1
