"""`Idempotency-Key`: the first answer is kept and replayed; the key belongs to its user and request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator import errors
from orchestrator.api import requests
from orchestrator.api.rendering import JSONRenderer
from orchestrator.models import IdempotentAnswer

View = Callable[..., Response]


def idempotent(view: View) -> View:
    """Return the view so that a repeated key gives the first answer, marked `Idempotency-Replayed`."""

    @wraps(view)
    def replaying(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if not key:
            return view(self, request, *args, **kwargs)
        if len(key) > 255:
            raise errors.BadInput("An idempotency key has at most 255 signs.", field="Idempotency-Key")
        said = _fingerprint(request)
        if kept := IdempotentAnswer.objects.filter(user=requests.caller(request), key=key).first():
            return _replay(kept, said)
        # The answer commits together with what the request did: a crash leaves neither.
        try:
            with transaction.atomic():
                row = IdempotentAnswer.objects.create(user=requests.caller(request), key=key, request=said)
                answer = view(self, request, *args, **kwargs)
                row.status, row.body = answer.status_code, JSONRenderer().render(answer.data)
                row.location = answer.get("Location", "")
                row.save(update_fields=["status", "body", "location"])
                return answer
        except IntegrityError:
            kept = IdempotentAnswer.objects.filter(user=requests.caller(request), key=key).first()
            if kept is None:
                raise
            return _replay(kept, said)

    replaying.is_idempotent = True  # type: ignore[attr-defined]
    return replaying


def _fingerprint(request: Request) -> str:
    if request.content_type.startswith("multipart/"):
        files = request.FILES.getlist("files")
        content = b"".join(f.name.encode() + _digest(f) for f in files)
    else:
        content = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
    return f"{request.method} {request.path} {hashlib.sha256(content).hexdigest()}"[-400:]


def _digest(file: UploadedFile) -> bytes:
    """Return the SHA-256 of a file, which is never whole in memory and stands at its beginning again."""
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.digest()


def _replay(kept: IdempotentAnswer, said: str) -> Response:
    if kept.request != said:
        raise errors.Conflict("This idempotency key was used for another request.")
    answer = Response(orjson.loads(bytes(kept.body)), status=kept.status)
    answer["Idempotency-Replayed"] = "true"
    if kept.location:
        answer["Location"] = kept.location
    return answer
