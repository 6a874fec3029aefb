"""Deployed forms: versions, and the one a task opened with."""

from __future__ import annotations

from uuid import uuid4

import orjson
import pytest

from humantasks import definitions, errors, inbox
from humantasks.models import Form

FIELD = {"type": "radio", "key": "ok", "values": [{"value": "yes", "label": "Yes"}], "validate": {"required": True}}


def file(*components: dict, key: str = "review") -> bytes:
    """Return a form file."""
    return orjson.dumps({"id": key, "components": list(components)})


def test_each_deployment_is_a_version(db, now):
    for _ in range(2):
        assert definitions.add_form(data=file(FIELD), deployment_id=uuid4(), actor=None, now=now) == []
    assert [(form.key, form.version) for form in Form.objects.order_by("version")] == [("review", 1), ("review", 2)]


def test_a_form_without_an_id_is_called_by_its_file(db, now):
    data = orjson.dumps({"components": [FIELD]})
    definitions.add_form(data=data, name="forms/approve-loan.form", deployment_id=None, actor=None, now=now)
    assert definitions.has_form("approve-loan")


def test_a_file_with_errors_is_not_stored(db, now):
    problems = definitions.add_form(data=b"{", deployment_id=None, actor=None, name="x.form", now=now)
    assert [problem.code for problem in problems] == ["form_not_json"]
    assert not Form.objects.exists()


def test_a_task_keeps_the_form_it_opened_with(task, person, now):
    definitions.add_form(data=file(FIELD), deployment_id=None, actor=None, now=now)
    row = task(form={"key": "review", "fields": []})
    definitions.add_form(data=file({"type": "textfield", "key": "other"}), deployment_id=None, actor=None, now=now)
    assert [field.key for field in definitions.schema_of(row).fields] == ["ok"]
    with pytest.raises(errors.AnswerInvalid, match="ok"):
        inbox.complete(task_id=row.id, actor=person("alice", "credit"), variables={"ok": "maybe"}, now=now)


def test_a_form_that_is_not_deployed_falls_back_to_the_variables(task):
    row = task(form={"key": "embedded:app:forms/x.html", "fields": []})
    assert [field.key for field in definitions.schema_of(row).fields] == ["amount", "purpose"]
