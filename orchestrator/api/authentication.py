"""Who calls: `Authorization: Token ...`, looked up by its SHA-256 in one statement."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from functools import cache

import orjson
from django.contrib.auth.models import AbstractBaseUser, Group, User
from django.db import connection
from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from humantasks import permissions
from humantasks.rows import Rows, first
from orchestrator.models import ApiToken

_USERS = Rows(User, "u", without={"password", "last_login", "date_joined"})


def issue(*, user: User, name: str = "", expires_at: datetime | None = None) -> str:
    """Make a token for a user; the text is returned once and only its digest is kept."""
    text = secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name, digest=_digest(text), expires_at=expires_at)
    return text


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@cache
def _lookup() -> str:
    """Return the statement that finds a token's user, and as JSON the names of their groups."""
    token, member, group = ApiToken._meta.db_table, User.groups.through._meta.db_table, Group._meta.db_table
    together = "json_agg(g.name)::text" if connection.vendor == "postgresql" else "json_group_array(g.name)"
    return (
        f"SELECT {_USERS.columns}, (SELECT {together} FROM {member} m JOIN {group} g ON g.id = m.group_id"
        f" WHERE m.user_id = u.id) FROM {token} t JOIN {_USERS.table} ON u.id = t.user_id"
        " WHERE t.digest = %s AND (t.expires_at IS NULL OR t.expires_at > %s) AND u.is_active"
    )


def _user_of(digest: bytes) -> User | None:
    """Return the active user of a valid token: one plain statement, since every request pays for it."""
    found = first(_lookup(), digest, timezone.now())
    if found is None:
        return None
    *values, groups = found
    user = _USERS.row(values)
    permissions.know_groups(user, orjson.loads(groups or "[]"))
    return user


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
