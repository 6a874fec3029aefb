"""The pages of drawings and instances: what they show and what their forms do, without any script."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bpmn import selectors as bpmn_selectors
from orchestrator.models import Deployment, Incident, Instance, Job, JobState
from orchestrator.runtime import instances, jobs, store
from tests.integration.orchestrator.web.conftest import FILES

pytestmark = pytest.mark.django_db
DRAWING = (FILES / "expense_claim.bpmn").read_bytes()


def upload(client: Client, *files: tuple[str, bytes]) -> object:
    return client.post("/drawings/upload/", {"files": [SimpleUploadedFile(name, data) for name, data in files]})


def test_an_upload_leads_to_its_report(page_of: Callable[..., Client]) -> None:
    author = page_of("author")
    answer = upload(author, ("expense_claim.bpmn", DRAWING))
    assert answer.headers["Location"] == f"/drawings/uploads/{Deployment.objects.get().id}/"
    page = author.get(answer.headers["Location"]).content.decode()
    assert "Ready to run" in page
    assert "Start Expense claim" in page
    assert "gateway_without_default" in page


def test_a_drawing_that_cannot_run_is_kept_as_a_draft_with_numbered_problems(
    page_of: Callable[..., Client],
) -> None:
    author = page_of("author")
    broken = DRAWING.replace(b"=amount &gt; 100", b"=amount &gt; (")
    page = author.get(upload(author, ("expense_claim.bpmn", broken)).headers["Location"]).content.decode()
    assert "Not ready" in page
    assert "1 Stops" in page
    assert "Start an instance" not in page


def test_a_drawing_that_says_no_is_tried_with_one_click(page_of: Callable[..., Client]) -> None:
    author = page_of("author")
    held = DRAWING.replace(b'isExecutable="true"', b'isExecutable="false"')
    page = author.get(upload(author, ("expense_claim.bpmn", held)).headers["Location"]).content.decode()
    assert "Ready to run" not in page
    (address,) = re.findall(r'action="(/drawings/versions/[^"]+/try/)"', page)
    page = author.post(address, follow=True).content.decode()
    assert "Version 1 is ready to be tried out" in page
    assert "Start" in page
    assert instances.start(key="expense_claim", variables={"amount": 1}, now=timezone.now()).id


def test_a_drawing_that_says_no_and_cannot_run_says_what_stops_it(page_of: Callable[..., Client]) -> None:
    author = page_of("author")
    broken = DRAWING.replace(b'isExecutable="true"', b'isExecutable="false"').replace(b"=amount &gt; 100", b"=amount (")
    page = author.get(upload(author, ("expense_claim.bpmn", broken)).headers["Location"]).content.decode()
    (address,) = re.findall(r'action="(/drawings/versions/[^"]+/try/)"', page)
    page = author.post(address, follow=True).content.decode()
    assert "cannot be run" in page
    assert "is a draft" in page


def test_a_retired_version_makes_way_for_the_one_before_and_can_come_back(page_of: Callable[..., Client]) -> None:
    author = page_of("author")
    upload(author, ("expense_claim.bpmn", DRAWING))
    upload(author, ("expense_claim.bpmn", DRAWING.replace(b"&gt; 100", b"&gt; 200")))
    second, first = (row.id for row in bpmn_selectors.versions("expense_claim"))
    page = author.post(f"/drawings/versions/{second}/retire/", follow=True).content.decode()
    assert "Nobody starts this version any more" in page
    step = instances.start(key="expense_claim", variables={"amount": 1}, now=timezone.now())
    assert step.head.version_id == first
    assert author.post(f"/drawings/versions/{second}/retire/").status_code == 409
    author.post(f"/drawings/versions/{second}/try/")
    assert instances.start(key="expense_claim", variables={}, now=timezone.now()).head.version_id == second


def test_what_is_no_drawing_stores_nothing_and_says_so(page_of: Callable[..., Client]) -> None:
    answer = upload(page_of("author"), ("expense_claim.bpmn", DRAWING), ("other.bpmn", b"not xml"))
    assert answer.status_code == 422
    assert b"Nothing was stored" in answer.content
    assert not Deployment.objects.exists()


def test_an_upload_without_a_file_asks_for_one(page_of: Callable[..., Client]) -> None:
    answer = page_of("author").post("/drawings/upload/", {})
    assert answer.status_code == 422
    assert b"No file was chosen" in answer.content


def test_a_file_name_is_shown_as_text(page_of: Callable[..., Client]) -> None:
    answer = upload(page_of("author"), ('"><script>alert(1)</script>.bpmn', b"not xml"))
    assert b"<script>alert(1)" not in answer.content


def test_the_drawing_is_served_as_uploaded_and_may_do_nothing_by_itself(
    page_of: Callable[..., Client], deployed: UUID
) -> None:
    version = Deployment.objects.get().definitions[0]["id"]
    author = page_of("author")
    answer = author.get(f"/drawings/versions/{version}/file/")
    assert answer.content == DRAWING
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "private" in answer.headers["Cache-Control"]


def test_a_drawing_without_a_diagram_is_given_one_to_be_seen(page_of: Callable[..., Client]) -> None:
    author = page_of("author")
    bare = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", DRAWING, flags=re.DOTALL)
    upload(author, ("expense_claim.bpmn", bare))
    version = Deployment.objects.get().definitions[0]["id"]
    assert b"BPMNShape" not in author.get(f"/drawings/versions/{version}/file/").content
    assert b"BPMNShape" in author.get(f"/drawings/versions/{version}/picture/").content


def test_starting_from_the_form_leads_to_the_instance(page_of: Callable[..., Client], deployed: UUID) -> None:
    typed = {"variables": '{"amount": 30}', "business_key": "EX-9"}
    answer = page_of("author").post("/drawings/expense_claim/start/", typed)
    row = Instance.objects.get()
    assert answer.headers["Location"] == f"/instances/{row.id}/"
    assert row.business_key == "EX-9"


@pytest.mark.parametrize("wrong", ["{", "[1]", "3"])
def test_variables_that_are_no_object_start_nothing_and_stay_in_the_form(
    wrong: str, page_of: Callable[..., Client], deployed: UUID
) -> None:
    answer = page_of("author").post("/drawings/expense_claim/start/", {"variables": wrong, "business_key": "K"})
    assert answer.status_code == 422
    assert b"Nothing was started" in answer.content
    assert b'value="K"' in answer.content
    assert not Instance.objects.exists()


def test_an_instance_shows_its_variables_history_and_where_it_is(
    page_of: Callable[..., Client], started: Callable[..., UUID], perform: Callable[[], int]
) -> None:
    instance = started(business_key="EX-7", amount=500)
    perform()
    page = page_of("operator").get(f"/instances/{instance}/").content.decode()
    assert "EX-7" in page
    assert "Awaiting a person" in page
    assert re.search(r"Over 100\? yes", page)
    assert "token at Approve the claim" in page


def test_an_incident_is_retried_by_its_button(page_of: Callable[..., Client], stuck: UUID) -> None:
    operator, incident = page_of("operator"), Incident.objects.get()
    assert b"Over 100? cannot go on" in operator.get(f"/instances/{stuck}/").content
    operator.post(f"/incidents/{incident.id}/retry/")
    incident.refresh_from_db()
    assert incident.resolved_at is not None


def test_correcting_a_variable_and_retrying_is_one_act(
    page_of: Callable[..., Client], stuck: UUID, perform: Callable[[], int]
) -> None:
    operator, incident = page_of("operator"), Incident.objects.get()
    page = operator.get(f"/instances/{stuck}/variables/?incident={incident.id}").content
    assert b"Change, then retry Over 100?" in page
    answer = operator.post(f"/instances/{stuck}/variables/", {"incident": incident.id, "variables": '{"amount": 500}'})
    assert answer.status_code == 302
    assert Instance.objects.get(pk=stuck).state == "awaiting-authorization"
    assert b"operator set variables" in operator.get(f"/instances/{stuck}/").content


def test_a_job_is_retried_with_the_corrected_variables(
    page_of: Callable[..., Client], started: Callable[..., UUID], perform: Callable[[], int]
) -> None:
    instance = started(amount=50, iban="wrong")
    perform()
    job = Job.objects.get(element="pay")
    work = jobs.take(job_ids=[job.id], lease=store.lease_for("test", timezone.now()), now=timezone.now())
    jobs.fail(work=work[0], message="no such account", code="refused", retryable=False, now=timezone.now())
    corrected = {"incident": Incident.objects.get().id, "variables": '{"iban": "right"}'}
    page_of("operator").post(f"/instances/{instance}/variables/", corrected)
    job.refresh_from_db()
    assert (job.state, job.variables["iban"], job.variables["amount"]) == (JobState.READY, "right", 50)


@pytest.mark.parametrize("wrong", ["", "{", "[]", "{}"])
def test_a_change_that_is_no_object_changes_nothing(wrong: str, page_of: Callable[..., Client], stuck: UUID) -> None:
    answer = page_of("operator").post(f"/instances/{stuck}/variables/", {"variables": wrong})
    assert answer.status_code == 422
    assert b"Nothing was changed" in answer.content


def test_an_incident_that_is_closed_already_answers_409(page_of: Callable[..., Client], stuck: UUID) -> None:
    operator, incident = page_of("operator"), Incident.objects.get()
    operator.post(f"/incidents/{incident.id}/retry/")
    answer = operator.post(f"/incidents/{incident.id}/retry/")
    assert answer.status_code == 409
    assert b"Somebody was faster" in answer.content


def test_all_incidents_alike_are_retried_by_one_button(
    page_of: Callable[..., Client], stuck: UUID, started: Callable[..., UUID], perform: Callable[[], int]
) -> None:
    started(business_key="EX-8", amount="much")
    perform()
    before = set(Incident.objects.values_list("id", flat=True))
    operator = page_of("operator")
    assert b"Retry all 2" in operator.get(f"/instances/{stuck}/").content
    operator.post(f"/incidents/{Incident.objects.first().id}/retry-alike/")
    assert not Incident.objects.filter(id__in=before, resolved_at=None).exists()


def test_somebody_who_may_only_look_gets_no_button(page_of: Callable[..., Client], stuck: UUID) -> None:
    page = page_of("governance").get(f"/instances/{stuck}/").content
    assert b"Retrying needs the role operator" in page
    assert b"Cancel the instance" not in page


def test_cancelling_asks_first_and_keeps_the_reason(
    page_of: Callable[..., Client], started: Callable[..., UUID]
) -> None:
    instance, operator = started(), page_of("operator")
    assert b"nothing is compensated" in operator.get(f"/instances/{instance}/cancel/").content
    operator.post(f"/instances/{instance}/cancel/", {"reason": "sent twice"})
    assert Instance.objects.get().state == "cancelled"
    assert operator.get(f"/instances/{instance}/cancel/").status_code == 409


@pytest.mark.parametrize(("query", "shown"), [("", 3), ("?q=EX-2", 1), ("?state=ended", 0), ("?process=other", 0)])
def test_the_list_is_narrowed_by_the_address(
    query: str, shown: int, page_of: Callable[..., Client], started: Callable[..., UUID]
) -> None:
    for number in range(3):
        started(business_key=f"EX-{number}")
    page = page_of("operator").get(f"/instances/{query}").content.decode()
    assert len(re.findall(r"data-row", page)) == shown


def test_an_instance_is_found_by_its_whole_id(page_of: Callable[..., Client], started: Callable[..., UUID]) -> None:
    instance = started(business_key="EX-1")
    started(business_key="EX-2")
    page = page_of("operator").get("/search/", {"q": str(instance)}).content
    assert b"EX-1" in page
    assert b"EX-2" not in page


def test_older_instances_stand_on_the_next_page(page_of: Callable[..., Client], started: Callable[..., UUID]) -> None:
    for number in range(27):
        started(business_key=f"EX-{number:02}")
    operator = page_of("operator")
    first = operator.get("/instances/").content.decode()
    older = re.search(r'href="(\?cursor=[^"]+)" rel="next"', first)
    assert older is not None
    second = operator.get(f"/instances/{older[1]}").content.decode()
    keys = [set(re.findall(r"EX-\d\d", page)) for page in (first, second)]
    assert [len(found) for found in keys] == [25, 2]
    assert not keys[0] & keys[1]


def test_a_cursor_cut_in_half_begins_at_the_newest(
    page_of: Callable[..., Client], started: Callable[..., UUID]
) -> None:
    started(business_key="EX-1")
    assert b"EX-1" in page_of("operator").get("/instances/?cursor=%FFnonsense").content


NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "path", [f"/instances/{NOBODY}/", "/drawings/nothing/", f"/drawings/uploads/{NOBODY}/", "/nowhere/"]
)
def test_what_is_not_there_has_a_page_of_its_own(path: str, page_of: Callable[..., Client]) -> None:
    answer = page_of("admin").get(path)
    assert answer.status_code == 404
    assert b"Back to the inbox" in answer.content


@pytest.mark.parametrize("period", ["1", "7", "30", "nonsense"])
def test_the_overview_counts_what_ran(
    period: str, page_of: Callable[..., Client], stuck: UUID, started: Callable[..., UUID]
) -> None:
    started(business_key="EX-1")
    page = page_of("operator").get("/", {"period": period}).content.decode()
    assert "2 started in the last" in page
    assert re.search(r"<b class=\"c-bad\">1</b>", page)
