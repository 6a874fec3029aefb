"""Every verb of the inbox: what it changes, what it tells, whom it refuses."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest
from django.db import IntegrityError

from humantasks import errors, facts, inbox, selectors
from humantasks.models import Candidate, Snapshot, TaskState


def test_a_created_task_is_open_in_its_queue_and_told(task, told, now):
    row = task(candidate_groups=("credit", "seniors"), candidate_users=("zoe",))
    assert (row.state, row.queue, row.assignee) == ("open", "credit", "")
    assert {(c.user, c.group) for c in Candidate.objects.all()} == {("zoe", ""), ("", "seniors")}
    assert told == [facts.TasksOpened(task_ids=[row.id], at=now)]


def test_a_task_that_names_nobody_waits_in_the_default_queue(task, settings):
    settings.HANDOFF_DEFAULT_QUEUE = "everyone"
    assert task(candidate_groups=()).queue == "everyone"


def test_a_drawn_assignee_has_the_task_at_once(task):
    assert task(assignee="alice", candidate_groups=()).assignee == "alice"


def test_one_reference_waits_once(task):
    task(reference="i:1")
    with pytest.raises(IntegrityError):
        task(reference="i:1")


def test_a_reference_may_wait_again_after_its_task_is_closed(task, now):
    task(reference="i:1")
    inbox.close(references=["i:1"], now=now)
    assert task(reference="i:1").is_open


def test_closing_takes_open_tasks_out_and_says_which(task, told, now):
    row = task(reference="i:1")
    assert inbox.close(references=["i:1", "i:2"], now=now, reason="gone") == 1
    row.refresh_from_db()
    assert (row.state, row.reason, row.closed_at) == ("cancelled", "gone", now)
    assert told[-1] == facts.TasksCancelled(task_ids=[row.id], reason="gone", at=now)


def test_closing_nothing_is_one_statement_and_tells_nothing(told, db, now, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert inbox.close(references=["i:9"], now=now) == 0
    assert told == []


def test_claiming_takes_the_task(task, person, told, now):
    alice, row = person("alice", "credit"), task()
    assert inbox.claim(task_id=row.id, actor=alice, now=now).assignee == "alice"
    assert told[-1] == facts.TaskClaimed(task_id=row.id, instance_id=row.instance_id, actor_id=alice.pk, at=now)


def test_claiming_again_is_no_error_and_tells_nothing(task, person, told, now):
    alice, row = person("alice", "credit"), task()
    inbox.claim(task_id=row.id, actor=alice, now=now)
    count = len(told)
    inbox.claim(task_id=row.id, actor=alice, now=now)
    assert len(told) == count


def test_claiming_what_somebody_holds_says_who(task, person, now):
    row = task()
    inbox.claim(task_id=row.id, actor=person("alice", "credit"), now=now)
    with pytest.raises(errors.TaskClaimedByOther, match="alice"):
        inbox.claim(task_id=row.id, actor=person("bob", "credit"), now=now)


def test_giving_back_frees_the_task_and_is_remembered(task, person, now):
    alice, row = person("alice", "credit"), task()
    inbox.claim(task_id=row.id, actor=alice, now=now)
    inbox.unclaim(task_id=row.id, actor=alice, now=now + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.assignee == ""
    assert [line.text for line in selectors.history(row)][0] == "gave it back"


def test_only_a_supervisor_frees_what_another_holds(task, person, now):
    row = task()
    inbox.claim(task_id=row.id, actor=person("alice", "credit"), now=now)
    with pytest.raises(errors.TaskClaimedByOther):
        inbox.unclaim(task_id=row.id, actor=person("bob", "credit"), now=now)
    assert inbox.unclaim(task_id=row.id, actor=person("eve", is_superuser=True), now=now).assignee == ""


def test_passing_on_moves_the_task_to_a_colleague(task, person, told, now):
    alice, row = person("alice", "credit"), task()
    person("carl")
    inbox.pass_on(task_id=row.id, actor=alice, to_user="carl", comment="yours", now=now)
    row.refresh_from_db()
    assert row.assignee == "carl"
    assert row.comments.get().text == "yours"
    assert told[-1].to_user == "carl"


def test_passing_on_to_nobody_known_is_refused(task, person, now):
    row = task()
    with pytest.raises(errors.UnknownPerson, match="nobody"):
        inbox.pass_on(task_id=row.id, actor=person("alice", "credit"), to_user="nobody", now=now)


def test_completing_writes_the_answer_and_tells_it_once(task, person, told, now):
    alice, row = person("alice", "credit"), task(form={"fields": [{"id": "ok", "type": "boolean"}]})
    done = inbox.complete(task_id=row.id, actor=alice, variables={"ok": True}, comment="fine", now=now)
    row.refresh_from_db()
    assert done.instance_id == row.instance_id
    assert (row.state, row.closed_by, row.outcome, row.reason) == ("completed", "alice", {"ok": True}, "fine")
    completed = [fact for fact in told if isinstance(fact, facts.TaskCompleted)]
    assert [(fact.variables, fact.answer, fact.reference) for fact in completed] == [
        ({"ok": True}, "answer", row.reference)
    ]


def test_a_listener_that_refuses_leaves_the_task_open(task, person, told, now):
    alice, row = person("alice", "credit"), task()

    def refuse(*, fact: object, **_: object) -> None:
        if isinstance(fact, facts.TaskCompleted):
            raise RuntimeError("the case has gone on")

    facts.told.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            inbox.complete(task_id=row.id, actor=alice, variables={}, now=now)
    finally:
        facts.told.disconnect(refuse)
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("open", None)


def test_the_second_of_two_answers_is_told_who_was_first(task, person, now):
    row = task()
    inbox.complete(task_id=row.id, actor=person("alice", "credit"), variables={}, now=now)
    with pytest.raises(errors.TaskClosed, match="alice answered this task at 2026-11-20 14:00"):
        inbox.complete(task_id=row.id, actor=person("bob", "credit"), variables={}, now=now)


def test_answering_what_another_holds_is_refused(task, person, now):
    row = task()
    inbox.claim(task_id=row.id, actor=person("alice", "credit"), now=now)
    with pytest.raises(errors.TaskClaimedByOther):
        inbox.complete(task_id=row.id, actor=person("bob", "credit"), variables={}, now=now)


def test_answering_a_cancelled_task_says_that_it_is_gone(task, person, now):
    row = task(reference="i:1")
    inbox.close(references=["i:1"], now=now, reason="The case was withdrawn.")
    with pytest.raises(errors.TaskClosed, match="withdrawn"):
        inbox.complete(task_id=row.id, actor=person("alice", "credit"), variables={}, now=now)


def test_an_answer_that_does_not_fit_names_every_field(task, person, now):
    fields = [{"id": "n", "type": "long"}, {"id": "why", "required": True}]
    row = task(form={"fields": fields})
    with pytest.raises(errors.AnswerInvalid) as refused:
        inbox.complete(task_id=row.id, actor=person("alice", "credit"), variables={"n": "x"}, now=now)
    assert set(refused.value.fields) == {"n", "why"}


@pytest.mark.parametrize(("label", "kind"), [("approve", "confirm"), ("refuse", "correct")])
def test_the_kind_of_an_answer_is_found_by_comparing_it(decision, person, told, now, label, kind):
    row = decision()
    inbox.complete(task_id=row.id, actor=person("alice", "credit"), variables={"label": label}, now=now)
    assert (told[-1].answer, told[-1].saw_suggestion, told[-1].record_id) == (kind, True, row.record_id)


def test_confirming_takes_the_suggested_values(decision, person, now):
    row = decision()
    alice = person("alice", "credit")
    done = inbox.complete(task_id=row.id, actor=alice, variables={}, answer="confirm", now=now)
    assert done.variables == {"label": "approve"}


def test_there_is_nothing_to_confirm_while_it_is_sealed(decision, person, told, now):
    row, alice = decision("escalate"), person("alice", "credit")
    with pytest.raises(errors.AnswerInvalid):
        inbox.complete(task_id=row.id, actor=alice, variables={}, answer="confirm", now=now)
    inbox.complete(task_id=row.id, actor=alice, variables={"label": "approve"}, now=now)
    assert (told[-1].answer, told[-1].saw_suggestion) == ("answer", False)


def test_an_answer_to_what_has_changed_is_refused(task, person, now):
    alice, row = person("alice", "credit"), task()
    seen = row.fingerprint
    inbox.attach_briefing(task_id=row.id, briefing=None, variables={"amount": 91000}, now=now)
    with pytest.raises(errors.ShownDataChanged):
        inbox.complete(task_id=row.id, actor=alice, variables={}, fingerprint=seen, now=now)
    row.refresh_from_db()
    assert row.is_open
    assert [(d.name, d.before, d.now) for d in selectors.changed_since(row, seen)] == [
        ("amount", 18400, 91000), ("purpose", "kitchen", None)
    ]  # fmt: skip


def test_the_same_context_again_changes_nothing(task, now):
    row = task()
    inbox.attach_briefing(task_id=row.id, briefing=None, now=now)
    assert not Snapshot.objects.exists()


def test_a_task_that_is_prepared_opens_with_its_briefing(task, person, told, now):
    row = task(is_preparing=True)
    alice = person("alice", "credit")
    with pytest.raises(errors.TaskNotReady):
        inbox.complete(task_id=row.id, actor=alice, variables={}, now=now)
    inbox.attach_briefing(task_id=row.id, briefing={"items": [], "gathered_at": "x"}, now=now)
    row.refresh_from_db()
    assert row.state == TaskState.OPEN
    assert isinstance(told[-1], facts.TasksOpened)


def test_correcting_afterwards_keeps_both_answers(decision, person, told, now):
    row, alice = decision(), person("alice", "credit")
    inbox.complete(task_id=row.id, actor=alice, variables={"label": "approve"}, now=now)
    inbox.correct(task_id=row.id, actor=alice, variables={"label": "refuse"}, comment="a forged payslip", now=now)
    row.refresh_from_db()
    assert row.outcome == {"label": "approve"}
    assert told[-1].variables == {"label": "refuse"}


def test_only_who_answered_corrects_and_only_with_a_reason(decision, person, now):
    row, alice = decision(), person("alice", "credit")
    inbox.complete(task_id=row.id, actor=alice, variables={"label": "approve"}, now=now)
    with pytest.raises(errors.NotPermitted):
        inbox.correct(task_id=row.id, actor=person("bob", "credit"), variables={"label": "refuse"},
                      comment="no", now=now)  # fmt: skip
    with pytest.raises(errors.AnswerInvalid):
        inbox.correct(task_id=row.id, actor=alice, variables={"label": "refuse"}, comment=" ", now=now)


def test_a_colleague_who_is_asked_may_read_and_comment_but_not_answer(task, person, now):
    row, alice, carl = task(), person("alice", "credit"), person("carl")
    with pytest.raises(errors.TaskNotFound):
        inbox.comment(task_id=row.id, actor=carl, text="hello", now=now)
    inbox.comment(task_id=row.id, actor=alice, text="what do you think?", ask="carl", now=now)
    inbox.comment(task_id=row.id, actor=carl, text="looks right", now=now)
    with pytest.raises(errors.NotPermitted):
        inbox.complete(task_id=row.id, actor=carl, variables={}, now=now)


def test_a_draft_is_kept_until_the_answer(task, person, now):
    row, alice = task(), person("alice", "credit")
    inbox.save_draft(task_id=row.id, actor=alice, values={"ok": "maybe"}, now=now)
    row.refresh_from_db()
    assert (row.draft, row.draft_by, row.draft_at) == ({"ok": "maybe"}, "alice", now)
    inbox.complete(task_id=row.id, actor=alice, variables={}, now=now)
    row.refresh_from_db()
    assert row.draft is None


def test_how_long_somebody_took_is_told(task, person, told, now):
    row, alice = task(), person("alice", "credit")
    inbox.claim(task_id=row.id, actor=alice, now=now)
    inbox.complete(task_id=row.id, actor=alice, variables={}, now=now + timedelta(seconds=250))
    assert told[-1].seconds_spent == 250


def test_completing_a_claimed_task_is_one_select_and_one_update(task, person, now, django_assert_num_queries):
    row, alice = task(), person("alice", "credit")
    inbox.claim(task_id=row.id, actor=alice, now=now)
    with django_assert_num_queries(4) as asked:  # with the savepoint and its release
        inbox.complete(task_id=row.id, actor=alice, variables={}, now=now)
    verbs = [query["sql"].split()[0] for query in asked.captured_queries]
    assert verbs == ["SAVEPOINT", "SELECT", "UPDATE", "RELEASE"]


@pytest.mark.parametrize(
    "error",
    [
        errors.TaskClosed("t", "completed", "alice", None),
        errors.AnswerInvalid({"a": "b"}),
        errors.NotPermitted("alice", "do this"),
        errors.ShownDataChanged("t", "f"),
    ],
)
def test_errors_travel_between_processes(error):
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code) == (str(error), error.code)
