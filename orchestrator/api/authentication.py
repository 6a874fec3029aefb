"""Who calls: `Authorization: Token ...`, looked up by its SHA-256 in one statement."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from functools import cache

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import connection
from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from orchestrator.models import ApiToken


def issue(*, user: User, name: str = "", expires_at: datetime | None = None) -> str:
    """Make a token for a user; the text is returned once and only its digest is kept."""
    text = secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name, digest=_digest(text), expires_at=expires_at)
    return text


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@cache
def _lookup() -> tuple[str, list[str]]:
    """Return the statement that finds a token's user, with the names of the columns it gives."""
    user, token = User._meta, ApiToken._meta
    names = [field.attname for field in user.concrete_fields]
    columns = ", ".join(f'u."{field.column}"' for field in user.concrete_fields)
    return (
        f'SELECT {columns} FROM "{token.db_table}" t JOIN "{user.db_table}" u ON u.id = t.user_id'
        " WHERE t.digest = %s AND (t.expires_at IS NULL OR t.expires_at > %s) AND u.is_active"
    ), names


def _user_of(digest: bytes) -> User | None:
    """Return the active user of a valid token: one plain statement, since every request pays for it."""
    sql, names = _lookup()
    with connection.cursor() as cursor:
        cursor.execute(sql, [digest, timezone.now()])
        row = cursor.fetchone()
    if row is None:
        return None
    return User.from_db(connection.alias, names, _converted(row))


def _converted(row: tuple[object, ...]) -> list[object]:
    """Return the columns as the ORM gives them, where the database has no such types (SQLite)."""
    if connection.vendor == "postgresql":
        return list(row)
    fields = User._meta.concrete_fields
    return [field.to_python(value) for field, value in zip(fields, row, strict=True)]


class TokenAuthentication(authentication.BaseAuthentication):
    """Authenticates `Authorization: Token <text>`."""

    keyword = "token"

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, str] | None:
        """Return the token's user, or None when the request brings no token."""
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != self.keyword:
            return None
        user = _user_of(_digest(text.strip()))
        if user is None:
            raise exceptions.AuthenticationFailed("This token is not known, has expired, or its user is inactive.")
        return user, text

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme for the `WWW-Authenticate` header of a 401."""
        return "Token"
