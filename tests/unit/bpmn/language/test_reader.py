"""What `read` makes of bytes: drawings in every encoding, refusals in one sentence, nothing that raises."""

from __future__ import annotations

import pytest

from bpmn.language import judge, read, readiness
from bpmn.language.process import SubProcess, Task
from tests.unit.bpmn.engine.draw import drawing, end, start, task
from tests.unit.bpmn.engine.play import processes
from tests.unit.bpmn.language.words import END, HEAD, START, chain, file_of, flow, process_of, straight

NAMED = straight('<task id="task" name="Prüfung"/>')


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "windows-1252"])
def test_names_survive_every_encoding_found_in_the_wild(encoding: str) -> None:
    text = file_of(NAMED).decode().replace("UTF-8", encoding)
    drawing = read("a.bpmn", text.encode(encoding)).drawing
    assert drawing is not None
    assert drawing.processes[0].body.nodes["task"].name == "Prüfung"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"definitions": []}', "not_xml"),
        (b"\x89PNG\r\n", "not_xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_bpmn"),
        (b"<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/'/>", "not_bpmn"),
        (b"<definitions><process id='p'/></definitions>", "not_bpmn"),
        (b"<html><body/></html>", "not_bpmn"),
        (b"<mxfile><diagram/></mxfile>", "not_bpmn"),
        (file_of(NAMED)[:300], "not_well_formed"),
        (b"<!DOCTYPE d [<!ENTITY x 'y'>]>" + file_of(NAMED)[38:], "doctype"),
    ],
)
def test_what_is_no_drawing_is_refused_with_a_code(data: bytes, code: str) -> None:
    reading = read("a.bpmn", data)
    assert reading.drawing is None
    assert [(p.code, p.severity, p.file) for p in reading.problems] == [(code, "error", "a.bpmn")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<task id="a"/><task id="a"/>', "id_twice"),
        ('<task name="no id"/>', "id_missing"),
        (f'<task id="{"i" * 300}"/>', "id_too_long"),
        (f'<task id="a" name="{"n" * 5000}"/>', "name_too_long"),
        ('<quantumTask id="q"/>', "element_unknown"),
        ('<choreographyTask id="c"/>', "element_not_executable"),
        ('<task id="a"/>' + flow("a", "nobody"), "flow_end_unknown"),
        ('<task id="a"/><sequenceFlow id="f" sourceRef="a"/>', "flow_end_missing"),
        ('<subProcess id="s"><task id="a"/></subProcess><task id="b"/>' + flow("b", "a"), "flow_crosses_border"),
        ('<task id="a"/><textAnnotation id="t"/>' + flow("a", "t"), "flow_end_unknown"),
        ('<task id="a" default="f"/>', "default_unknown"),
        ('<scriptTask id="a"/>', "script_missing"),
        ('<scriptTask id="a" scriptFormat="groovy"><script>x</script></scriptTask>', "script_language"),
        ('<scriptTask id="a"><script>x = 1</script></scriptTask>', "script_language_missing"),
        ('<callActivity id="a"/>', "called_process_missing"),
        ('<receiveTask id="a" messageRef="nobody"/>', "reference_unknown"),
        ('<receiveTask id="a" operationRef="nobody"/>', "operation_unknown"),
        ('<endEvent id="a"><errorEventDefinition/></endEvent>', "reference_missing"),
        ('<startEvent id="a"><timerEventDefinition/></startEvent>', "timer_without_time"),
        (START + END + flow("start", "end", "=1 +"), "expression_invalid"),
        (START + END + flow("start", "end", "=len(x) > 1"), "function_unknown"),
        (START + END + flow("start", "end", "the order is complete"), "condition_prose"),
        (
            START + END + '<sequenceFlow id="f" sourceRef="start" targetRef="end">'
            '<conditionExpression language="http://www.java.com/java">x</conditionExpression></sequenceFlow>',
            "expression_language",
        ),
    ],
)
def test_what_is_wrong_in_a_process_is_a_problem_with_its_element(body: str, code: str) -> None:
    reading = read("a.bpmn", file_of(body))
    assert reading.drawing is not None
    found = [p for p in judge([reading.drawing])["p"] if p.code == code]
    assert found
    assert all(p.line and p.message.endswith(".") for p in found)


def test_all_problems_come_at_once() -> None:
    body = '<task id="a" default="f"/><scriptTask id="b"/><callActivity id="c"/>' + END
    reading = read("a.bpmn", file_of(body))
    assert reading.drawing is not None
    errors = {p.element for p in judge([reading.drawing])["p"] if p.severity == "error"}
    assert errors == {"a", "b", "c", "p"}


