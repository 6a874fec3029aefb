"""What a command may cost in statements and commits: steadier than time (ADR 0008)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from guardian.shortcuts import assign_perm
from rest_framework.test import APIClient

from bpmn.models import ProcessDefinition
from humantasks.models import HumanTask
from humantasks.rows import first
from orchestrator.api.authentication import issue
from orchestrator.models import Instance, Job, Timer
from orchestrator.runtime import instances, jobs, store, timers
from orchestrator.workers import dispatch
from tests import drawings

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="counts the statements of PostgreSQL: make test-real"),
]


class Count:
    """Statements by their first word."""

    def __init__(self, said: CaptureQueriesContext) -> None:
        self.words = [query["sql"].split()[0].upper() for query in said.captured_queries]

    def of(self, *words: str) -> int:
        """Return how many statements begin with one of the words."""
        return sum(word in words for word in self.words)

    @property
    def writes(self) -> int:
        """Return how many statements write."""
        return self.of("INSERT", "UPDATE", "DELETE", "WITH")


def counted(work: Callable[[], Any]) -> Count:
    with CaptureQueriesContext(connection) as said:
        work()
    return Count(said)


def through(key: str) -> None:
    now = timezone.now()
    step = instances.start(key=key, variables={}, now=now, lease=store.lease_for("w", now))
    dispatch.go_on([jobs.work_of(step, job) for job in step.leased_jobs()], worker="w")


@pytest.mark.parametrize(("jobs_in_a_row", "commits"), [(1, 2), (10, 11)])
def test_each_durable_step_is_one_commit_and_one_write(upload, sent, jobs_in_a_row, commits):
    names = [f"work{i}" for i in range(jobs_in_a_row)]
    body = drawings.START + "".join(drawings.service(n, "test.echo") for n in names) + drawings.END
    upload(drawings.drawing("row", body + drawings.chain("start", *names, "end")))
    through("row")
    count = counted(lambda: through("row"))
    assert (count.of("COMMIT"), count.writes) == (commits, commits)
    assert count.of("SELECT") <= 1


@pytest.fixture
def api(admin, sent) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=admin)}")
    return client


def test_a_human_task_takes_three_commits(upload, api):
    upload(drawings.human())

    def life() -> None:
        started = api.post("/api/v1/definitions/human/start", {}).json()
        (task,) = api.get("/api/v1/tasks", {"instance": started["id"]}).json()["results"]
        api.post(f"/api/v1/tasks/{task['id']}/claim")
        api.post(f"/api/v1/tasks/{task['id']}/complete", {"variables": {"a": 1}})

    life()
    count = counted(life)
    assert count.of("COMMIT") == 3  # start, claim, complete
    assert count.writes == 3
    assert Instance.objects.filter(state="completed").count() == 2


WHO_ASKS = 1  # token, user and groups


def test_answering_a_task_is_one_select_and_one_write(upload, api):
    upload(drawings.human())
    for _ in range(2):
        instances.start(key="human", variables={}, now=timezone.now())
    first, second = HumanTask.objects.values_list("id", flat=True)
    api.post(f"/api/v1/tasks/{first}/complete", {"variables": {"a": 1}})
    count = counted(lambda: api.post(f"/api/v1/tasks/{second}/complete", {"variables": {"a": 1}}))
    assert (count.of("SELECT") - WHO_ASKS, count.writes, count.of("COMMIT")) == (1, 1, 1)
    assert set(HumanTask.objects.values_list("state", flat=True)) == {"completed"}


def test_claiming_a_task_is_one_select_and_one_write(upload, api):
    upload(drawings.human())
    instances.start(key="human", variables={}, now=timezone.now())
    task = HumanTask.objects.get()
    count = counted(lambda: api.post(f"/api/v1/tasks/{task.id}/claim"))
    assert (count.of("SELECT") - WHO_ASKS, count.writes) == (1, 1)


def test_listing_tasks_asks_once_beside_who_asks(upload, api):
    upload(drawings.human())
    for _ in range(3):
        instances.start(key="human", variables={}, now=timezone.now())
    api.get("/api/v1/tasks")
    assert counted(lambda: api.get("/api/v1/tasks")).of("SELECT") == WHO_ASKS + 1


def test_reading_an_instance_asks_once_beside_who_asks(upload, api):
    upload(drawings.human())
    step = instances.start(key="human", variables={}, now=timezone.now())
    assert counted(lambda: api.get(f"/api/v1/instances/{step.id}")).of("SELECT") == WHO_ASKS + 1


def test_looking_for_due_timers_reads_no_row_of_those_that_wait(upload):
    upload(drawings.straight())
    now = timezone.now()
    step = instances.start(key="straight", variables={}, now=now)
    later = now + timedelta(days=1)
    rows_read = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'orchestrator_timer'"
    with transaction.atomic(), connection.cursor() as cursor:
        Timer.objects.bulk_create(
            Timer(instance_id=step.id, token=n, element="later", due_at=later) for n in range(100, 1100)
        )
        cursor.execute("ANALYZE orchestrator_timer")
        before = first(rows_read)
        for _ in range(8):  # from the sixth time on by a plan for any moment
            assert timers.fire(now=now) == 0
        assert first(rows_read) == before


def test_taking_the_result_of_a_job_reads_no_other_job(upload, sent):
    upload(drawings.straight())
    now = timezone.now()
    step = instances.start(key="straight", variables={}, now=now, lease=store.lease_for("w", now))
    (work,) = [jobs.work_of(step, job) for job in step.leased_jobs()]
    rows_read = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'orchestrator_job'"
    with transaction.atomic(), connection.cursor() as cursor:
        Job.objects.bulk_create(
            Job(instance_id=step.id, token=n, element="other", kind="serviceTask", type="other", due_at=now,
                version_id=step.head.version_id, state="running", created_at=now) for n in range(100, 1100)
        )  # fmt: skip
        cursor.execute("ANALYZE orchestrator_job")
        before = first(rows_read)
        dispatch.go_on([work], worker="w")
        assert first(rows_read) == before
    assert Instance.objects.get().state == "completed"


def test_claiming_reads_no_instance_but_those_of_the_jobs(upload, sent):
    upload(drawings.straight())
    now = timezone.now()
    step = instances.start(key="straight", variables={}, now=now)
    rows_read = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'orchestrator_instance'"
    with transaction.atomic():
        Instance.objects.bulk_create(
            Instance(version_id=step.head.version_id, process_key="other", data=b"", started_at=now)
            for _ in range(1000)
        )
        before = first(rows_read)
        taken = jobs.claim(job_ids=[step.jobs[0].id], lease=store.lease_for("w", now), now=now)
        assert first(rows_read) == before
    assert [work.instance_id for work in taken] == [step.id]


@pytest.fixture
def member(upload) -> APIClient:
    """Return the client of somebody who may what their group may with one process, and nothing else."""
    upload(drawings.human())
    zoe, group = User.objects.create_user("zoe"), Group.objects.create(name="reviewers")
    zoe.groups.add(group)
    for verb in ("view", "start"):
        assign_perm(f"bpmn.{verb}_processdefinition", group, ProcessDefinition.objects.get(key="human"))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=zoe)}")
    return client


def test_what_somebody_is_granted_is_asked_for_once_a_request(member, sent):
    started = member.post("/api/v1/definitions/human/start", {}).json()
    asked = {path: counted(lambda path=path: member.get(path)).of("SELECT") - WHO_ASKS
             for path in ("/api/v1/tasks", f"/api/v1/instances/{started['id']}")}  # fmt: skip
    # grants, those on inboxes, the list; the instance, grants, its definition, whether a second look is open
    assert list(asked.values()) == [3, 4]
