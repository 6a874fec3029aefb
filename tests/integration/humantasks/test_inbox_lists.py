"""Lists of tasks: queues with counts, orders, what is next, how much was done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from humantasks import inbox, selectors
from humantasks.models import HumanTask, Inbox
from humantasks.selectors import Filters

HOUR = timedelta(hours=1)


@pytest.fixture
def alice(person):
    """Return somebody who works in two queues."""
    return person("alice", "credit", "fraud")


def test_queues_are_counted_as_their_list_is_long(alice, task):
    Inbox.objects.create(key="fraud", name="Fraud desk")
    Inbox.objects.create(key="elsewhere", name="Not theirs")
    task()
    task(assignee="alice")
    task(candidate_groups=("elsewhere",))
    found = {queue.name: queue.count for queue in selectors.queues(alice)}
    assert found == {"Everything": 2, "For me": 1, "Credit": 2, "Fraud desk": 0, "Unassigned": 1}


@pytest.mark.parametrize("queue", ["", "me", "unassigned", "queue:credit"])
def test_a_queue_s_number_is_the_length_of_its_list(alice, task, now, queue):
    task()
    task(assignee="alice")
    task(candidate_groups=("fraud",))
    counts = {found.key: found.count for found in selectors.queues(alice)}
    assert selectors.inbox(alice, Filters(queue=queue), now=now).count() == counts[queue]


def test_due_first_leaves_those_without_a_date_to_the_end(alice, task, now):
    late, never, soon = task(due_at=now + 9 * HOUR), task(), task(due_at=now + HOUR)
    rows = selectors.due_first(selectors.inbox(alice, Filters(), now=now))
    assert [row.id for row in rows] == [soon.id, late.id, never.id]


def test_the_most_urgent_are_sorted_by_urgency_and_can_be_paged(alice, task, now):
    calm, pressing, overdue = task(priority=10), task(priority=90), task(due_at=now - HOUR)
    rows = selectors.inbox(alice, Filters(), now=now)
    assert selectors.most_urgent(rows, now=now) == [overdue, pressing, calm]
    assert selectors.most_urgent(rows, now=now, start=1, count=1) == [pressing]


def test_next_is_one_s_own_task_before_a_more_urgent_free_one(alice, task, now):
    mine = task(assignee="alice", priority=1)
    free = task(priority=99)
    assert selectors.next_for(alice, now=now) == mine
    assert selectors.next_for(alice, now=now, after=mine.id) == free


def test_next_never_is_what_one_may_only_look_at(person, task, now):
    task()
    watcher = person("watcher", "nobody")
    task(candidate_groups=("nobody",), assignee="somebody")
    assert selectors.next_for(watcher, now=now) is None


def test_taking_the_next_goes_on_to_the_one_after_when_somebody_is_faster(alice, task, now, monkeypatch):
    first, second = task(priority=90), task(priority=10)
    found = selectors.next_for

    def meanwhile(*args, **more):
        row = found(*args, **more)
        if row == first:
            HumanTask.objects.filter(id=first.id).update(assignee="bob")
        return row

    monkeypatch.setattr(selectors, "next_for", meanwhile)
    assert inbox.take_next(actor=alice, now=now) == second


def test_filters_by_time(alice, task, now):
    overdue, today = task(due_at=now - HOUR), task(due_at=now + HOUR)
    task(due_at=now + 30 * HOUR)
    assert list(selectors.inbox(alice, Filters(due="overdue"), now=now)) == [overdue]
    assert set(selectors.inbox(alice, Filters(due="today"), now=now)) == {overdue, today}
    assert selectors.at_risk(selectors.inbox(alice, Filters(), now=now), now=now) == (0, 1)


def test_what_was_answered_today_is_counted_with_its_time(alice, task, now):
    for minutes in (2, 4):
        row = task()
        inbox.claim(task_id=row.id, actor=alice, now=now)
        inbox.complete(task_id=row.id, actor=alice, variables={}, now=now + timedelta(minutes=minutes))
    found = selectors.answered_today(alice, since=now)
    assert (found.answered, found.mean_seconds) == (2, 180)
    assert selectors.answered_today(alice, since=now + HOUR).mean_seconds is None


def test_the_number_on_the_inbox_counts_what_one_may_answer(alice, task):
    task()
    task(assignee="alice")
    task(assignee="bob")
    assert selectors.waiting(alice) == 2


def test_tasks_that_still_wait_for_their_context_are_found(task, now):
    row = task(is_preparing=True)
    assert selectors.preparing(row.id) == row
    assert selectors.left_preparing(before=now + HOUR) == [row.id]
    assert selectors.left_preparing(before=now) == []