def test_a_flow_without_id_gets_one_that_says_so() -> None:
    body = START + END + '<sequenceFlow sourceRef="start" targetRef="end"/>' * 2
    flows = process_of(body).body.flows
    assert all(made.anonymous for made in flows.values())
    assert process_of(body).body.nodes["start"].outgoing == tuple(flows)
    assert len(flows) == 2


def test_prefixed_references_mean_the_same_as_bare_ones() -> None:
    body = '<receiveTask id="task" messageRef="tns:M"/>'
    task = process_of(straight(body), roots='<message id="M" name="order"/>').body.nodes["task"]
    assert isinstance(task, Task)
    assert task.message is not None
    assert task.message.name is not None
    assert task.message.name.text == "order"


def test_lanes_nest_and_reach_into_sub_processes() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="l1" name="Office"><flowNodeRef>a</flowNodeRef><flowNodeRef>s</flowNodeRef>'
        '<childLaneSet id="c"><lane id="l2" name="Clerk"><flowNodeRef>a</flowNodeRef></lane></childLaneSet>'
        "</lane></laneSet>"
    )
    body = process_of(lanes + '<task id="a"/><subProcess id="s"><task id="inner"/></subProcess><task id="b"/>').body
    assert isinstance(body.nodes["s"], SubProcess)
    inner = body.nodes["s"].body.nodes["inner"]
    assert [body.nodes["a"].lane, inner.lane, body.nodes["b"].lane] == ["Clerk", "Office", None]


def test_pools_are_kept_with_the_processes_they_show() -> None:
    pools = (
        '<collaboration id="c"><participant id="a" name="Bank" processRef="p"/><participant id="b"/></collaboration>'
    )
    drawing = read("a.bpmn", file_of(NAMED, more=pools)).drawing
    assert drawing is not None
    assert [(pool.name, pool.process) for pool in drawing.participants] == [("Bank", "p"), ("", None)]


def test_a_file_without_a_process_is_a_drawing_with_an_error() -> None:
    reading = read("a.bpmn", (HEAD + "</definitions>").encode())
    assert reading.drawing is not None
    assert [problem.code for problem in reading.problems] == ["no_process"]


@pytest.mark.parametrize("key", ["../../etc/passwd", "1process", "a b"])
def test_a_process_id_that_is_no_name_is_refused(key: str) -> None:
    reading = read("a.bpmn", file_of(NAMED).replace(b'process id="p"', f'process id="{key}"'.encode()))
    assert reading.drawing is not None
    assert reading.drawing.processes == ()
    assert [problem.code for problem in reading.problems] == ["id_invalid"]


def test_an_error_in_one_process_leaves_its_neighbour_ready() -> None:
    other = '<process id="q" isExecutable="true"><startEvent id="qs"/></process>'
    reading = read("a.bpmn", file_of('<task id="a"/>' + END, more=other))
    assert reading.drawing is not None
    judged = judge([reading.drawing])
    ready = {p.id: readiness(p, judged[p.id]).executable for p in reading.drawing.processes}
    assert ready == {"p": False, "q": True}


def test_an_id_that_stands_in_two_pools_stops_both() -> None:
    other = f'<process id="q" isExecutable="true">{NAMED}</process>'
    reading = read("a.bpmn", file_of(NAMED, more=other))
    assert reading.drawing is not None
    judged = judge([reading.drawing])
    assert not any(readiness(p, judged[p.id]).executable for p in reading.drawing.processes)


@pytest.mark.parametrize(
    ("attributes", "executable", "word"),
    [('isExecutable="true"', True, None), ("", True, None), ('isExecutable="false"', False, "isExecutable")],
)
def test_a_process_runs_unless_its_drawing_says_no(attributes: str, executable: bool, word: str | None) -> None:
    drawing = read("a.bpmn", file_of(NAMED, attributes=attributes)).drawing
    assert drawing is not None
    verdict = readiness(drawing.processes[0], judge([drawing])["p"])
    assert verdict.executable is executable
    assert (verdict.why_not is None) if word is None else word in str(verdict.why_not)


def test_what_is_an_error_elsewhere_is_a_warning_in_a_mere_drawing() -> None:
    drawing = read("a.bpmn", file_of('<task id="a"/>' + END, attributes='isExecutable="false"')).drawing
    assert drawing is not None
    assert {p.severity for p in judge([drawing])["p"] if p.code == "start_missing"} == {"warning"}


def test_a_pool_that_is_not_drawn_is_no_error() -> None:
    drawing = read("a.bpmn", file_of("", attributes="")).drawing
    assert drawing is not None
    problems = judge([drawing])["p"]
    assert [(p.code, p.severity) for p in problems] == [("process_empty", "warning")]
    assert "empty" in str(readiness(drawing.processes[0], problems).why_not)


