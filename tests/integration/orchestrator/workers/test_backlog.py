"""Workers share a backlog: fast jobs go many at a time, slow ones are left to others, none is lost or done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orchestrator.models import Instance, Job
from orchestrator.runtime import claims, instances, jobs, store, suspension
from orchestrator.workers import dispatch
from tests import drawings

pytestmark = pytest.mark.django_db(transaction=True)
only_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="one statement on PostgreSQL only")


def start(count: int, ago: timedelta = timedelta()) -> list[store.Step]:
    return [instances.start(key="straight", variables={}, now=timezone.now() - ago) for _ in range(count)]


def test_what_a_slow_worker_has_not_begun_it_gives_back(upload, sent, monkeypatch):
    upload(drawings.straight("straight", "test.echo"))
    start(3)
    ids = list(sent)
    monkeypatch.setattr(dispatch, "SHARE_SECONDS", 0)
    assert dispatch.perform(ids, worker="w") == 1
    left = Job.objects.filter(state="ready")
    assert sorted(left.values_list("attempts", "leased_until")) == [(0, None), (0, None)]
    assert sorted(sent[3:]) == sorted(left.values_list("id", flat=True))


@only_postgres
def test_one_message_takes_the_backlog_with_it(upload, sent):
    upload(drawings.straight("straight", "test.echo"))
    start(3, ago=2 * claims.BACKLOG_AFTER)
    start(2)
    assert dispatch.perform(sent[:1], worker="w") == 3
    assert Instance.objects.filter(state="completed").count() == 3


@only_postgres
def test_a_job_in_a_message_is_one_claim_and_one_write(upload, sent):
    upload(drawings.straight("straight", "test.echo"))
    start(2)
    dispatch.perform(sent[:1], worker="w")
    with CaptureQueriesContext(connection) as said:
        dispatch.perform(sent[1:], worker="w")
    assert [query["sql"].split()[0] for query in said.captured_queries] == ["WITH", "BEGIN", "WITH", "COMMIT"]


def test_what_a_result_opens_waits_when_its_case_was_suspended_meanwhile(upload, sent, admin):
    names = ["first", "second"]
    body = drawings.START + "".join(drawings.service(n, "test.echo") for n in names) + drawings.END
    upload(drawings.drawing("straight", body + drawings.chain("start", *names, "end")))
    (step,) = start(1)
    now = timezone.now()
    work = jobs.claim(job_ids=sent, lease=store.lease_for("w", now), now=now)
    suspension.suspend(instance_id=step.id, actor=admin, now=now)
    dispatch.go_on(work, worker="w")
    assert list(Job.objects.exclude(state="done").values_list("element", "state")) == [("second", "ready")]
