"""One drawing that trips each rule, and one that does not."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.bpmn.language.words import END, START, chain, flow, straight


@dataclass(frozen=True)
class Case:
    """Two bodies of a process, with root elements and more processes for both."""

    trips: str
    passes: str
    roots: str = ""
    more: str = ""


ERROR = '<error id="E" errorCode="E1"/>'
ESCALATION = '<escalation id="X" escalationCode="X1"/>'
MESSAGE = '<message id="M" name="m"/>'
SIGNAL = '<signal id="S" name="s"/>'
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def user(key: str = "task", inside: str = "", attributes: str = 'camunda:candidateGroups="g"') -> str:
    return f'<userTask id="{key}" {attributes}>{inside}</userTask>'


def task(key: str = "task", inside: str = "") -> str:
    return f'<task id="{key}">{inside}</task>'


def gateway(kind: str, key: str, attributes: str = "") -> str:
    return f'<{kind}Gateway id="{key}" {attributes}/>'


def boundary(key: str, host: str, inside: str, attributes: str = "") -> str:
    return f'<boundaryEvent id="{key}" attachedToRef="{host}" {attributes}>{inside}</boundaryEvent>'


def catch(key: str, inside: str) -> str:
    return f'<intermediateCatchEvent id="{key}">{inside}</intermediateCatchEvent>'


def throw(key: str, inside: str) -> str:
    return f'<intermediateThrowEvent id="{key}">{inside}</intermediateThrowEvent>'


def start(key: str, inside: str = "") -> str:
    return f'<startEvent id="{key}">{inside}</startEvent>'


def end(key: str, inside: str = "") -> str:
    return f'<endEvent id="{key}">{inside}</endEvent>'


def sub(inside: str, key: str = "task", kind: str = "subProcess", attributes: str = "") -> str:
    return f'<{kind} id="{key}" {attributes}>{inside}</{kind}>'


INNER = start("is") + task("it") + end("ie") + chain("is", "it", "ie")
PLAIN = straight(task())


def event_sub(inside: str, key: str = "es") -> str:
    return sub(inside, key, attributes='triggeredByEvent="true"')


def split(kind: str, first: str = "", second: str = "", attributes: str = "", join: str = "") -> str:
    """A gateway with two tasks behind it, ending apart or joined."""
    flows = flow("start", "g") + flow("g", "a", first) + flow("g", "b", second)
    nodes = START + gateway(kind, "g", attributes) + task("a") + task("b")
    if not join:
        return nodes + end("e1") + end("e2") + flows + flow("a", "e1") + flow("b", "e2")
    return nodes + gateway(join, "j") + END + flows + flow("a", "j") + flow("b", "j") + flow("j", "end")


def call(target: str) -> str:
    return straight(f'<callActivity id="task" calledElement="{target}"/>')


def other(body: str) -> str:
    """A second process of the file."""
    renamed = body.replace('id="', 'id="o_').replace('Ref="', 'Ref="o_').replace('calledElement="o_', 'calledElement="')
    return f'<process id="q" isExecutable="true">{renamed}</process>'


def script(key: str, result: str) -> str:
    return (
        f'<scriptTask id="{key}"><extensionElements><zeebe:script expression="=1" resultVariable="{result}"/>'
        "</extensionElements></scriptTask>"
    )


def ai(key: str = "task", headers: str = "", attributes: str = "") -> str:
    lines = "".join(f'<handoff:header key="{h}" value="x"/>' for h in headers.split())
    return (
        f'<businessRuleTask id="{key}" handoff:connector="ai-decision" '
        f"{attributes}><extensionElements>{lines}"
        "</extensionElements></businessRuleTask>"
    )


def loop(inside: str) -> str:
    return straight(task("task", inside))


MULTI = "<multiInstanceLoopCharacteristics>{}</multiInstanceLoopCharacteristics>"
COMPENSATE = "<compensateEventDefinition/>"
COMPENSATED = boundary("b", "task", COMPENSATE) + '<association id="as" sourceRef="b" targetRef="undo"/>'
UNDO = '<task id="undo" isForCompensation="true"/>'
LINK = '<linkEventDefinition name="{}"/>'
LINKED = (
    START + throw("t", LINK.format("L")) + catch("c", LINK.format("L")) + END + flow("start", "t") + flow("c", "end")
)
MESSAGED = '<messageEventDefinition messageRef="M"/>'
FORK = START + gateway("parallel", "g") + "{a}{b}" + gateway("parallel", "j") + END
FORKED = flow("start", "g") + flow("g", "a") + flow("g", "b") + flow("a", "j") + flow("b", "j") + flow("j", "end")

AWAITED = (
    START + gateway("eventBased", "g") + '<receiveTask id="a" messageRef="M"/>' + catch("c", TIMER) + END
    + chain("start", "g", "a", "end") + chain("g", "c", "end")
)  # fmt: skip


def started_by_both(attributes: str) -> str:
    definitions = '<messageEventDefinition messageRef="M"/><signalEventDefinition signalRef="S"/>'
    return f'<startEvent id="start" {attributes}>{definitions}</startEvent>' + task() + chain("start", "task")


CASES: dict[str, Case] = {
    "process_empty": Case("", PLAIN),
    "start_missing": Case(task() + END + chain("task", "end"), PLAIN),
    "start_implied": Case(task("a") + task("b") + chain("a", "b"), PLAIN),
    "start_of_several_events": Case(
        started_by_both('parallelMultiple="true"'), started_by_both(""), roots=MESSAGE + SIGNAL
    ),
    "sub_process_empty": Case(straight(sub("")), straight(sub(INNER))),
    "sub_process_start_missing": Case(straight(sub(task("it") + end("ie"))), straight(sub(task("it")))),
    "sub_process_starts_many": Case(straight(sub(INNER + start("is2") + flow("is2", "it"))), straight(sub(INNER))),
    "sub_process_start_typed": Case(
        straight(sub(start("is", TIMER) + end("ie") + chain("is", "ie"))), straight(sub(INNER))
    ),
    "event_sub_process_start": Case(
        PLAIN + event_sub(INNER),
        PLAIN + event_sub(INNER.replace('"is"/>', "").replace('<startEvent id="is"></startEvent>', start("is", TIMER))),
    ),
    "compensation_start_at_process": Case(
        PLAIN + event_sub(start("is", COMPENSATE) + end("ie") + chain("is", "ie")),
        straight(sub(INNER + event_sub(start("cs", COMPENSATE) + end("ce") + chain("cs", "ce")))),
    ),
    "ad_hoc_without_activity": Case(
        straight(sub(gateway("exclusive", "g"), kind="adHocSubProcess")),
        straight(sub(task("it"), kind="adHocSubProcess")),
    ),
    "flow_into_start": Case(PLAIN + flow("task", "start"), PLAIN),
    "flow_out_of_end": Case(PLAIN + flow("end", "task"), PLAIN),
    "flow_into_boundary": Case(
        PLAIN + boundary("b", "task", TIMER) + flow("task", "b"),
        PLAIN + boundary("b", "task", TIMER) + flow("b", "end"),
    ),
    "event_sub_process_flow": Case(
        PLAIN + event_sub(start("is", TIMER)) + flow("task", "es"), PLAIN + event_sub(start("is", TIMER))
    ),
    "handler_flow": Case(PLAIN + COMPENSATED + UNDO + flow("task", "undo"), PLAIN + COMPENSATED + UNDO),
    "boundary_unattached": Case(
        PLAIN + boundary("b", "nobody", TIMER) + flow("b", "end"),
        PLAIN + boundary("b", "task", TIMER) + flow("b", "end"),
    ),
    "event_gateway_target": Case(
        START
        + gateway("eventBased", "g")
        + task("a")
        + catch("c", TIMER)
        + END
        + chain("start", "g", "a", "end")
        + chain("g", "c", "end"),
        START
        + gateway("eventBased", "g")
        + '<receiveTask id="a" messageRef="M"/>'
        + catch("c", TIMER)
        + END
        + chain("start", "g", "a", "end")
        + chain("g", "c", "end"),
        roots=MESSAGE,
    ),
    "link_pairs": Case(LINKED.replace('name="L"', 'name="K"', 1), LINKED),
    "trigger_misplaced": Case(
        straight(catch("task", "<errorEventDefinition errorRef='E'/>")),
        straight(catch("task", TIMER)),
        roots=ERROR,
    ),
    "trigger_missing": Case(straight(catch("task", "")), straight(catch("task", TIMER))),
    "condition_missing": Case(
        straight(catch("task", "<conditionalEventDefinition/>")),
        straight(catch("task", "<conditionalEventDefinition><condition>=x</condition></conditionalEventDefinition>")),
    ),
    "signal_thrown_missing": Case(
        straight(throw("task", "<signalEventDefinition/>")),
        straight(throw("task", '<signalEventDefinition signalRef="S"/>')),
        roots=SIGNAL,
    ),
    "cancel_outside_transaction": Case(
        PLAIN.replace(END, end("end", "<cancelEventDefinition/>")),
        straight(sub(INNER.replace(end("ie"), end("ie", "<cancelEventDefinition/>")), kind="transaction")),
    ),
    "compensation_target": Case(
        straight(throw("task", '<compensateEventDefinition activityRef="nobody"/>')),
        START
        + task()
        + throw("t", '<compensateEventDefinition activityRef="task"/>')
        + END
        + chain("start", "task", "t", "end"),
    ),
    "gateway_condition_missing": Case(split("exclusive"), split("exclusive", "=x", attributes='default="g_b"')),
    "multi_instance_without_items": Case(
        loop(MULTI.format("")), loop(MULTI.format("<loopCardinality>3</loopCardinality>"))
    ),
    "cardinality_invalid": Case(
        loop(MULTI.format("<loopCardinality>-3</loopCardinality>")),
        loop(MULTI.format("<loopCardinality>=n</loopCardinality>")),
    ),
    "loop_endless": Case(
        loop("<standardLoopCharacteristics/>"), loop('<standardLoopCharacteristics loopMaximum="3"/>')
    ),
    "round_without_rest": Case(
        START + gateway("exclusive", "g") + task("a") + chain("start", "g", "a", "g"),
        START + gateway("exclusive", "g") + user("a") + chain("start", "g", "a", "g"),
    ),
    "call_without_exit": Case(
        call("p"),
        split("exclusive", "=x", attributes='default="g_b"').replace(
            task("a"), '<callActivity id="a" calledElement="p"/>'
        ),
    ),
    "ai_decision_without_key": Case(straight(ai()), straight(ai(headers="decision"))),
    "text_too_long": Case(
        straight(user(attributes=f'camunda:assignee="{"a" * 151}"')), straight(user(attributes='camunda:assignee="a"'))
    ),
    "number_out_of_range": Case(
        straight(user(attributes='camunda:priority="40000"')), straight(user(attributes='camunda:priority="32767"'))
    ),
    "value_unreadable": Case(
        straight(user(attributes='camunda:dueDate="tomorrow" camunda:priority="50"')),
        straight(user(attributes='camunda:dueDate="P3D" camunda:priority="${urgency}"')),
    ),
    "event_gateway_without_event": Case(
        START + gateway("eventBased", "g") + flow("start", "g"),
        AWAITED,
        roots=MESSAGE,
    ),
    "event_gateway_target_shared": Case(
        AWAITED + flow("start", "c"),
        AWAITED,
        roots=MESSAGE,
    ),
    "starts_many": Case(
        PLAIN + start("other") + flow("other", "task"), PLAIN + start("other", TIMER) + flow("other", "task")
    ),
    "ad_hoc_events": Case(
        straight(sub(INNER, kind="adHocSubProcess")), straight(sub(task("it"), kind="adHocSubProcess"))
    ),
    "signal_start_twice": Case(
        PLAIN + "".join(start(k, '<signalEventDefinition signalRef="S"/>') + flow(k, "task") for k in ("s1", "s2")),
        PLAIN + start("s1", '<signalEventDefinition signalRef="S"/>') + flow("s1", "task"),
        roots=SIGNAL,
    ),
    "message_start_expression": Case(
        PLAIN + start("s1", '<messageEventDefinition messageRef="V"/>') + flow("s1", "task"),
        PLAIN + start("s1", MESSAGED) + flow("s1", "task"),
        roots=MESSAGE + '<message id="V" name="m-${x}"/>',
    ),
    "throw_link_outgoing": Case(LINKED + flow("t", "end"), LINKED),
    "message_missing": Case(
        straight(catch("task", "<messageEventDefinition/>")), straight(catch("task", MESSAGED)), roots=MESSAGE
    ),
    "signal_caught_missing": Case(
        straight(catch("task", "<signalEventDefinition/>")),
        straight(catch("task", '<signalEventDefinition signalRef="S"/>')),
        roots=SIGNAL,
    ),
    "always_interrupting": Case(
        PLAIN
        + boundary("b", "task", '<errorEventDefinition errorRef="E"/>', 'cancelActivity="false"')
        + flow("b", "end"),
        PLAIN + boundary("b", "task", '<errorEventDefinition errorRef="E"/>') + flow("b", "end"),
        roots=ERROR,
    ),
    "escalation_on_task": Case(
        PLAIN + boundary("b", "task", '<escalationEventDefinition escalationRef="X"/>') + flow("b", "end"),
        straight(sub(INNER))
        + boundary("b", "task", '<escalationEventDefinition escalationRef="X"/>')
        + flow("b", "end"),
        roots=ESCALATION,
    ),
    "same_code_twice": Case(
        PLAIN + "".join(boundary(k, "task", '<errorEventDefinition errorRef="E"/>') + flow(k, "end") for k in "bc"),
        PLAIN
        + boundary("b", "task", '<errorEventDefinition errorRef="E"/>')
        + flow("b", "end")
        + boundary("c", "task", "<errorEventDefinition/>")
        + flow("c", "end"),
        roots=ERROR,
    ),
    "message_without_correlation": Case(
        straight(catch("task", MESSAGED)),
        straight(catch("task", '<messageEventDefinition messageRef="M" handoff:correlationKey="=id"/>')),
        roots=MESSAGE,
    ),
    "cancel_caught_twice": Case(
        straight(sub(INNER, kind="transaction"))
        + boundary("b1", "task", "<cancelEventDefinition/>")
        + boundary("b2", "task", "<cancelEventDefinition/>"),
        straight(sub(INNER, kind="transaction")) + boundary("b1", "task", "<cancelEventDefinition/>"),
    ),
    "handler_unmarked": Case(
        PLAIN + COMPENSATED + UNDO.replace(' isForCompensation="true"', ""), PLAIN + COMPENSATED + UNDO
    ),
    "gateway_condition_refused": Case(
        START
        + gateway("exclusive", "g", 'camunda:asyncBefore="true"')
        + END
        + flow("start", "g")
        + flow("g", "end", "${x}"),
        START + gateway("exclusive", "g") + END + flow("start", "g") + flow("g", "end", "=x"),
    ),
    "compensation_twice": Case(
        PLAIN + COMPENSATED + UNDO + boundary("b2", "task", COMPENSATE), PLAIN + COMPENSATED + UNDO
    ),
    "compensation_without_handler": Case(PLAIN + boundary("b", "task", COMPENSATE), PLAIN + COMPENSATED + UNDO),
    "handler_unused": Case(PLAIN + UNDO, PLAIN + COMPENSATED + UNDO),
    "gateway_condition_single": Case(split("exclusive", "=x"), split("exclusive", "=x", attributes='default="g_b"')),
    "inclusive_without_condition": Case(split("inclusive", "=x"), split("inclusive", "=x", "=y")),
    "gateway_without_default": Case(
        split("exclusive", "=x", "=y"), split("exclusive", "=x", "", attributes='default="g_b"')
    ),
    "condition_ignored": Case(split("parallel", "=x"), split("parallel")),
    "complex_without_condition": Case(
        split("parallel", join="complex"),
        split("parallel", join="complex").replace(
            gateway("complex", "j"),
            '<complexGateway id="j"><activationCondition>=activationCount = 1</activationCondition></complexGateway>',
        ),
    ),
    "binding_incomplete": Case(
        call("q").replace("<callActivity", '<callActivity camunda:calledElementBinding="version"'),
        call("q").replace(
            "<callActivity", '<callActivity camunda:calledElementBinding="version" camunda:calledElementVersion="2"'
        ),
        more=other(PLAIN),
    ),
    "called_process_unknown": Case(call("nobody"), call("q"), more=other(PLAIN)),
    "call_cycle": Case(
        call("q"),
        call("r"),
        more=other(
            split("exclusive", "=x", attributes='default="g_b"').replace(
                task("a"), '<callActivity id="a" calledElement="p"/>'
            )
        )
        + '<process id="r" isExecutable="true"><startEvent id="r1"/></process>',
    ),
    "user_task_unassigned": Case(straight(user(attributes="")), straight(user())),
    "ai_decision_without_person": Case(straight(ai()), straight(ai(headers="candidate_groups"))),
    "ai_decision_without_fallback": Case(
        straight(ai()), straight(ai()) + boundary("b", "task", TIMER) + flow("b", "end")
    ),
    "unreachable": Case(PLAIN + task("orphan"), PLAIN),
    "join_never_fires": Case(
        PLAIN.replace(chain("start", "task", "end"), chain("start", "task", "j", "end"))
        + gateway("parallel", "j")
        + task("orphan")
        + flow("orphan", "j"),
        split("parallel", join="parallel"),
    ),
    "deadlock": Case(
        split("exclusive", "=x", attributes='default="g_b"', join="parallel"),
        split("parallel", join="parallel"),
    ),
    "missing_synchronisation": Case(
        split("parallel", join="exclusive")
        .replace(END, task("after") + END)
        .replace('"j_end" sourceRef="j" targetRef="end"', '"j_end" sourceRef="j" targetRef="after"')
        + flow("after", "end"),
        split("parallel", join="parallel"),
    ),
    "engine_object_read": Case(
        split("exclusive", "${execution.id == x}", attributes='default="g_b"'),
        split("exclusive", "${execution.getVariable('x') == 1}", attributes='default="g_b"'),
    ),
    "name_similar": Case(
        START
        + script("w", "customer")
        + task("a")
        + task("b")
        + END
        + gateway("exclusive", "g", 'default="g_b"')
        + chain("start", "w", "g")
        + flow("g", "a", "=custmer")
        + flow("g", "b")
        + chain("a", "end")
        + chain("b", "end"),
        START
        + script("w", "customer")
        + task("a")
        + task("b")
        + END
        + gateway("exclusive", "g", 'default="g_b"')
        + chain("start", "w", "g")
        + flow("g", "a", "=customer")
        + flow("g", "b")
        + chain("a", "end")
        + chain("b", "end"),
    ),
    "parallel_writes": Case(
        FORK.format(a=script("a", "x"), b=script("b", "x")) + FORKED,
        FORK.format(a=script("a", "x"), b=script("b", "y")) + FORKED,
    ),
    "gateway_without_way_out": Case(
        START + gateway("exclusive", "g") + flow("start", "g"),
        split("exclusive", "=x", attributes='default="g_b"'),
    ),
    "user_task_without_deadline": Case(
        straight(user()), straight(user(attributes='camunda:dueDate="=now() + duration(&quot;P1D&quot;)"'))
    ),
    "name_unknown": Case(
        split("exclusive", "=amount > 1", attributes='default="g_b"'),
        split("exclusive", "=loopCounter > 1", attributes='default="g_b"'),
    ),
}
