"""How people are shown: the name and the two letters of a user name, and whether it is oneself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model

from orchestrator.templatetags.handoff import initials, person


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A person as pages show them."""

    username: str
    name: str
    letters: str
    is_you: bool

    @property
    def subject(self) -> str:
        """The name at the beginning of a sentence: "You" for oneself."""
        return "You" if self.is_you else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stranger:
    """A user name that nobody signs in with, or not yet."""

    username: str

    def get_full_name(self) -> str:
        """Return nothing: only the user name is known."""
        return ""

    def get_username(self) -> str:
        """Return the user name."""
        return self.username


def of(usernames: Collection[str], viewer: Any) -> Mapping[str, Face]:
    """Return the faces of user names, in one query; a name that nobody has shows as it is."""
    wanted = {name for name in usernames if name}
    me = viewer.get_username()
    known = {me: viewer}
    if others := wanted - {me}:
        known |= {user.get_username(): user for user in get_user_model().objects.filter(username__in=others)}
    return {name: _face(known.get(name) or _Stranger(username=name), name == me) for name in wanted}


def _face(user: Any, is_you: bool) -> Face:
    return Face(username=user.get_username(), name=person(user), letters=initials(user), is_you=is_you)
