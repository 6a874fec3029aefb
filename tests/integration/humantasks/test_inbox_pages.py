"""The inbox and a task's page, as a browser without JavaScript uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from humantasks import facts, inbox
from humantasks.models import HumanTask

SECRETS = ("0.91", "Savings cover 6", "0.36", "confident_alone")


@pytest.fixture
def alice(person: Callable):
    """Return a reviewer of the queue `credit`."""
    return person("alice", "credit", first_name="Alice", last_name="Moreau")


@pytest.fixture
def browser(alice) -> Client:
    """Return Alice's browser."""
    client = Client()
    client.force_login(alice)
    return client


def text_of(answer) -> str:
    """Return a page's text without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_list_shows_why_a_person_and_what_is_suggested(browser, decision):
    decision(business_key="LN-1")
    page = text_of(browser.get("/inbox/"))
    assert "LN-1" in page
    assert "Confidence 0.91, needs 0.95" in page
    assert "Approve 0.91" in page
    assert "1 open" in page


@pytest.mark.parametrize(
    ("actual", "said"), [("0.8509", "0.85"), ("0.8796", "0.8796"), ("0.8", "0.80"), ("no answer", "no answer")]
)
def test_a_confidence_has_two_digits_unless_they_would_hide_the_difference(actual, said, browser, decision):
    unsure = {"code": "confident_alone", "text": "Confidence above 0.88", "expected": "> 0.88", "actual": actual,
              "met": False}  # fmt: skip
    task = decision()
    task.conditions = [unsure]
    task.save()
    assert f"Confidence {said}, needs 0.88" in text_of(browser.get("/inbox/"))


def test_the_address_narrows_the_list(browser, task):
    task(business_key="LN-1")
    task(business_key="LN-2", candidate_groups=("other",), candidate_users=("alice",))
    page = text_of(browser.get("/inbox/?queue=queue:credit"))
    assert "LN-1" in page
    assert "LN-2" not in page
    assert "LN-2" in text_of(browser.get("/inbox/?q=ln-2"))
    assert "Nothing open fits these filters" in text_of(browser.get("/inbox/?q=zzz"))


def test_an_empty_inbox_says_why_and_what_else_to_do(browser):
    page = text_of(browser.get("/inbox/"))
    assert "Nothing waits for you" in page
    assert "Overview" in page


def test_a_long_list_is_shown_page_by_page(browser, task):
    for number in range(27):
        task(business_key=f"LN-{number:02}")
    assert "LN-26" not in text_of(browser.get("/inbox/"))
    assert "LN-26" in text_of(browser.get("/inbox/?from=25"))


def test_the_task_page_shows_everything_that_is_needed(browser, decision):
    briefing = {
        "gathered_at": "2026-11-20T13:59:00+00:00",
        "items": [
            {"name": "score", "label": "Bureau score", "value": 612, "source": "Credit bureau",
             "as_of": "2026-11-20T13:59:00+00:00", "status": "ok", "error": ""},
            {"name": "turnover", "label": "Turnover", "value": None, "source": "Core banking",
             "as_of": "2026-11-20T13:59:00+00:00", "status": "late",
             "error": "Core banking did not answer within 2 s."},
        ],
    }  # fmt: skip
    row = decision(business_key="LN-1", briefing=briefing, due_at=timezone.now() + timedelta(hours=2))
    page = text_of(browser.get(f"/tasks/{row.id}/"))
    for words in ("Why you", "1 of 2 conditions", "18,400", "612", "Credit bureau", "1 of 2 sources answered",
                  "Core banking did not answer within 2 s.", "Savings cover 6 instalments",
                  "0.95 to decide alone", "to the deadline", "Confirm", "As Alice Moreau"):  # fmt: skip
        assert words in page, words


def test_a_sealed_task_tells_nothing_of_the_suggestion(browser, decision):
    row = decision("escalate", business_key="LN-1")
    pages = [browser.get(path).content.decode() for path in ("/inbox/", f"/tasks/{row.id}/")]
    for page in pages:
        assert not [secret for secret in SECRETS if secret in page]
    assert "Decide first." in pages[1]


def test_an_answered_sealed_task_opens_its_suggestion(browser, decision, alice):
    row = decision("escalate")
    inbox.complete(task_id=row.id, actor=alice, variables={"label": "refuse"}, now=timezone.now())
    assert "Savings cover 6" in text_of(browser.get(f"/tasks/{row.id}/"))


def test_confirming_answers_with_what_was_suggested(browser, decision, told):
    row = decision()
    sent = {"answer": "confirm", "shown": row.fingerprint, "comment": "called the employer"}
    answer = browser.post(f"/tasks/{row.id}/answer/", sent, follow=True)
    assert "You confirmed: Approve" in text_of(answer)
    assert [f.comment for f in told if isinstance(f, facts.TaskCompleted)] == ["called the employer"]


def test_correcting_answers_with_something_else(browser, decision):
    row = decision()
    sent = {"answer": "correct", "label": "refuse", "shown": row.fingerprint}
    assert "You corrected: Refuse" in text_of(browser.post(f"/tasks/{row.id}/answer/", sent, follow=True))


def test_correcting_without_saying_what_is_asked_again(browser, decision):
    row = decision()
    answer = browser.post(f"/tasks/{row.id}/answer/", {"answer": "correct", "comment": "no"})
    assert answer.status_code == 422
    assert "An answer is needed here." in text_of(answer)
    assert "no</textarea>" in answer.content.decode()


def test_a_changed_case_is_shown_with_the_difference_and_keeps_the_text(browser, decision):
    row = decision()
    seen = row.fingerprint
    changed = {"amount": 91000, "purpose": "kitchen"}
    inbox.attach_briefing(task_id=row.id, briefing=None, variables=changed, now=timezone.now())
    sent = {"answer": "confirm", "shown": seen, "comment": "my reason"}
    answer = browser.post(f"/tasks/{row.id}/answer/", sent)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "The case changed while you were reading. Nothing was submitted." in page
    assert "18,400" in page
    assert "91,000" in page
    assert "my reason</textarea>" in answer.content.decode()
    assert 'value="confirm" required checked' not in answer.content.decode()
    assert HumanTask.objects.get(id=row.id).is_open


def test_the_second_of_two_reviewers_reads_who_was_first(browser, decision, person):
    row = decision()
    jonas = person("jonas", "credit", first_name="Jonas", last_name="Kern")
    inbox.complete(task_id=row.id, actor=jonas, variables={"label": "refuse"}, now=timezone.now())
    answer = browser.post(f"/tasks/{row.id}/answer/", {"answer": "confirm"})
    assert answer.status_code == 409
    assert "Jonas Kern was faster. Nothing was submitted." in text_of(answer)


def test_a_cancelled_task_says_that_it_is_gone(browser, task):
    row = task(reference="i:1")
    inbox.close(references=["i:1"], now=timezone.now(), reason="The applicant withdrew.")
    page = text_of(browser.get(f"/tasks/{row.id}/"))
    assert "This task is gone" in page
    assert "The applicant withdrew." in page


def test_submit_then_next_shows_the_next_task_of_the_queue(browser, decision):
    row, following = decision(business_key="LN-1"), decision(business_key="LN-2")
    sent = {"answer": "confirm", "shown": row.fingerprint, "then": "next"}
    answer = browser.post(f"/tasks/{row.id}/answer/", sent)
    assert answer["Location"] == f"/tasks/{following.id}/"
    assert HumanTask.objects.get(id=following.id).assignee == "alice"


def test_next_takes_the_most_urgent_and_says_when_nothing_is_left(browser, task):
    task(business_key="LN-1", priority=10)
    urgent = task(business_key="LN-2", priority=90)
    assert browser.post("/inbox/next/")["Location"] == f"/tasks/{urgent.id}/"
    inbox.close(references=list(HumanTask.objects.values_list("reference", flat=True)), now=timezone.now())
    assert "No further task waits for you." in text_of(browser.post("/inbox/next/", follow=True))


def test_claiming_and_giving_back_need_no_script(browser, task):
    row = task()
    assert "Claimed by you" in text_of(browser.post(f"/tasks/{row.id}/claim/", follow=True))
    assert HumanTask.objects.get(id=row.id).assignee == "alice"
    browser.post(f"/tasks/{row.id}/release/")
    assert HumanTask.objects.get(id=row.id).assignee == ""


def test_passing_on_from_the_form_gives_the_task_away(browser, decision, person):
    row = decision()
    person("carl", "credit")
    browser.post(f"/tasks/{row.id}/answer/", {"answer": "pass", "to": "carl", "comment": "yours"})
    assert HumanTask.objects.get(id=row.id).assignee == "carl"


def test_asking_a_colleague_keeps_the_task_open_for_both(browser, decision, person):
    row, carl = decision(), person("carl")
    sent = {"answer": "ask", "whom": "carl", "comment": "what do you think?"}
    assert "carl is asked" in text_of(browser.post(f"/tasks/{row.id}/answer/", sent, follow=True))
    other = Client()
    other.force_login(carl)
    page = text_of(other.get(f"/tasks/{row.id}/"))
    assert "what do you think?" in page
    assert "You may read this task and comment on it." in page


def test_a_draft_survives_leaving_the_page(browser, decision):
    row = decision()
    browser.post(f"/tasks/{row.id}/draft/", {"answer": "correct", "comment": "not sure yet"})
    page = browser.get(f"/tasks/{row.id}/").content.decode()
    assert "not sure yet</textarea>" in page
    assert 'value="correct" checked' in page


def test_the_draft_answers_a_script_with_one_line(browser, decision):
    sent = browser.post(f"/tasks/{decision().id}/draft/", {"comment": "x"}, headers={"HX-Request": "true"})
    assert sent.content.decode().startswith("Draft saved ")


def test_a_task_without_a_form_asks_for_its_variables_and_takes_new_ones(browser, task, told):
    row = task(variables={"amount": 100, "approved": False})
    sent = {"amount": "100", "approved": "true", "new_name": ["note"], "new_value": ["fine"]}
    browser.post(f"/tasks/{row.id}/answer/", sent)
    assert told[-1].variables == {"approved": True, "note": "fine"}


def test_comments_are_shown_with_their_author(browser, task):
    row = task()
    page = text_of(browser.post(f"/tasks/{row.id}/comment/", {"comment": "<b>see</b> the file"}, follow=True))
    assert "&lt;b&gt;see&lt;/b&gt; the file" in page
    assert "Alice Moreau" in page


def test_correcting_afterwards_is_kept_beside_the_answer(browser, decision, told, alice):
    row = decision()
    inbox.complete(task_id=row.id, actor=alice, variables={"label": "approve"}, now=timezone.now())
    sent = {"label": "refuse", "comment": "forged payslip"}
    page = text_of(browser.post(f"/tasks/{row.id}/correct/", sent, follow=True))
    assert "forged payslip" in page
    assert isinstance(told[-1], facts.TaskCorrected)


def test_several_alike_are_confirmed_after_a_look(browser, decision):
    rows = [decision(business_key=f"LN-{n}") for n in range(2)]
    ids = [str(row.id) for row in rows]
    page = browser.post("/inbox/bulk/", {"act": "preview", "task": ids})
    assert "Confirm 2 as Approve?" in text_of(page)
    shown = [row.fingerprint for row in rows]
    done = browser.post("/inbox/bulk/", {"act": "confirm", "task": ids, "shown": shown})
    assert text_of(done).count("Confirmed: approve") == 2


def test_tasks_that_are_not_alike_are_not_confirmed_together(browser, decision, task):
    ids = [str(decision().id), str(task().id)]
    assert "These do not go together" in text_of(browser.post("/inbox/bulk/", {"act": "preview", "task": ids}))


def test_each_of_several_is_told_its_own_result(browser, task, person):
    free, held = task(), task()
    inbox.claim(task_id=held.id, actor=person("bob", "credit"), now=timezone.now())
    page = text_of(browser.post("/inbox/bulk/", {"act": "claim", "task": [str(free.id), str(held.id)]}))
    assert "Claimed" in page
    assert "bob has claimed this task" in page


def test_a_task_that_is_not_theirs_looks_like_none(task, person):
    client = Client()
    client.force_login(person("mallory", "other"))
    row = task()
    for verb, path in (("get", ""), ("post", "answer/"), ("post", "claim/"), ("post", "comment/")):
        assert getattr(client, verb)(f"/tasks/{row.id}/{path}").status_code == 404


def test_pages_carry_no_inline_script_or_style(browser, decision):
    row = decision()
    for path in ("/inbox/", f"/tasks/{row.id}/"):
        page = browser.get(path).content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*application/(json|xml))", page)


def test_the_list_asks_the_database_no_more_for_more_tasks(browser, decision, django_assert_max_num_queries):
    for _ in range(12):
        decision()
    with django_assert_max_num_queries(30):
        browser.get("/inbox/")


def test_how_long_somebody_looked_is_known_from_the_page_they_opened(browser, decision, told):
    row = decision()
    page = browser.get(f"/tasks/{row.id}/").content.decode()
    opened = re.search(r'name="opened" value="([^"]+)"', page)
    assert opened is not None
    browser.post(f"/tasks/{row.id}/answer/", {"answer": "confirm", "opened": opened[1]})
    assert told[-1].seconds_spent in range(60)


def test_a_moment_that_we_did_not_sign_counts_for_nothing(browser, decision, told):
    browser.post(f"/tasks/{decision().id}/answer/", {"answer": "confirm", "opened": "yesterday"})
    assert told[-1].seconds_spent is None
