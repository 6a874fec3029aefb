"""Named connections and secrets: drawings say a name, this room knows what is behind it."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from bpmn.language.process import JSON
from orchestrator.connectors.base import ConnectorError
from orchestrator.models import Connection, Secret


def _cipher() -> Fernet:
    key = hashlib.sha256(b"handoff.secret:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(value: str) -> bytes:
    """Return a secret's value as it is stored: encrypted under this installation's key."""
    return _cipher().encrypt(value.encode())


def secret(name: str) -> str:
    """Return a secret by name: the environment variable `HANDOFF_SECRET_<NAME>` wins over the stored one.

    Raises:
        ConnectorError: there is none, or the installation's key has changed since it was stored.
    """
    if value := os.environ.get("HANDOFF_SECRET_" + name.upper().replace("-", "_")):
        return value
    row = Secret.objects.filter(name=name).first()
    if row is None:
        raise ConnectorError(f'There is no secret "{name}".', retryable=False, code="no_secret")
    try:
        return _cipher().decrypt(bytes(row.sealed)).decode()
    except InvalidToken as changed:
        raise ConnectorError(
            f'The secret "{name}" cannot be read with this installation\'s key; store it again.',
            retryable=False, code="no_secret",
        ) from changed  # fmt: skip


def settings_of(name: str | None, connector: str) -> Mapping[str, JSON]:
    """Return the settings of a named connection with its secrets filled in; empty without a name."""
    if not name:
        return {}
    row = Connection.objects.filter(name=name).first()
    if row is None or row.connector != connector:
        raise ConnectorError(f'There is no {connector} connection "{name}".', retryable=False, code="no_connection")
    return {**row.settings, **{field: secret(which) for field, which in row.secrets.items()}}
