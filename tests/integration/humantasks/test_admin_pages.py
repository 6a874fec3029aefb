"""The admin of people's work opens, and keeps sealed what reviewers must not see."""

from __future__ import annotations

import pytest
from django.test import Client

from humantasks import definitions
from humantasks.models import Form, Inbox, WorkProfile


@pytest.fixture
def admin(person) -> Client:
    """Return the browser of an administrator."""
    client = Client()
    client.force_login(person("root", is_superuser=True, is_staff=True))
    return client


@pytest.mark.parametrize("page", ["inbox", "workprofile", "form", "humantask"])
def test_lists_open(admin, page):
    assert admin.get(f"/admin/humantasks/{page}/").status_code == 200


def test_rows_open_and_permissions_can_be_granted(admin, decision, person, now):
    row, inbox = decision("escalate"), Inbox.objects.create(key="credit")
    definitions.add_form(data=b'{"id": "f", "components": []}', deployment_id=None, actor=None, now=now)
    profile = WorkProfile.objects.create(user=person("zoe"))
    for path in (
        f"inbox/{inbox.pk}/change/", f"inbox/{inbox.pk}/permissions/", f"workprofile/{profile.pk}/change/",
        f"form/{Form.objects.get().pk}/change/", f"humantask/{row.pk}/change/",
    ):  # fmt: skip
        assert admin.get(f"/admin/humantasks/{path}").status_code == 200, path


def test_a_sealed_suggestion_is_sealed_here_too(admin, decision):
    page = admin.get(f"/admin/humantasks/humantask/{decision('escalate').pk}/change/").content.decode()
    assert not [word for word in ("0.91", "Savings cover", "confident_alone") if word in page]


@pytest.mark.parametrize("asked", ["suggestion__label=approve", "suggestion__label=refuse", "conditions__icontains=x",
                                   "route=escalate", "outcome__label=approve"])  # fmt: skip
def test_no_list_is_narrowed_by_what_is_sealed(admin, decision, asked):
    decision("escalate")
    assert admin.get(f"/admin/humantasks/humantask/?{asked}").status_code == 400


def test_what_would_stop_every_case_of_an_inbox_is_refused_as_it_is_typed(admin, person):
    zoe = person("zoe")
    for page, typed in (
        ("inbox", {"key": "credit", "strategy": "gone"}),
        ("workprofile", {"user": zoe.pk, "skills": "5"}),
        ("workprofile", {"user": zoe.pk, "skills": '"french"'}),
    ):
        answer = admin.post(f"/admin/humantasks/{page}/add/", typed)
        assert (answer.status_code, len(answer.context["errors"])) == (200, 1), typed
    assert admin.post("/admin/humantasks/workprofile/add/", {"user": zoe.pk, "skills": ""}).status_code == 302
    assert (Inbox.objects.count(), WorkProfile.objects.get().skills) == (0, [])
