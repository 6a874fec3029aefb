"""Text of drawings, variables and comments is shown as text, in pages, JSON blocks and the admin alike."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from humantasks import inbox
from humantasks.models import HumanTask
from orchestrator import deployments
from orchestrator.runtime import instances
from tests import drawings

pytestmark = pytest.mark.django_db
EVIL = '</script><script>alert(1)</script>"\' onmouseover=alert(1) x="'
WRITTEN = EVIL.replace("<", "&lt;").replace('"', "&quot;")


def test_no_page_runs_what_somebody_wrote() -> None:
    root, now = User.objects.create_superuser("root", first_name=EVIL[:150]), timezone.now()
    drawn = drawings.human().replace(b'name="review"', f'name="{WRITTEN}"'.encode())
    drawn = drawn.replace(b'name="human"', f'name="{WRITTEN}"'.encode())
    done = deployments.deploy(files=[(f"{EVIL}.bpmn", drawn)], actor=root, now=now)
    case = instances.start(key="human", variables={"note": EVIL, EVIL: 1}, business_key=EVIL, now=now).id
    task = HumanTask.objects.get()
    inbox.comment(task_id=task.id, actor=root, text=EVIL, ask="", now=now)
    client = Client()
    client.force_login(root)
    for address in (
        "/", "/inbox/", f"/tasks/{task.id}/", "/instances/", f"/instances/{case}/", f"/instances/{case}/variables/",
        f"/instances/{case}/tokens/", f"/instances/{case}/cancel/", "/drawings/", "/drawings/human/",
        f"/drawings/uploads/{done.id}/", "/search/?q=script", f"/admin/humantasks/humantask/{task.id}/change/",
        "/admin/humantasks/humantask/", "/admin/orchestrator/instance/", "/admin/bpmn/processdefinition/",
    ):  # fmt: skip
        shown = client.get(address)
        assert shown.status_code == 200, address
        assert "<script>alert" not in shown.content.decode(), address
        assert "\"' onmouseover" not in shown.content.decode().replace('\\"', ""), address
        assert "default-src 'self'" in shown.headers["Content-Security-Policy"], address
