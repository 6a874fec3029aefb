"""The element templates of Camunda Modeler draw tasks that the reader takes for AI decisions."""

import json
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from bpmn import language

FILE = Path(__file__).resolve().parents[3] / "docs" / "element-templates" / "handoff-ai-decision.json"
TEMPLATES = json.loads(FILE.read_text(encoding="utf-8"))
TYPED = {"decision": "credit-risk", "candidate_groups": "credit", "due_minutes": "60"}


def _drawn(template):
    """Return a drawing with one task to which the modeler has applied the template."""
    attributes, headers, properties, task_type = "", "", "", ""
    for each in template["properties"]:
        binding = each["binding"]
        name = binding.get("key") or binding.get("name", "")
        value = quoteattr(each.get("value") or TYPED[name])
        match binding["type"]:
            case "property":
                attributes += f" {name}={value}"
            case "zeebe:taskDefinition:type":
                task_type = f"<zeebe:taskDefinition type={value}/>"
            case "zeebe:taskHeader":
                headers += f"<zeebe:header key={quoteattr(name)} value={value}/>"
            case "camunda:property":
                properties += f"<camunda:property name={quoteattr(name)} value={value}/>"
    extensions = task_type + (f"<zeebe:taskHeaders>{headers}</zeebe:taskHeaders>" if headers else "")
    extensions += f"<camunda:properties>{properties}</camunda:properties>" if properties else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 id="d" targetNamespace="urn:d"><bpmn:process id="p" isExecutable="true">
<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
<bpmn:serviceTask id="t" name="Assess"{attributes}>
<bpmn:extensionElements>{extensions}</bpmn:extensionElements></bpmn:serviceTask>
<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/><bpmn:endEvent id="e"/>
</bpmn:process></bpmn:definitions>""".encode()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["id"])
def test_a_templates_task_is_read_as_an_ai_decision(template):
    reading = language.read("d.bpmn", _drawn(template))
    assert [problem for problem in reading.problems if problem.severity == "error"] == []
    task = reading.drawing.processes[0].body.nodes["t"]
    assert task.job.type.text == "ai-decision"
    assert dict(task.job.headers) == TYPED


def test_template_ids_are_unique():
    ids = [template["id"] for template in TEMPLATES]
    assert len(ids) == len(set(ids)) == 2
