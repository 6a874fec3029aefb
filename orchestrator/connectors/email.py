"""Sends an e-mail by Django's mail settings."""

from __future__ import annotations

from collections.abc import Mapping
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage

from bpmn.language.process import JSON, Variables
from orchestrator.connectors.base import Call, ConnectorError

_ADDRESSES: JSON = {"anyOf": [{"type": "string", "minLength": 3}, {"type": "array", "items": {"type": "string"}}]}


class EmailConnector:
    """Sends one mail: `to`, `subject`, `body`, and optionally `cc` and `from`.

    Its Message-ID is made of the idempotency key, so that a mail sent twice can be recognised.
    """

    name = "email"
    aliases = ("mail", "io.camunda:email:1")
    input_schema: Mapping[str, JSON] = {
        "type": "object",
        "required": ["to", "subject"],
        "properties": {
            "to": _ADDRESSES,
            "cc": _ADDRESSES,
            "subject": {"type": "string", "maxLength": 500},
            "body": {"type": "string"},
            "from": {"type": "string"},
        },
    }
    output_schema: Mapping[str, JSON] = {}

    def perform(self, call: Call) -> Variables:
        """Send the mail; returns how many recipients it was handed on for."""
        given = call.variables
        message = EmailMessage(
            subject=str(given["subject"]).replace("\n", " "), body=str(given.get("body", "")),
            from_email=str(given.get("from") or settings.DEFAULT_FROM_EMAIL), to=_addresses(given["to"]),
            cc=_addresses(given.get("cc")), headers={"Message-ID": f"<{call.idempotency_key}@handoff>"},
        )  # fmt: skip
        try:
            sent = message.send()
        except SMTPRecipientsRefused as refused:
            raise ConnectorError(f"The mail server refused the recipients: {refused}", retryable=False) from refused
        except (SMTPException, OSError) as failed:
            raise ConnectorError(f"The mail could not be sent: {failed}") from failed
        except ValueError as wrong:  # a line break in a header, or what is no address
            raise ConnectorError(f"The mail cannot be written: {wrong}", retryable=False, code="bad_input") from wrong
        return {"mail_sent": sent}


def _addresses(value: JSON) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(part) for part in value] if isinstance(value, list) else []
