"""Who calls: `Authorization: Token ...`, looked up by its SHA-256 in one statement."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, User
from django.db.models import Q
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


class TokenAuthentication(authentication.BaseAuthentication):
    """Authenticates `Authorization: Token <text>`."""

    keyword = "token"

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, str] | None:
        """Return the token's user, or None when the request brings no token."""
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != self.keyword:
            return None
        digest = _digest(text.strip())
        valid = Q(api_tokens__expires_at__isnull=True) | Q(api_tokens__expires_at__gt=timezone.now())
        user = get_user_model().objects.filter(valid, api_tokens__digest=digest, is_active=True).first()
        if user is None:
            raise exceptions.AuthenticationFailed("This token is not known, has expired, or its user is inactive.")
        return user, text

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme for the `WWW-Authenticate` header of a 401."""
        return "Token"
