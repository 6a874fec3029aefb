"""Flowable, Activiti, SpiffWorkflow, our own namespace and plain BPMN in the one model."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.language import read
from bpmn.language.process import CallActivity, FlowNode, Task
from bpmn.language.vocabulary import MODEL
from tests.unit.bpmn.language.words import codes_of, file_of, process_of, straight

_MODELER = 'xmlns:m="http://camunda.org/schema/modeler/1.0"'


def node(text: str, roots: str = "") -> Any:
    found: FlowNode = process_of(straight(text), roots=roots).body.nodes["task"]
    return found


def extended(tag: str, attributes: str, inside: str, more: str = "") -> str:
    return f'<{tag} id="task" {attributes}><extensionElements>{inside}</extensionElements>{more}</{tag}>'


@pytest.mark.parametrize("prefix", ["flowable", "activiti"])
def test_flowable_and_activiti_say_the_same_words(prefix: str) -> None:
    user = node(f'<userTask id="task" {prefix}:assignee="ann" {prefix}:candidateGroups="g"/>').user
    assert (user.assignee.text, user.candidate_groups.text) == ("ann", "g")


@pytest.mark.parametrize("kind", ["http", "dmn", "camel"])
def test_a_flowable_task_type_is_a_job_type(kind: str) -> None:
    inside = '<flowable:field name="url"><flowable:string>http://a</flowable:string></flowable:field>'
    job = node(extended("serviceTask", f'flowable:type="{kind}"', inside)).job
    assert (job.type.text, job.headers) == (kind, {"url": "http://a"})


def test_an_external_worker_is_asked_by_its_topic() -> None:
    task = node('<serviceTask id="task" flowable:type="external-worker" flowable:topic="pay"/>')
    assert task.job.type.text == "pay"


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ('<flowable:collection flowable:class="a.B"/>', "collection_handler"),
        ('<flowable:variableAggregation target="a" class="a.B"/>', "variable_aggregation"),
        (
            '<flowable:variableAggregation target="a"/><flowable:variableAggregation target="b"/>',
            "variable_aggregation",
        ),
    ],
)
def test_what_a_loop_of_flowable_asks_of_a_class_is_refused(inside: str, code: str) -> None:
    loop = f"<multiInstanceLoopCharacteristics><extensionElements>{inside}</extensionElements>"
    assert code in codes_of(straight(f'<task id="task">{loop}</multiInstanceLoopCharacteristics></task>'))


def test_a_data_object_whose_value_is_not_of_its_type_is_refused() -> None:
    value = "<extensionElements><activiti:value>many</activiti:value></extensionElements>"
    body = f'<dataObject id="d" itemSubjectRef="xsd:int">{value}</dataObject>'
    assert "data_value_invalid" in codes_of(body + straight('<task id="task"/>'))


def test_an_activiti_form_property_is_a_form_field() -> None:
    inside = '<activiti:formProperty id="days" name="Days" type="long" required="true" default="3"/>'
    (field,) = node(extended("userTask", "", inside)).user.form.fields
    assert {"id": "days", "label": "Days", "type": "long", "required": True, "default": "3"}.items() <= field.items()


def test_flowable_variables_are_inherited_when_it_says_so() -> None:
    call = node('<callActivity id="task" calledElement="q" flowable:inheritVariables="true"/>')
    assert isinstance(call, CallActivity)
    assert (call.passing, call.all_out) == ("all", False)


def test_an_event_of_the_registry_is_a_message_of_its_name() -> None:
    inside = (
        '<flowable:eventType>paid</flowable:eventType><flowable:eventCorrelationParameter name="id" value="${id}"/>'
    )
    (definition,) = node(extended("intermediateCatchEvent", "", inside)).definitions
    assert (definition.name.text, definition.correlation_key.names) == ("paid", {"id"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            extended("serviceTask", "", '<flowable:mapException errorCode="E">a.B</flowable:mapException>'),
            "class_not_run",
        ),
        ('<serviceTask id="task" flowable:type="camel"/>', "task_type_is_job"),
        ('<serviceTask id="task" flowable:class="a.B" flowable:triggerable="true"/>', "triggerable_not_run"),
        (extended("userTask", "", '<flowable:eventListener class="a.B"/>'), "listener_not_run"),
        ('<callActivity id="task" calledElement="q" flowable:calledElementType="id"/>', "extension_not_done"),
        ('<callActivity id="task" calledElement="q" flowable:inheritBusinessKey="true"/>', "extension_not_done"),
        ('<userTask id="task" flowable:taskIdVariableName="t"/>', "extension_not_done"),
    ],
)
def test_what_flowable_would_run_and_we_do_not_is_named(body: str, code: str) -> None:
    assert code in codes_of(straight(body))


def test_a_word_with_the_value_that_is_meant_anyway_is_not_named() -> None:
    said = 'flowable:calledElementType="key" flowable:inheritBusinessKey="false"'
    assert not {"extension_not_done", "extension_unknown"} & codes_of(
        straight(f'<callActivity id="task" calledElement="q" {said}/>')
    )


def test_a_spiff_operator_is_a_job_with_its_parameters() -> None:
    inside = (
        '<spiffworkflow:serviceTaskOperator id="http/Get" resultVariable="r"><spiffworkflow:parameters>'
        '<spiffworkflow:parameter id="url" type="str" value="&quot;http://a&quot;"/></spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator>"
    )
    job = node(extended("serviceTask", "", inside)).job
    assert (job.type.text, job.result_variable, job.headers) == ("http/Get", "r", {"url": '"http://a"'})


def test_spiff_python_scripts_are_refused_by_name() -> None:
    inside = "<spiffworkflow:preScript>x = 1</spiffworkflow:preScript>"
    assert "script_language" in codes_of(straight(extended("userTask", "", inside)))
    script = extended("scriptTask", "", "<spiffworkflow:properties/>", "<script>x = 1</script>")
    assert "script_language" in codes_of(straight(script))


def test_a_spiff_decision_and_form_are_read() -> None:
    inside = "<spiffworkflow:calledDecisionId>rate</spiffworkflow:calledDecisionId>"
    assert node(extended("businessRuleTask", "", inside)).decision.decision.text == "rate"
    form = (
        '<spiffworkflow:properties><spiffworkflow:property name="formJsonSchemaFilename" value="f.json"/>'
        "</spiffworkflow:properties>"
    )
    assert node(extended("userTask", "", form)).user.form.key.text == "f.json"


def test_what_spiff_events_carry_stands_at_the_event_or_at_what_it_refers_to() -> None:
    words = (
        "<extensionElements><spiffworkflow:messagePayload>{'a': b}</spiffworkflow:messagePayload>"
        "<spiffworkflow:messageVariable>got</spiffworkflow:messageVariable></extensionElements>"
    )
    sent = node('<sendTask id="task" messageRef="m"/>', f'<message id="m" name="m">{words}</message>').message
    assert (sent.content.text, sent.into) == ('{"a": b}', None)
    caught = node(f'<receiveTask id="task" messageRef="m">{words}</receiveTask>', '<message id="m" name="m"/>').message
    assert (caught.content, caught.into) == (None, "got")


@pytest.mark.parametrize("tag", ["task", "serviceTask", "businessRuleTask"])
def test_our_own_namespace_makes_an_ai_decision_of_any_task(tag: str) -> None:
    inside = '<handoff:header key="candidateGroups" value="loans"/>'
    task = node(extended(tag, 'handoff:decision="loan" handoff:resultVariable="r"', inside))
    assert isinstance(task, Task)
    assert task.job is not None
    assert (task.job.type.text, task.job.result_variable) == ("ai-decision", "r")
    assert task.job.headers == {"decision": "loan", "candidateGroups": "loans"}


def test_our_own_namespace_has_connectors_mappings_and_people() -> None:
    inside = '<handoff:input source="=a" target="b"/><handoff:output source="=c" target="d"/>'
    task = node(extended("serviceTask", 'handoff:connector="http"', inside))
    assert (task.job.type.text, task.inputs[0].target, task.outputs[0].target) == ("http", "b", "d")
    assert node('<userTask id="task" handoff:candidateGroups="g"/>').user.candidate_groups.text == "g"


def test_the_own_words_win_over_the_vendors() -> None:
    inside = '<zeebe:taskDefinition type="zeebe-job"/>'
    task = node(extended("serviceTask", 'handoff:connector="ours"', inside))
    assert task.job.type.text == "ours"


def test_a_plain_service_task_is_a_job_by_implementation_or_id() -> None:
    assert node('<serviceTask id="task" implementation="pay"/>').job.type.text == "pay"
    assert node('<serviceTask id="task" implementation="##WebService"/>').job.type.text == "task"
    assert "service_task_without_implementation" in codes_of(straight('<serviceTask id="task"/>'))


def resource(kind: str, text: str) -> str:
    expression = f"<resourceAssignmentExpression><formalExpression>{text}</formalExpression>"
    return f"<{kind}>{expression}</resourceAssignmentExpression></{kind}>"


@pytest.mark.parametrize("word", ['camunda:dueDate="P1D"', 'camunda:candidateGroups="board"', 'flowable:formKey="f"'])
def test_the_standards_people_stand_beside_what_a_vendor_says(word: str) -> None:
    inside = resource("humanPerformer", "ann") + resource("potentialOwner", "user(bob), group(sales)")
    user = node(f'<userTask id="task" {word}>{inside}</userTask>').user
    assert (user.assignee.text, user.candidate_users.text) == ("ann", "bob")
    groups = [found.text for found in (user.candidate_groups, user.owner_groups) if found is not None]
    assert groups == (["board", "sales"] if "board" in word else ["sales"])


def test_plain_resources_name_performer_and_owners() -> None:
    owners = (resource("potentialOwner", text) for text in ("user(bob), group(sales)", "office"))
    inside = resource("humanPerformer", "ann") + "".join(owners)
    user = node(f'<userTask id="task">{inside}</userTask>').user
    assert (user.assignee.text, user.candidate_users.text, user.candidate_groups.text) == ("ann", "bob", "sales,office")


@pytest.mark.parametrize(
    ("body", "dialect"),
    [
        ('<task id="a"/>', "plain"),
        ('<task id="a" camunda:asyncBefore="true"/>', "camunda7"),
        ('<task id="a"><extensionElements><zeebe:ioMapping/></extensionElements></task>', "camunda8"),
        ('<task id="a" flowable:async="true"/>', "flowable"),
        ('<task id="a" activiti:async="true"/>', "activiti"),
        ('<task id="a" handoff:decision="d"/>', "plain"),
    ],
)
def test_the_dialect_is_that_of_the_words_used_most(body: str, dialect: str) -> None:
    drawing = read("a.bpmn", file_of(body)).drawing
    assert drawing is not None
    assert drawing.dialect == dialect


@pytest.mark.parametrize(
    ("declared", "dialect"),
    [
        ("", "plain"),
        ('xmlns:camunda="http://camunda.org/schema/1.0/bpmn"', "camunda7"),
        ('xmlns:flowable="http://flowable.org/bpmn"', "flowable"),
        ('xmlns:a="http://activiti.org/bpmn" xmlns:b="http://flowable.org/bpmn"', "plain"),
        (f'{_MODELER} m:executionPlatform="Camunda Platform"', "camunda7"),
        (f'{_MODELER} m:executionPlatform="Camunda Cloud" xmlns:a="http://activiti.org/bpmn"', "camunda8"),
    ],
)
def test_a_drawing_without_any_vendors_words_is_for_the_engine_it_announces(declared: str, dialect: str) -> None:
    text = f'<definitions xmlns="{MODEL}" id="d" targetNamespace="t" {declared}><process id="p"/></definitions>'
    drawing = read("a.bpmn", text.encode()).drawing
    assert drawing is not None
    assert drawing.dialect == dialect


@pytest.mark.parametrize(
    ("condition", "variables", "expected"),
    [
        ("=x > 1", {"x": 2}, True),
        ("${x &gt; 1}", {"x": 2}, True),
        ("x &gt; 1", {"x": 2}, True),
        ("x == 'a'", {"x": "a"}, True),
    ],
)
def test_a_condition_is_marked_or_bare(condition: str, variables: dict[str, Any], expected: bool) -> None:
    flow = (
        '<startEvent id="s"/><endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="e">'
        f"<conditionExpression>{condition.replace('=x > 1', '=x &gt; 1')}</conditionExpression></sequenceFlow>"
    )
    read_condition = process_of(flow).body.flows["f"].condition
    assert read_condition is not None
    assert read_condition.evaluate(variables).value is expected


def test_a_task_of_jbpm_with_a_name_of_its_own_kind_is_a_job() -> None:
    declared = 'xmlns:drools="http://www.jboss.org/drools"'
    assert node(f'<task id="task" {declared} drools:taskName="Email"/>').job.type.text == "Email"
