"""What may stand in a mail that a drawing sends."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from orchestrator.connectors.base import Call, ConnectorError
from orchestrator.connectors.email import EmailConnector


def send(**variables: Any) -> Any:
    given = {"to": "ann@bank.example", "subject": "Hello", "body": "x", **variables}
    return EmailConnector().perform(
        Call(
            idempotency_key=uuid4(),
            instance_id=uuid4(),
            element="tell",
            type="email",
            headers={},
            attempt=1,
            variables=given,
        )  # fmt: skip
    )


@pytest.fixture(autouse=True)
def _no_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_a_mail_is_sent_to_each_and_can_be_recognised() -> None:
    assert send(to="ann@bank.example, bob@bank.example", cc=["eve@bank.example"], subject="one\ntwo") == {
        "mail_sent": 1
    }
    (sent,) = mail.outbox
    assert (sent.to, sent.cc, sent.subject) == (
        ["ann@bank.example", "bob@bank.example"],
        ["eve@bank.example"],
        "one two",
    )
    assert sent.extra_headers["Message-ID"].endswith("@handoff>")


@pytest.mark.parametrize("wrong", [{"to": "ann@bank.example\nBcc: eve@x.example"}, {"subject": "a\rBcc: eve@x.example"},
                                   {"from": "me\r\nBcc: eve@x.example"}])  # fmt: skip
def test_a_header_cannot_bring_another_and_is_not_tried_again(wrong: dict[str, str]) -> None:
    with pytest.raises(ConnectorError) as refused:
        send(**wrong)
    assert (refused.value.code, refused.value.retryable, mail.outbox) == ("bad_input", False, [])
