"""Camunda 8's words in the one model."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.language.process import Event, FlowNode, SubProcess
from tests.unit.bpmn.language.words import codes_of, process_of, straight


def node(tag: str, inside: str, *, attributes: str = "", more: str = "", roots: str = "", process: str = "") -> Any:
    text = f'<{tag} id="task" {attributes}><extensionElements>{inside}</extensionElements>{more}</{tag}>'
    found: FlowNode = process_of(process + straight(text), roots=roots).body.nodes["task"]
    return found


def test_a_task_definition_is_a_job_with_retries_and_headers() -> None:
    inside = (
        '<zeebe:taskDefinition type="ai-decision" retries="=tries"/><zeebe:taskHeaders><zeebe:header key="decision" '
        'value="loan"/></zeebe:taskHeaders>'
    )
    job = node("serviceTask", inside).job
    assert (job.type.text, job.retries.names, job.headers) == ("ai-decision", {"tries"}, {"decision": "loan"})


def test_a_task_definition_without_type_is_an_error() -> None:
    body = straight(
        '<serviceTask id="task"><extensionElements><zeebe:taskDefinition/></extensionElements></serviceTask>'
    )
    assert "job_type_missing" in codes_of(body)


def test_mappings_keep_dotted_targets() -> None:
    inside = (
        '<zeebe:ioMapping><zeebe:input source="=a" target="b"/><zeebe:output source="=x" target="o.total"/>'
        "</zeebe:ioMapping>"
    )
    task = node("serviceTask", inside)
    assert ([one.target for one in task.inputs], [one.target for one in task.outputs]) == (["b"], ["o.total"])


def test_a_user_task_says_who_until_when_and_how() -> None:
    inside = (
        '<zeebe:assignmentDefinition assignee="=boss" candidateGroups="sales" candidateUsers="=people"/>'
        '<zeebe:taskSchedule dueDate="=due" followUpDate="2030-01-01T00:00:00Z"/><zeebe:priorityDefinition '
        'priority="70"/><zeebe:formDefinition formId="form-1" bindingType="deployment"/>'
    )
    user = node("userTask", inside).user
    assert (user.assignee.names, user.candidate_groups.text, user.candidate_users.names) == (
        {"boss"},
        "sales",
        {"people"},
    )
    assert (user.due.names, user.follow_up.text, user.priority.text) == ({"due"}, "2030-01-01T00:00:00Z", "70")
    assert (user.form.key.text, user.form.binding) == ("form-1", "deployment")


def test_an_embedded_form_gives_its_fields() -> None:
    form = (
        '{"components": [{"type": "group", "components": [{"key": "ok", "type": "checkbox", "label": "OK?", '
        '"validate": {"required": true}}]}, {"type": "text", "text": "Hello"}]}'
    )
    holder = (
        f'<extensionElements><zeebe:userTaskForm id="f1">{form.replace(chr(34), "&quot;")}</zeebe:userTaskForm>'
        "</extensionElements>"
    )
    task = node("userTask", '<zeebe:formDefinition formKey="camunda-forms:bpmn:f1"/>', process=holder)
    (field,) = task.user.form.fields
    assert (field["id"], field["label"], field["type"], field["required"]) == ("ok", "OK?", "boolean", True)


@pytest.mark.parametrize(
    ("called", "mapping", "passing", "all_out"),
    [
        ('processId="q"', "", "all", True),
        ('processId="q" propagateAllChildVariables="false"', "", "all", False),
        ('processId="q" propagateAllParentVariables="false"', "", "local", True),
        ('processId="q" propagateAllChildVariables="false"', '<zeebe:output source="=x" target="y"/>', "all", True),
    ],
)
def test_a_call_passes_everything_unless_it_says_otherwise(
    called: str, mapping: str, passing: str, all_out: bool
) -> None:
    io = f"<zeebe:ioMapping>{mapping}</zeebe:ioMapping>" if mapping else ""
    call = node("callActivity", f"<zeebe:calledElement {called}/>{io}")
    assert (call.called_element.text, call.passing, call.all_out) == ("q", passing, all_out)


def test_a_called_decision_has_a_binding_and_a_result() -> None:
    inside = '<zeebe:calledDecision decisionId="rate" resultVariable="r" bindingType="versionTag" versionTag="t"/>'
    spec = node("businessRuleTask", inside).decision
    assert (spec.decision.text, spec.result_variable, spec.binding, spec.version.text) == (
        "rate",
        "r",
        "versionTag",
        "t",
    )


def test_multi_instance_has_input_and_output_collections() -> None:
    more = (
        "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection='=items' "
        "inputElement='item' outputCollection='results' outputElement='=item.x'/></extensionElements>"
        "<completionCondition>=done</completionCondition></multiInstanceLoopCharacteristics>"
    )
    loop = node("serviceTask", '<zeebe:taskDefinition type="a"/>', more=more).loop
    assert (loop.collection.names, loop.element_variable, loop.output_collection) == ({"items"}, "item", "results")
    assert (loop.output_element.names, loop.completion_condition.names) == ({"item"}, {"done"})


def test_a_script_is_feel_with_a_result_variable() -> None:
    task = node("scriptTask", '<zeebe:script expression="=a + 1" resultVariable="b"/>')
    assert (task.script.names, task.script_result) == ({"a"}, "b")


def test_a_script_task_may_be_a_job() -> None:
    task = node("scriptTask", '<zeebe:taskDefinition type="script"/>')
    assert (task.job.type.text, task.script) == ("script", None)


def test_a_message_has_a_correlation_key() -> None:
    roots = (
        '<message id="M" name="paid"><extensionElements><zeebe:subscription correlationKey="=order.id"/>'
        "</extensionElements></message>"
    )
    event = node("intermediateCatchEvent", "", more='<messageEventDefinition messageRef="M"/>', roots=roots)
    assert isinstance(event, Event)
    (definition,) = event.definitions
    assert definition.name is not None
    assert definition.correlation_key is not None
    assert (definition.name.text, definition.correlation_key.names) == ("paid", {"order"})


def test_a_message_throw_event_may_be_a_job() -> None:
    event = node("intermediateThrowEvent", '<zeebe:taskDefinition type="send"/>', more="<messageEventDefinition/>")
    assert event.job.type.text == "send"


def test_an_ad_hoc_sub_process_may_be_told_what_to_start() -> None:
    inner = '<task id="a"/><completionCondition>=done</completionCondition>'
    scope = node("adHocSubProcess", '<zeebe:adHoc activeElementsCollection="=todo"/>', more=inner)
    assert isinstance(scope, SubProcess)
    assert scope.active_elements is not None
    assert scope.completion_condition is not None
    assert (scope.active_elements.names, scope.completion_condition.names) == ({"todo"}, {"done"})


@pytest.mark.parametrize("inside", ["<zeebe:executionListeners/>", "<zeebe:taskListeners/>"])
def test_listeners_are_named_as_not_run(inside: str) -> None:
    body = straight(f'<userTask id="task"><extensionElements>{inside}</extensionElements></userTask>')
    assert "listener_not_run" in codes_of(body)


def test_a_mapping_that_is_no_feel_is_an_error_at_its_task() -> None:
    inside = '<zeebe:ioMapping><zeebe:input source="=1 +" target="b"/></zeebe:ioMapping>'
    body = straight(f'<serviceTask id="task"><extensionElements>{inside}</extensionElements></serviceTask>')
    assert "expression_invalid" in codes_of(body)


@pytest.mark.parametrize(
    ("words", "complete"),
    [
        ('outputCollection="rs"', False),
        ('outputElement="=r"', False),
        ('outputCollection="rs" outputElement="=r"', True),
    ],
)
def test_a_loop_gathers_only_with_both_a_collection_and_an_element(words: str, complete: bool) -> None:
    loop = f'<extensionElements><zeebe:loopCharacteristics inputCollection="=l" {words}/></extensionElements>'
    inner = f"<multiInstanceLoopCharacteristics>{loop}</multiInstanceLoopCharacteristics>"
    assert ("loop_output_incomplete" not in codes_of(straight(f'<userTask id="task">{inner}</userTask>'))) is complete


@pytest.mark.parametrize(
    ("target", "fits"), [("a", True), ("größe.b_1", True), ("a-b", False), ("=a", False), ("a..b", False)]
)
def test_a_mapping_writes_to_a_name_or_a_part_of_it(target: str, fits: bool) -> None:
    mapped = f'<zeebe:ioMapping><zeebe:output source="=x" target="{target}"/></zeebe:ioMapping>'
    body = straight(f'<userTask id="task"><extensionElements>{mapped}</extensionElements></userTask>')
    assert ("mapping_target_invalid" not in codes_of(body)) is fits


def test_the_paths_of_the_first_zeebe_are_variables() -> None:
    task = node("serviceTask", '<zeebe:ioMapping><zeebe:input source="$.a.b" target="$.c"/></zeebe:ioMapping>')
    assert [(one.source.names, one.target) for one in task.inputs] == [({"a"}, "c")]
