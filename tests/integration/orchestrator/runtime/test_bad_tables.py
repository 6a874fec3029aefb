"""A .dmn that cannot be used is refused with file, element and reason, on every door; nothing is stored."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from decisions.models import DecisionDefinition, DmnModel, DmnVersion
from orchestrator.models import Deployment

pytestmark = pytest.mark.django_db(transaction=True)
MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def file(body: str, imports: str = "") -> bytes:
    return (f'<definitions xmlns="{MODEL}" id="d" name="D" namespace="urn:d">{imports}{body}</definitions>').encode()


def decision(id: str, needs: str = "", type: str = "", text: str = "1") -> str:
    required = f'<informationRequirement><requiredDecision href="#{needs}"/></informationRequirement>' if needs else ""
    typed = f' typeRef="{type}"' if type else ""
    return (
        f'<decision id="{id}" name="{id}"><variable name="{id}"{typed}/>{required}'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )


BOMB = (
    b'<!DOCTYPE a [<!ENTITY a0 "x">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b']><definitions xmlns="%s">&a9;</definitions>' % MODEL.encode()
)
BAD = {
    "broken": (file(decision("one"))[:-20], "not_well_formed", ""),
    "unknown type": (file(decision("one", type="tMissing")), "unknown_type", "one"),
    "cycle": (file(decision("one", needs="two") + decision("two", needs="one")), "circular_requirement", "one"),
    "missing import": (
        file(decision("one"), f'<import name="m" namespace="urn:gone" importType="{MODEL}"/>'), "missing_import", "",
    ),
    "large": (b"<definitions>" + b" " * 50 * 1024 * 1024, "file_too_large", ""),
    "bomb": (BOMB, "entity", ""),
    "no expression": (file(decision("one", text="(1 +")), "feel_syntax", "one"),
}  # fmt: skip
EACH = pytest.mark.parametrize(("data", "code", "element"), list(BAD.values()), ids=list(BAD))


@pytest.fixture(autouse=True)
def _nothing_is_stored():
    yield
    assert [model.objects.count() for model in (DmnModel, DmnVersion, DecisionDefinition, Deployment)] == [0] * 4


@EACH
def test_rest_refuses_it_with_file_element_and_reason(admin, data, code, element):
    client = APIClient()
    client.force_login(admin)
    answer = client.post("/api/v1/deployments", {"files": [SimpleUploadedFile("bad.dmn", data)]}, format="multipart")
    assert answer.status_code in (413, 422)
    problems = {each["code"]: each for each in answer.json()["problems"]}
    assert code in problems, problems
    assert problems[code]["file"] == "bad.dmn"
    assert (problems[code]["element"] or "").startswith(element)
    assert problems[code]["message"]


@EACH
def test_the_page_refuses_it_with_the_same_words(admin, data, code, element):
    client = Client()
    client.force_login(admin)
    answer = client.post("/drawings/upload/", {"files": [SimpleUploadedFile("bad.dmn", data)]})
    page = answer.content.decode()
    assert answer.status_code in (413, 422)
    assert "Nothing was stored" in page
    assert "bad.dmn" in page
    assert code in page
    assert "Traceback" not in page


@EACH
def test_the_command_refuses_it_with_the_same_words(tmp_path, data, code, element):
    path = tmp_path / "bad.dmn"
    path.write_bytes(data)
    said = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was stored"):
        call_command("deploy", str(path), stdout=said)
    assert f"[{code}]" in said.getvalue()
    assert "bad.dmn" in said.getvalue()
