"""Too many wrong passwords: from which address they come, and the page that says when to try again."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


def client_address(request: HttpRequest) -> str | None:
    """Return the address a request comes from, of IPv6 its /64; None when the server does not know (a socket file).

    Each proxy adds whom it heard from at the right end of X-Forwarded-For. What stands further left than
    `HANDOFF_PROXIES` places was sent by the caller, who may write there whatever they like.
    """
    direct = _address(request.META.get("REMOTE_ADDR", ""))
    proxies = settings.HANDOFF_PROXIES
    heard = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not proxies or len(heard) < proxies:
        return direct
    return _address(heard[-proxies]) or direct


def _address(text: str) -> str | None:
    try:
        found = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv4Address):
        return str(found)
    # One customer has a whole /64 of IPv6, and could come from another address of it each time (RFC 6177).
    return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False).network_address)


def locked(
    request: HttpRequest, answer: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """Return the page with status 429: this name is locked for this address for some minutes."""
    name = (credentials or {}).get("username", "")
    now = timezone.now()
    until = _until(name, client_address(request), now)
    seconds = max(1, ceil((until - now).total_seconds()))
    words = {"limit": settings.AXES_FAILURE_LIMIT, "minutes": ceil(seconds / 60), "until": until, "next": request.path}
    shown = render(request, "429.html", words, status=429)
    shown.headers["Retry-After"] = str(seconds)
    return shown


def _until(name: str, address: str | None, now: datetime) -> datetime:
    """Return when the lock ends: so long after the last attempt that counted."""
    attempts = AccessAttempt.objects.filter(username=name, ip_address=address)
    last: datetime = attempts.aggregate(last=Max("attempt_time"))["last"] or now
    return last + settings.AXES_COOLOFF_TIME
