"""Camunda 7's words in the one model."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.language import read
from bpmn.language.process import CallActivity, Event, FlowNode, Task
from tests.unit.bpmn.language.words import START, chain, codes_of, file_of, process_of, straight


def node(text: str, roots: str = "") -> Any:
    found: FlowNode = process_of(straight(text), roots=roots).body.nodes["task"]
    return found


def extended(tag: str, attributes: str, extensions: str) -> str:
    return f'<{tag} id="task" {attributes}><extensionElements>{extensions}</extensionElements></{tag}>'


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('camunda:type="external" camunda:topic="pay"', "pay"),
        ('camunda:class="org.acme.Pay"', "org.acme.Pay"),
        ('camunda:delegateExpression="${payBean}"', "payBean"),
        ('camunda:expression="${payBean.pay(execution, amount)}"', "payBean.pay"),
        ('camunda:type="mail"', "email"),
    ],
)
def test_an_implementation_is_a_job_type(attributes: str, expected: str) -> None:
    assert node(f'<serviceTask id="task" {attributes}/>').job.type.text == expected


def test_a_shell_task_is_refused() -> None:
    assert "shell_not_supported" in codes_of(straight('<serviceTask id="task" camunda:type="shell"/>'))


def test_an_ai_decision_is_an_external_task_with_properties() -> None:
    properties = '<camunda:properties><camunda:property name="decision" value="loan"/></camunda:properties>'
    job = node(extended("serviceTask", 'camunda:type="external" camunda:topic="ai-decision"', properties)).job
    assert (job.type.text, job.headers) == ("ai-decision", {"decision": "loan"})


def test_retry_cycle_and_fields_go_with_the_job() -> None:
    inside = (
        '<camunda:failedJobRetryTimeCycle>R5/PT10M</camunda:failedJobRetryTimeCycle><camunda:field name="to" '
        'stringValue="ann"/><camunda:field name="text"><camunda:string>hi</camunda:string></camunda:field>'
    )
    job = node(extended("serviceTask", 'camunda:class="a.B"', inside)).job
    assert (job.retries.text, job.headers) == ("5", {"to": "ann", "text": "hi"})


def test_a_connector_is_a_job_with_its_mappings() -> None:
    inside = (
        "<camunda:connector><camunda:connectorId>http</camunda:connectorId><camunda:inputOutput>"
        '<camunda:inputParameter name="url">http://a</camunda:inputParameter>'
        '<camunda:outputParameter name="answer">${response}</camunda:outputParameter>'
        "</camunda:inputOutput></camunda:connector>"
    )
    task = node(extended("serviceTask", "", inside))
    assert task.job.type.text == "http"
    assert [one.target for one in (*task.inputs, *task.outputs)] == ["url", "answer"]


def test_a_user_task_says_who_until_when_and_how() -> None:
    user = node(
        '<userTask id="task" camunda:assignee="${boss}" camunda:candidateUsers="ann,bob" '
        'camunda:candidateGroups="sales" camunda:dueDate="2030-01-01" camunda:followUpDate="P1D" '
        'camunda:priority="50" camunda:formKey="embedded:f"/>'
    ).user
    assert (user.assignee.names, user.candidate_users.text) == ({"boss"}, "ann,bob")
    assert (user.candidate_groups.text, user.due.text) == ("sales", "2030-01-01")
    assert (user.follow_up.text, user.priority.text, user.form.key.text) == ("P1D", "50", "embedded:f")


def test_form_fields_are_read_with_rules_and_options() -> None:
    fields = (
        '<camunda:formData><camunda:formField id="ok" label="OK?" type="enum" defaultValue="y"><camunda:value id="y" '
        'name="Yes"/><camunda:validation><camunda:constraint name="required"/></camunda:validation>'
        "</camunda:formField></camunda:formData>"
    )
    (field,) = node(extended("userTask", "", fields)).user.form.fields
    expected = {"id": "ok", "label": "OK?", "type": "enum", "default": "y", "required": True}
    assert expected.items() <= field.items()
    assert field["options"] == [{"value": "y", "label": "Yes"}]


@pytest.mark.parametrize("around", ["list", "map"])
def test_a_script_in_another_language_is_refused_inside_lists_and_maps(around: str) -> None:
    script = '<camunda:script scriptFormat="groovy">1</camunda:script>'
    inner = script if around == "list" else f'<camunda:entry key="k">{script}</camunda:entry>'
    inside = f'<camunda:inputParameter name="x"><camunda:{around}>{inner}</camunda:{around}></camunda:inputParameter>'
    words = f"<camunda:inputOutput>{inside}</camunda:inputOutput>"
    assert "script_language" in codes_of(straight(extended("task", "", words)))


def test_a_call_passes_variables_by_their_names_and_null_for_one_that_is_not_there() -> None:
    inside = '<camunda:in source="my-order.id" target="a"/><camunda:out source="gone" target="b"/>'
    call = node(extended("callActivity", 'calledElement="q"', inside))
    assert isinstance(call, CallActivity)
    (passed,), (handed,) = call.passed_in, call.passed_out
    assert passed.source.evaluate({"my-order.id": 3}).value == 3
    assert (handed.source.evaluate({}).value, handed.source.evaluate({}).failed) == (None, False)


def test_an_error_of_an_external_task_has_its_code_and_must_have_one() -> None:
    words = '<camunda:errorEventDefinition errorRef="{}" expression="${{bad}}"/>'
    task = extended("serviceTask", 'camunda:type="external" camunda:topic="t"', words.format("e"))
    (error,) = node(task, roots='<error id="e" errorCode="E1"/>').job.errors
    assert (error.condition.names, error.code.text) == ({"bad"}, "E1")
    assert "code_missing" in codes_of(straight(task), roots='<error id="e"/>')


def _io(words: str) -> str:
    return f"<extensionElements><camunda:inputOutput>{words}</camunda:inputOutput></extensionElements>"


_CLASS, _RETRIES, _ERROR = 'camunda:class="a.B"', "camunda:failedJobRetryTimeCycle", "camunda:errorEventDefinition"
_OUT = '<camunda:outputParameter name="x">1</camunda:outputParameter>'
_LOOP = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (f'<exclusiveGateway id="task">{_io(_OUT)}</exclusiveGateway>', "mapping_misplaced"),
        (f'<userTask id="task">{_io(_OUT)}{_LOOP}</userTask>', "mapping_misplaced"),
        (extended("callActivity", 'calledElement="p"', '<camunda:in source="x"/>'), "mapping_incomplete"),
        (extended("callActivity", 'calledElement="p"', '<camunda:out source="" target="x"/>'), "mapping_incomplete"),
        ('<serviceTask id="task" camunda:type="sms"/>', "task_type_is_job"),
        (extended("serviceTask", _CLASS, f"<{_RETRIES}>3</{_RETRIES}>"), "retries_unreadable"),
        (extended("serviceTask", _CLASS, f'<{_ERROR} errorRef="E" expression="${{x}}"/>'), "job_error_unused"),
    ],
)
def test_what_the_engine_of_the_drawing_would_not_do_is_named(body: str, code: str) -> None:
    assert code in codes_of(straight(body))


def test_a_message_without_a_name_is_named() -> None:
    caught = '<intermediateCatchEvent id="task"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    assert "event_name_missing" in codes_of(straight(caught), roots='<message id="m"/>')


def test_an_error_that_asks_for_a_failure_is_named_as_asked_too_late() -> None:
    words = '<camunda:errorEventDefinition errorRef="E" expression="${externalTask.errorMessage == 1}"/>'
    task = extended("serviceTask", 'camunda:type="external" camunda:topic="t"', words)
    assert "job_error_on_failure" in codes_of(straight(task))


def test_a_start_event_has_a_form_and_an_initiator() -> None:
    body = process_of('<startEvent id="start" camunda:initiator="who" camunda:formKey="f"/>').body
    start = body.nodes["start"]
    assert isinstance(start, Event)
    assert start.form is not None
    assert start.initiator == "who"


def test_mappings_hold_texts_expressions_lists_maps_and_feel() -> None:
    inside = (
        '<camunda:inputOutput><camunda:inputParameter name="text">hi</camunda:inputParameter>'
        '<camunda:inputParameter name="sum">${a + b}</camunda:inputParameter>'
        '<camunda:inputParameter name="list"><camunda:list><camunda:value>x</camunda:value>'
        "<camunda:value>${y}</camunda:value><camunda:map><camunda:entry key='k.1'><camunda:list/></camunda:entry>"
        "</camunda:map></camunda:list></camunda:inputParameter>"
        '<camunda:inputParameter name="map"><camunda:map><camunda:entry key="k">v</camunda:entry></camunda:map>'
        '</camunda:inputParameter><camunda:inputParameter name="twice"><camunda:script scriptFormat="feel">a * 2'
        "</camunda:script></camunda:inputParameter></camunda:inputOutput>"
    )
    task = node(extended("task", "", inside))
    values = {one.target: one.source.evaluate({"a": 1, "b": 2, "y": "z"}).value for one in task.inputs}
    assert values == {"text": "hi", "sum": 3, "list": ["x", "z", {"k.1": []}], "map": {"k": "v"}, "twice": 2}


def test_a_groovy_script_in_a_mapping_is_refused_by_name() -> None:
    inside = (
        '<camunda:inputOutput><camunda:inputParameter name="x"><camunda:script scriptFormat="groovy">1'
        "</camunda:script></camunda:inputParameter></camunda:inputOutput>"
    )
    assert "script_language" in codes_of(straight(extended("task", "", inside)))


@pytest.mark.parametrize(
    ("attributes", "binding", "version"),
    [
        ("", "latest", None),
        ('camunda:decisionRefBinding="deployment"', "deployment", None),
        ('camunda:decisionRefBinding="version" camunda:decisionRefVersion="3"', "version", "3"),
        ('camunda:decisionRefBinding="versionTag" camunda:decisionRefVersionTag="t"', "versionTag", "t"),
    ],
)
def test_a_decision_has_a_binding(attributes: str, binding: str, version: str | None) -> None:
    text = (
        f'<businessRuleTask id="task" camunda:decisionRef="rate" camunda:resultVariable="r" {attributes} '
        'camunda:mapDecisionResult="singleEntry"/>'
    )
    task = node(text)
    spec = task.decision
    assert (spec.decision.text, spec.result_variable, spec.map_result) == ("rate", "r", "singleEntry")
    assert (spec.binding, spec.version.text if spec.version else None) == (binding, version)
    assert task.job is None


def test_a_call_passes_what_is_named_and_nothing_else() -> None:
    inside = (
        '<camunda:in source="a" target="b"/><camunda:in sourceExpression="${a + 1}" target="c"/>'
        '<camunda:in businessKey="${key}"/><camunda:out source="x" target="y"/>'
    )
    call = node(extended("callActivity", 'calledElement="q" camunda:calledElementBinding="deployment"', inside))
    assert isinstance(call, CallActivity)
    assert (call.called_element.text, call.binding, call.passing, call.all_out) == ("q", "deployment", "nothing", False)
    assert [one.target for one in (*call.passed_in, *call.passed_out)] == ["b", "c", "y"]
    assert call.business_key is not None
    assert call.business_key.names == {"key"}


def test_a_call_may_pass_everything() -> None:
    inside = '<camunda:in variables="all"/><camunda:out variables="all"/>'
    call = node(extended("callActivity", 'calledElement="q"', inside))
    assert (call.passing, call.all_out) == ("all", True)


@pytest.mark.parametrize("collection", ["people", "${people}"])
def test_multi_instance_runs_over_a_variable_by_name_or_expression(collection: str) -> None:
    inside = f'<multiInstanceLoopCharacteristics camunda:collection="{collection}" camunda:elementVariable="p"/>'
    loop = node(f'<userTask id="task">{inside}</userTask>').loop
    assert (loop.multi, loop.collection.names, loop.element_variable) == (True, {"people"}, "p")


def test_a_caught_error_writes_its_code_and_message() -> None:
    boundary = (
        '<boundaryEvent id="b" attachedToRef="task"><errorEventDefinition errorRef="E" '
        'camunda:errorCodeVariable="c" camunda:errorMessageVariable="m"/></boundaryEvent>'
    )
    roots = '<error id="E" errorCode="E1"/>'
    event = process_of(straight('<task id="task"/>') + boundary, roots=roots).body.nodes["b"]
    assert isinstance(event, Event)
    (definition,) = event.definitions
    assert definition.code is not None
    assert (definition.code.text, definition.code_variable, definition.message_variable) == ("E1", "c", "m")


def test_a_message_end_event_may_be_a_job() -> None:
    event = '<endEvent id="end"><messageEventDefinition camunda:type="external" camunda:topic="mail"/></endEvent>'
    end = process_of(START + event + chain("start", "end")).body.nodes["end"]
    assert isinstance(end, Event)
    assert end.job is not None
    assert end.job.type.text == "mail"


def test_an_error_reference_without_error_is_its_own_code() -> None:
    boundary = '<boundaryEvent id="b" attachedToRef="task"><errorEventDefinition errorRef="E9"/></boundaryEvent>'
    event = process_of(straight('<task id="task"/>') + boundary).body.nodes["b"]
    assert isinstance(event, Event)
    assert event.definitions[0].code is not None
    assert event.definitions[0].code.text == "E9"


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ('<camunda:executionListener event="start" class="a.B"/>', "listener_not_run"),
        ('<camunda:taskListener event="create" class="a.B"/>', "listener_not_run"),
        ("<camunda:quantum/>", "extension_unknown"),
        (
            '<camunda:formData><camunda:formField id="f"><camunda:validation><camunda:constraint name="validator" '
            'config="a.B"/></camunda:validation></camunda:formField></camunda:formData>',
            "class_not_run",
        ),
    ],
)
def test_an_extension_without_effect_is_named(inside: str, code: str) -> None:
    assert code in codes_of(straight(extended("userTask", "", inside)))


def test_a_juel_script_and_its_result_variable_are_read() -> None:
    task = node(
        '<scriptTask id="task" scriptFormat="juel" camunda:resultVariable="r"><script>${a}</script></scriptTask>'
    )
    assert isinstance(task, Task)
    assert task.script is not None
    assert (task.script.names, task.script_result) == ({"a"}, "r")


def test_the_process_has_a_version_tag_and_starters() -> None:
    attributes = 'isExecutable="true" camunda:versionTag="1.2" camunda:candidateStarterGroups="sales"'
    drawing = read("a.bpmn", file_of(straight('<task id="task"/>'), attributes=attributes)).drawing
    assert drawing is not None
    process = drawing.processes[0]
    assert (process.version_tag, process.properties) == ("1.2", {"candidateStarterGroups": "sales"})
