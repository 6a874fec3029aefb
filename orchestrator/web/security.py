"""What a browser may load and run on our pages (Content Security Policy level 3), and how much it may send."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from orchestrator.web.refusing import refuse

Next = Callable[[HttpRequest], HttpResponse]

_COMMON = (
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: Our own pages carry no inline script, style or event attribute.
PAGES = f"{_COMMON}; script-src 'self'; style-src 'self'"
#: The admin's interface library evaluates the expressions in its attributes and sets inline styles.
ADMIN = f"{_COMMON}; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"


class ContentSecurityPolicy:
    """Say the policy with every answer that does not say one itself."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer with its policy."""
        response = self.get_response(request)
        policy = ADMIN if request.path.startswith("/admin/") else PAGES
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class BodyLimit:
    """Answer 413 to a body that nothing here takes, before a byte of it is read into memory or a file."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer of the view, or the refusal."""
        is_upload = request.content_type == "multipart/form-data"
        most = settings.HANDOFF_UPLOAD_BODY_LIMIT_BYTES if is_upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # A body without a length has been given one (config/bodies.py), or is not read at all.
        text = request.META.get("CONTENT_LENGTH") or "0"
        if not text.isdecimal() or int(text) <= most:
            return self.get_response(request)
        said = f"This is more than {most // 1024 // 1024} MB, which is more than is read."
        return refuse(request, status=413, code="too_large", title="Too large", said=said)
