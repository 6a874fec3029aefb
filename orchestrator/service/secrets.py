"""This installation's own secrets: the key of its signatures and the passwords of its demo users."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

#: Read aloud without doubt: no 0/o, 1/l/i.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
DEMO_USERS = ("author", "reviewer", "operator", "governance", "admin")


def ensure(path: Path) -> dict[str, str | dict[str, str]]:
    """Return the secrets kept at `path`; make them, readable by the owner only, when there are none.

    Returns:
        `secret_key`: text; `demo_passwords`: user name -> password.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    made: dict[str, str | dict[str, str]] = {
        "secret_key": secrets.token_urlsafe(50),
        "demo_passwords": {name: password() for name in DEMO_USERS},
    }
    try:
        # Created with its mode, never widened and then narrowed; the first of two starters wins.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read(path)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(made, file, indent=1)
    return made


def read(path: Path) -> dict[str, str | dict[str, str]]:
    """Return the secrets kept at `path`."""
    kept: dict[str, str | dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def demo_passwords(path: Path) -> dict[str, str]:
    """Return the demo users' passwords by name; empty when there is no secrets file."""
    if not path.exists():
        return {}
    passwords = read(path).get("demo_passwords", {})
    return passwords if isinstance(passwords, dict) else {}


def password() -> str:
    """Return a new password of 60 bits."""
    signs = [secrets.choice(ALPHABET) for _ in range(12)]
    return "-".join("".join(signs[start : start + 4]) for start in (0, 4, 8))