def test_what_a_collaboration_refers_to_and_is_not_there_is_named() -> None:
    pools = (
        '<collaboration id="c"><participant id="known" processRef="tns:p"/><participant id="lost" processRef="q"/>'
        '<messageFlow id="good" sourceRef="known" targetRef="start"/>'
        '<messageFlow id="bad" sourceRef="known" targetRef="nobody"/></collaboration>'
    )
    found = [(p.code, p.element) for p in read("a.bpmn", file_of(straight('<task id="task"/>'), roots=pools)).problems]
    assert found == [("pool_process_unknown", "lost"), ("message_flow_end_unknown", "bad")]


def test_a_call_of_a_global_task_is_not_run() -> None:
    call = straight('<callActivity id="task" calledElement="tns:ask"/>')
    drawing = read("a.bpmn", file_of(call, roots='<globalUserTask id="ask"/>')).drawing
    assert drawing is not None
    assert [(p.code, p.element) for p in judge([drawing])["p"] if p.severity == "error"] == [
        ("element_not_executable", "task")
    ]


def test_two_files_with_one_process_id_are_both_told() -> None:
    drawings = [read(name, file_of(NAMED)).drawing for name in ("a.bpmn", "b.bpmn")]
    judged = judge([drawing for drawing in drawings if drawing])
    assert "process_id_twice" in {problem.code for problem in judged["p"]}


@pytest.mark.parametrize(
    "body",
    [
        START + "".join(f'<task id="t{n}"/>' for n in range(3000)) + chain("start", *(f"t{n}" for n in range(3000))),
        START + "".join(f'<subProcess id="s{n}"><startEvent id="i{n}"/>' for n in range(150)) + "</subProcess>" * 150,
        START
        + "".join(f'<subProcess id="s{n}"><startEvent id="i{n}"/></subProcess>' for n in range(500))
        + chain("start", *(f"s{n}" for n in range(500))),
    ],
    ids=["3000 tasks in a row", "150 sub-processes nested", "500 sub-processes in a row"],
)
def test_size_costs_no_recursion(body: str) -> None:
    drawing = read("a.bpmn", file_of(body)).drawing
    assert drawing is not None
    assert readiness(drawing.processes[0], judge([drawing])["p"]).executable


def test_more_flow_nodes_than_anybody_draws_are_refused() -> None:
    reading = read("a.bpmn", file_of("".join(f'<task id="t{n}"/>' for n in range(10_001))))
    assert [problem.code for problem in reading.problems] == ["too_many_elements"]


@pytest.mark.parametrize("text", ["=", "${", "#{x.y()}", "=1 +", '="quoted"'])
def test_an_id_or_name_that_looks_like_an_expression_stands_for_itself(text: str) -> None:
    written = text.replace('"', "&quot;")
    body = (
        f'<serviceTask id="{written}"/><intermediateThrowEvent id="l" name="{written}"><linkEventDefinition '
        f'name="{written}"/></intermediateThrowEvent><serviceTask id="c" camunda:class="{written}"/>'
    )
    nodes = process_of(body).body.nodes
    task = nodes[text]
    assert isinstance(task, Task)
    assert task.job is not None
    assert task.job.type.evaluate({}).value == text


def test_a_namespace_that_is_no_address_is_answered_in_a_sentence() -> None:
    data = file_of(NAMED).replace(b"<task", b'<task xmlns:odd="#{x.y()}" odd:type="t"', 1)
    assert [problem.code for problem in read("a.bpmn", data).problems] == ["not_well_formed"]


@pytest.mark.parametrize("name", ["startQuantity", "completionQuantity"])
@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5", "1001"])
def test_an_activity_that_counts_tokens_wrongly_is_refused(name: str, number: str) -> None:
    text = drawing(start(), task("a", **{name: number}), end(), "s > a > e")
    assert [(p.code, p.element) for p in processes(text)["p"].problems] == [("quantity_invalid", "a")]


_TIMED = '<complexBehaviorDefinition><condition>true</condition><event id="x"><timerEventDefinition/></event>'


@pytest.mark.parametrize(
    ("behavior", "inner"),
    [("One", ""), ("None", ""), ("Complex", f"{_TIMED}</complexBehaviorDefinition>")],
)
def test_what_a_loop_cannot_throw_is_named(behavior: str, inner: str) -> None:
    count = f"<loopCardinality>2</loopCardinality>{inner}"
    many = f'<multiInstanceLoopCharacteristics behavior="{behavior}">{count}</multiInstanceLoopCharacteristics>'
    text = drawing(start(), task("a", many), end(), "s > a > e")
    assert ("loop_behavior", "a") in [(p.code, p.element) for p in processes(text)["p"].problems]
