"""What the environment may say, and what is said of what it may not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.config import environment
from orchestrator.config.environment import MailServer

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(("url", "server"), [
    ("smtp://mail", ("mail", 25, "", "", False, False)),
    ("smtp+tls://ann:p%40ss@mail.example", ("mail.example", 587, "ann", "p@ss", True, False)),
    ("smtps://ann:x@mail.example:4650", ("mail.example", 4650, "ann", "x", False, True)),
])  # fmt: skip
def test_a_mail_server_is_read_from_its_address(
    url: str, server: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_SMTP_URL", url)
    found = environment.mail_server()
    assert isinstance(found, MailServer)
    assert (found.host, found.port, found.user, found.password, found.begins_tls, found.is_tls) == server


def test_without_an_address_there_is_no_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANDOFF_SMTP_URL", raising=False)
    assert environment.mail_server() is None


@pytest.mark.parametrize(("name", "value"), [
    ("HANDOFF_SMTP_URL", "mail.example:25"), ("HANDOFF_SMTP_URL", "smtp://mail:port"),
    ("DATABASE_URL", "secret words"), ("HANDOFF_JOB_RETRIES", "three"),
])  # fmt: skip
def test_what_cannot_be_read_ends_the_process_with_a_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        {"HANDOFF_SMTP_URL": environment.mail_server, "DATABASE_URL": environment.database}.get(
            name, lambda: environment.number(name, 3)
        )()
    assert ended.value.code == environment.UNUSABLE
    said = capsys.readouterr().err
    assert said.startswith(f"The environment variable {name} cannot be read; it looks like ")
    assert value not in said


def test_settings_hand_the_mail_server_to_django() -> None:
    program = "from orchestrator.config import settings as s; print(s.EMAIL_BACKEND, s.EMAIL_PORT, s.EMAIL_USE_TLS)"
    told = {**os.environ, "HANDOFF_SMTP_URL": "smtp+tls://a:b@mail.example"}
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=told, capture_output=True, text=True)
    assert ran.stdout.split() == ["django.core.mail.backends.smtp.EmailBackend", "587", "True"]
