"""What the environment chooses: the database, the broker, the folder of local state and its secrets."""

from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import unquote, urlsplit

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent.parent
#: EX_CONFIG of sysexits.h: whoever looks after the process need not start it again
UNUSABLE = 78

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Whom mails are handed to."""

    host: str
    port: int
    user: str
    password: str
    begins_tls: bool  #: encrypted after the first words (STARTTLS)
    is_tls: bool  #: encrypted from the first byte


def home() -> Path:
    """Return the folder for what this installation keeps beside the code (database, secrets, artefacts)."""
    return Path(os.environ.get("HANDOFF_HOME", BASE_DIR / "var"))


def database() -> dict[str, Any]:
    """Return Django's database settings: `DATABASE_URL`, else SQLite in the home folder.

    SQLite takes its write lock at the start of a transaction (IMMEDIATE): two transactions that both
    read first and write then would otherwise fail with "database is locked" without waiting.
    """
    url = os.environ.get("DATABASE_URL")
    if not url:
        name = os.environ.get("HANDOFF_SQLITE") or home() / "handoff.sqlite3"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(name),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                    " PRAGMA busy_timeout=20000; PRAGMA cache_size=-4000;"
                ),
            },
        }
    try:
        settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    except ValueError:
        refuse("DATABASE_URL", "postgresql://user:password@host:5432/name")
    if settings["ENGINE"].endswith("postgresql"):
        settings["ENGINE"] = "orchestrator.config.postgresql"
        # Prepared statements halve the cost of a command; a pooler in transaction mode cannot keep them.
        prepared = os.environ.get("HANDOFF_PREPARED_STATEMENTS", "1") == "1"
        settings.setdefault("OPTIONS", {}).update(
            server_side_binding=prepared,
            prepare_threshold=1 if prepared else None,
            connect_timeout=number("HANDOFF_DATABASE_CONNECT_SECONDS", 5),
        )
    return settings


def broker_url() -> str:
    """Return `BROKER_URL`, else the in-memory broker of the embedded default."""
    return os.environ.get("BROKER_URL") or "memory://localhost/"


def is_embedded() -> bool:
    """Tell whether web, worker and beat share one process (the default without a broker)."""
    return broker_url().startswith("memory:")


def is_demo() -> bool:
    """Tell whether the demo is wanted: by default only where nobody brought a database of their own."""
    return flag("HANDOFF_DEMO", default="DATABASE_URL" not in os.environ)


def secrets_file() -> Path:
    """Return the path of the git-ignored file with this installation's own secrets."""
    return home() / "secrets.json"


def secret_key() -> str:
    """Return the key of signatures: `HANDOFF_SECRET_KEY`, else the one kept in the secrets file.

    Without either (a command in a fresh clone) it is random and lives as long as the process.
    """
    if key := os.environ.get("HANDOFF_SECRET_KEY"):
        return key
    path = secrets_file()
    if path.exists():
        return str(json.loads(path.read_text(encoding="utf-8"))["secret_key"])
    return secrets.token_urlsafe(50)


def mail_server() -> MailServer | None:
    """Return what `HANDOFF_SMTP_URL` says: smtp://user:password@host:port, smtp+tls:// or smtps://; None without."""
    text = os.environ.get("HANDOFF_SMTP_URL", "")
    if not text:
        return None
    try:
        url = urlsplit(text)
        usual = {"smtp": 25, "smtp+tls": 587, "smtps": 465}[url.scheme]
        port = url.port or usual
    except (KeyError, ValueError):
        refuse("HANDOFF_SMTP_URL", "smtp+tls://user:password@mail.example:587")
    return MailServer(
        host=url.hostname or "localhost", port=port, user=unquote(url.username or ""),
        password=unquote(url.password or ""), begins_tls=url.scheme == "smtp+tls", is_tls=url.scheme == "smtps",
    )  # fmt: skip


def number(name: str, default: Number) -> Number:
    """Return the environment variable `name` as a number of the kind of its default."""
    text = os.environ.get(name)
    if text is None:
        return default
    try:
        return type(default)(text)
    except ValueError:
        refuse(name, str(default))


def refuse(name: str, example: str) -> NoReturn:
    """End the process with a sentence. What was given may hold a password, so it is not repeated."""
    sys.stderr.write(f"The environment variable {name} cannot be read; it looks like {example}\n")
    sys.exit(UNUSABLE)


def flag(name: str, default: bool = False) -> bool:
    """Return the environment variable `name` read as a switch (1, true, yes, on)."""
    return os.environ.get(name, str(int(default))).strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """Return the environment variable `name` as a list separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]
