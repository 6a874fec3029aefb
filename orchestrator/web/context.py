"""What every page knows: the areas, the one it is in, the theme, and what needs the person signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from orchestrator.runtime import notices

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One entry of the rail."""

    section: str
    path: str
    label: str
    icon: str
    #: what the paths of its pages begin with
    prefixes: tuple[str, ...]


AREAS = (
    Area(section="inbox", path="/inbox/", label="Inbox", icon="inbox", prefixes=("/inbox", "/tasks")),
    Area(section="overview", path="/", label="Overview", icon="layout-dashboard", prefixes=()),
    Area(
        section="instances", path="/instances/", label="Instances", icon="player-play",
        prefixes=("/instances", "/incidents"),
    ),
    Area(section="decisions", path="/decisions/", label="Decisions", icon="scale", prefixes=("/decisions", "/feel")),
    Area(section="drawings", path="/drawings/", label="Drawings", icon="sitemap", prefixes=("/drawings",)),
)  # fmt: skip
ADMIN = Area(section="admin", path="/admin/", label="Admin", icon="settings", prefixes=("/admin",))


def section_of(path: str) -> str:
    """Return the area that a path belongs to, empty when none."""
    if path == "/":
        return "overview"
    return next((area.section for area in AREAS if area.prefixes and path.startswith(area.prefixes)), "")


def page(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs; the numbers are only asked for when a template shows them."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")
    known: dict[str, Any] = {
        "navigation": AREAS,
        "section": section_of(request.path),
        "theme": theme if theme in THEMES else "",
    }
    if user is not None and user.is_authenticated:
        known["navigation"] = (*AREAS, ADMIN) if user.is_staff else AREAS
        known["inbox_count"] = SimpleLazyObject(lambda: notices.inbox_count(user))
        known["notices"] = SimpleLazyObject(lambda: notices.for_user(user, now=timezone.now()))
    return known
