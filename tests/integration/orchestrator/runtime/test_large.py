"""Large values are written once; whoever looks sees them whole, and they go when nothing refers to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.models import Activity, Blob, Instance, Job
from orchestrator.runtime import corrections, instances, jobs, large, selectors, store
from orchestrator.workers import background, dispatch, service
from tests import drawings

pytestmark = pytest.mark.django_db
DOCUMENT = {f"f{n}": "x" * 50 + str(n) for n in range(400)}
AFTER_GRACE = large.GRACE + timedelta(minutes=1)
PUT = "=context put(doc, &quot;f7&quot;, &quot;changed&quot;)"


def changing(type: str = "test.echo") -> bytes:
    """Return a service task that sees everything and changes one field of `doc`."""
    mapping = f'<zeebe:ioMapping><zeebe:output source="{PUT}" target="doc"/></zeebe:ioMapping>'
    task = drawings.service("work", type).replace("</bpmn:extensionElements>", mapping + "</bpmn:extensionElements>")
    return drawings.drawing("large", drawings.START + task + drawings.END + drawings.chain("start", "work", "end"))


@pytest.fixture
def begun(upload: Callable[..., Any], start: Callable[..., Any]) -> Callable[..., UUID]:
    """Return a function that starts an instance with a large document."""

    def begin(type: str = "test.echo") -> UUID:
        upload(changing(type))
        return UUID(str(start("large", doc=DOCUMENT, kind="letter").id))

    return begin


@pytest.fixture
def work() -> Callable[[], None]:
    """Return a function that does every job that is ready."""

    def do() -> None:
        dispatch.perform(list(Job.objects.values_list("id", flat=True)), worker="test")

    return do


def test_neither_history_nor_jobs_carry_a_large_value(begun: Callable[..., UUID], work: Callable[[], None]) -> None:
    case = begun()
    work()
    rows = [*Activity.objects.filter(instance_id=case), *Job.objects.filter(instance_id=case)]
    for row in rows:
        kept = row.wrote if isinstance(row, Activity) else row.variables
        assert len(json.dumps([kept, row.large])) < 400
    assert Job.objects.get(instance_id=case).variables == {"kind": "letter"}


def test_one_changed_field_adds_few_bytes(begun: Callable[..., UUID], work: Callable[[], None]) -> None:
    begun()
    before = set(Blob.objects.values_list("sha256", flat=True))
    work()
    added = Blob.objects.exclude(sha256__in=before).values_list("data", flat=True)
    assert 0 < sum(len(bytes(data)) for data in added) < 20_000


def test_a_worker_is_given_the_whole_value(begun: Callable[..., UUID]) -> None:
    job = Job.objects.get(instance_id=begun())
    (claimed,) = jobs.claim(job_ids=[job.id], lease=store.lease_for("test", timezone.now()), now=timezone.now())
    assert claimed.variables == {"doc": DOCUMENT, "kind": "letter"}


def test_an_outside_worker_is_given_the_whole_value(begun: Callable[..., UUID], admin: User, client: Client) -> None:
    begun("nobody.here.does.it")
    client.force_login(admin)
    asked = {"type": "nobody.here.does.it", "worker": "outside"}
    answer = client.post("/api/v1/jobs/activate", asked, content_type="application/json")
    (leased,) = answer.json()["results"]
    assert leased["variables"] == {"doc": DOCUMENT, "kind": "letter"}


def test_history_over_rest_tells_the_values_of_every_moment(
    begun: Callable[..., UUID], work: Callable[[], None], admin: User, client: Client
) -> None:  # fmt: skip
    case = begun()
    instances.set_variables(instance_id=case, variables={"doc": DOCUMENT | {"f1": "first"}}, actor=admin,
                            now=timezone.now())  # fmt: skip
    work()
    client.force_login(admin)
    lines = client.get(f"/api/v1/instances/{case}/history").json()["results"]
    wrote = [line["wrote"]["doc"] for line in lines if "doc" in line["wrote"]]
    assert wrote == [DOCUMENT | {"f1": "first"}, DOCUMENT | {"f1": "first", "f7": "changed"}]
    shown = client.get(f"/api/v1/instances/{case}").json()
    assert shown["variables"].get("doc", wrote[-1]) == wrote[-1]


def test_the_page_names_the_variable_and_who_wrote_it(
    begun: Callable[..., UUID], work: Callable[[], None], admin: User
) -> None:  # fmt: skip
    case = begun()
    instances.set_variables(instance_id=case, variables={"doc": DOCUMENT | {"f1": "first"}}, actor=admin,
                            now=timezone.now())  # fmt: skip
    seen = selectors.instance_view(case, admin)
    assert {v.name: v.value for v in seen.variables}["doc"] == DOCUMENT | {"f1": "first"}
    assert "sets doc" in [line.text for line in seen.history]
    work()
    (done,) = [line for line in selectors.instance_view(case, admin).history if line.element == "work"]
    assert done.text.endswith("sets doc")


def test_a_corrected_job_is_done_with_the_corrected_value(begun: Callable[..., UUID], admin: User) -> None:
    case = begun("test.fail")
    Job.objects.filter(instance_id=case).update(max_attempts=1)
    dispatch.perform(Job.objects.values_list("id", flat=True), worker="test")
    right = DOCUMENT | {"f1": "right"}
    incident = selectors.instance_view(case, admin).incidents[0]
    corrections.correct(instance_id=case, incident_id=incident.id, variables={"doc": right}, actor=admin,
                        now=timezone.now())  # fmt: skip
    assert jobs.works([Job.objects.get(instance_id=case).id])[0].variables == {"doc": right, "kind": "letter"}


def test_the_admin_shows_what_a_job_was_given(begun: Callable[..., UUID], admin: User, client: Client) -> None:
    job = Job.objects.get(instance_id=begun())
    client.force_login(admin)
    page = client.get(f"/admin/orchestrator/job/{job.id}/change/").content.decode()
    assert DOCUMENT["f399"] in page


def test_what_is_still_told_is_never_dropped(begun: Callable[..., UUID], work: Callable[[], None], admin: User) -> None:
    case = begun()
    work()
    large.drop_unused(now=timezone.now() + AFTER_GRACE)
    told = large.whole([(row.wrote, row.large) for row in Activity.objects.filter(instance_id=case)])
    assert [row["doc"]["f7"] for row in told if "doc" in row] == ["changed"]
    given = Job.objects.get(instance_id=case)
    assert large.whole([(given.variables, given.large)])[0]["doc"] == DOCUMENT


def test_what_nobody_tells_any_more_is_dropped_after_its_grace(begun: Callable[..., UUID]) -> None:
    case = begun()
    assert large.drop_unused(now=timezone.now() + AFTER_GRACE) == 0
    Instance.objects.filter(id=case).delete()
    assert large.drop_unused(now=timezone.now()) == 0
    assert large.drop_unused(now=timezone.now() + AFTER_GRACE) > 0
    assert not Blob.objects.exists()


def test_the_worker_drops_them_by_itself() -> None:
    large.keep({"ab" * 20: b'["v",1]'})
    Blob.objects.update(created_at=timezone.now() - AFTER_GRACE)
    background.clean()
    assert not Blob.objects.exists()


def test_a_blob_asked_for_again_is_young_again() -> None:
    large.keep({"ab" * 20: b'["v",1]'})
    Blob.objects.update(created_at=timezone.now() - AFTER_GRACE)
    large.keep({"ab" * 20: b'["v",1]'})
    assert large.drop_unused(now=timezone.now()) == 0


@pytest.fixture
def crowd(upload: Callable[..., Any], start: Callable[..., Any]) -> None:
    """Start an instance with 300 jobs at once."""
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics"
        ' inputCollection="=items" inputElement="item"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"
    )
    body = drawings.service("work", "test.echo").replace("</bpmn:serviceTask>", loop)
    upload(drawings.drawing("crowd", drawings.START + body + drawings.END + drawings.chain("start", "work", "end")))
    start("crowd", items=[f"item {n}" for n in range(300)])


def test_the_jobs_of_a_crowd_share_their_collection(crowd: None) -> None:
    rows = list(Job.objects.values_list("variables", "large"))
    assert len({tuple(apart.items()) for _, apart in rows}) == 1
    assert max(len(json.dumps(small)) for small, _ in rows) < 300
    assert sorted(given["item"] for given in large.whole(rows)) == sorted(f"item {n}" for n in range(300))


def test_one_job_of_a_crowd_is_completed_without_reading_the_others(crowd: None) -> None:
    now = timezone.now()
    (work,) = jobs.take(
        job_ids=[Job.objects.values_list("id", flat=True)[150]], lease=store.lease_for("w", now), now=now
    )
    with CaptureQueriesContext(connection) as said:
        jobs.complete(work=[(work, service.perform(work))], now=now)
    read = sum("FROM orchestrator_blob" in query["sql"] for query in said.captured_queries)
    assert read == 2  # the collection, and the piece with this job
    assert Instance.objects.get().state == "executing"


VALUES = st.dictionaries(
    st.sampled_from("abc"),
    st.one_of(st.integers(), st.just(DOCUMENT), st.text('aß€ {}"', max_size=9), st.just(["y" * 3000])),
)


@given(steps=st.lists(VALUES, min_size=1, max_size=4))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_history_tells_it_and_cleaning_changes_nothing(
    upload: Callable[..., Any], start: Callable[..., Any], admin: User, steps: list[dict[str, Any]]
) -> None:  # fmt: skip
    upload(changing())
    case = start("large", doc={}).id
    for values in filter(None, steps):
        instances.set_variables(instance_id=case, variables=values, actor=admin, now=timezone.now())
        large.drop_unused(now=timezone.now() + AFTER_GRACE)
    lines = Activity.objects.filter(instance_id=case, happened="wrote").order_by("seq")
    assert large.whole([(line.wrote, line.large) for line in lines]) == list(filter(None, steps))
    final: dict[str, Any] = {"doc": {}}
    for values in steps:
        final |= values
    assert store.read(Instance.objects.get(id=case)).variables == final
