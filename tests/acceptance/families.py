"""What is drawn for each row of docs/bpmn-support.md: fragments with what happens to them and what must come.

A fragment has the start event `s` and comes to its end. `draw_scenarios` makes three plays of each: alone, twice
at the same time (the instances of a multi-instance sub-process), and nested beside a task that stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import quoteattr

from tests.acceptance.fragments import GRADES, Row, Step, decided, done, job, now, story, undo
from tests.unit.bpmn.engine.draw import (
    ad_hoc,
    boundary,
    call,
    cancel,
    catch,
    compensate,
    complex_gateway,
    conditional,
    end,
    error,
    escalation,
    event_gateway,
    event_sub,
    flow,
    inc,
    inside,
    link,
    loop,
    message,
    multi,
    on,
    par,
    process,
    script,
    signal,
    start,
    sub,
    tag,
    task,
    terminate,
    throw,
    timer,
    transaction,
    user,
    xor,
    zeebe_multi,
)
from tests.unit.bpmn.engine.play import HEAD


def tasks() -> Iterator[Row]:
    for kind in ("task", "manualTask"):
        yield Row(element=kind, fragments=(
            story(start(), tag(kind, "a"), end(), "s > a > e", standard="13.3.3", path=["s", "a", "e"]),))  # fmt: skip
    yield Row(element="userTask", fragments=(
        story(start(), user("a"), end(), "s > a > e", standard="13.3.3", path=["s", "a", "e"], result={"ok": True},
              steps=[now(tasks=["a"]), {"task": "a", "with": {"ok": True}}]),))  # fmt: skip
    for kind in ("serviceTask", "sendTask", "businessRuleTask"):
        yield Row(element=kind, trigger="job", fragments=(
            story(start(), job("a", kind=kind), end(), "s > a > e", standard="13.3.3", path=["s", "a", "e"],
                  steps=[now(jobs=["a"]), {"job": "a", "with": {"n": 7}}], result={"n": 7}),))  # fmt: skip
    yield Row(element="receiveTask", trigger="message", fragments=(
        story(start(), tag("receiveTask", "a", messageRef="message_m"), end(), "s > a > e", standard="13.3.3",
              steps=[now(passes={"a": 0}), {"message": "m", "with": {"n": 1}}], result={"n": 1},
              path=["s", "a", "e"]),))  # fmt: skip
    yield Row(element="receiveTask", trigger="without a message", fragments=(
        story(start(), tag("receiveTask", "a"), end(), "s > a > e", standard="13.3.3",
              steps=[now(passes={"a": 0}), {"receive": "a", "with": {"n": 1}}], result={"n": 1},
              path=["s", "a", "e"]),))  # fmt: skip
    yield Row(element="businessRuleTask", trigger="DMN", beside={"grades.dmn": GRADES}, fragments=(
        story(start(), decided("a", "grade", "g"), end(), "s > a > e", standard="13.3.3", variables={"x": 9},
              path=["s", "a", "e"], result={"g": "high"}),
        story(start(), decided("a", "grade", "g"), xor("k", default="k-low"), user("high"), user("low"), end(),
              "s > a > k", flow("k", "high", '=g = "high"'), flow("k", "low"), "high > e", "low > e",
              standard="13.3.3", variables={"x": 1}, steps=[now(tasks=["low"]), *done("low")], never=["high"]),
    ))  # fmt: skip
    yield Row(element="scriptTask", trigger="FEEL", fragments=(
        story(start(), script("a", "x + 1", "y"), end(), "s > a > e", standard="13.3.3", variables={"x": 1},
              path=["s", "a", "e"], result={"y": 2}),))  # fmt: skip
    called = process("q", start("qs"), user("qa"), end("qe"), "qs > qa > qe")
    yield Row(element="callActivity", trigger="process of the same file", fragments=(
        story(start(), call("c", "q"), end(), "s > c > e", standard="13.3.4", more=called,
              steps=[now(tasks=["qa"]), {"task": "qa", "with": {"n": 2}}], path=["s", "qs", "qa", "qe", "c", "e"],
              result={"n": 2}),))  # fmt: skip


def called(task_of_it: str, tag_of_it: str = "") -> str:
    """Return a version of the process q: one user task, and maybe a version tag."""
    written = f' camunda:versionTag="{tag_of_it}"' if tag_of_it else ""
    inner = inside(start("qs"), user(task_of_it), end("qe"), f"qs > {task_of_it} > qe")
    return f'<process id="q" isExecutable="true"{written}>{inner}</process>'


def file_of(inner: str) -> str:
    return f"{HEAD}{inner}</definitions>"


def calls() -> Iterator[Row]:
    yield Row(element="callActivity", trigger="process named by an expression", fragments=tuple(
        story(start(), tag("callActivity", "c", calledElement=named), end(), "s > c > e", standard="13.3.4",
              more=process("q", start("qs"), user("qa"), end("qe"), "qs > qa > qe"), variables={"which": "q"},
              steps=[now(tasks=["qa"]), *done("qa")], path=["s", "qs", "qa", "qe", "c", "e"])
        for named in ("${which}", "=which")))  # fmt: skip
    beside = {
        "earlier/1.bpmn": file_of(called("oldest", "gold")),
        "earlier/2.bpmn": file_of(called("older", "silver")),
        "later/1.bpmn": file_of(called("newest")),
    }
    words = {
        "latest": ({}, "newest"),
        "deployment": ({}, "own"),
        "version": ({"camunda:calledElementVersion": "1"}, "oldest"),
        "versionTag": ({"camunda:calledElementVersionTag": "silver"}, "older"),
    }
    for binding, (more, expected) in words.items():
        bound = tag("callActivity", "c", calledElement="q", **{"camunda:calledElementBinding": binding, **more})
        yield Row(element="callActivity", trigger=f"binding {binding}", beside=beside, fragments=(
            story(start(), bound, end(), "s > c > e", standard="10.3.6", more=called("own"),
                  steps=[now(tasks=[expected]), *done(expected)], path=["s", expected, "c", "e"]),))  # fmt: skip


def gateways() -> Iterator[Row]:
    yield Row(element="exclusiveGateway", fragments=(
        story(start(), xor("g", default="g-b"), user("a"), user("b"), end(), "s > g", flow("g", "a", "=x < 2"),
              flow("g", "b"), "a > e", "b > e", standard="13.4.2", variables={"x": 1},
              steps=[now(tasks=["a"]), *done("a")], path=["s", "g", "a", "e"], never=["b"]),
        story(start(), xor("g", default="g-b"), user("a"), user("b"), end(), "s > g", flow("g", "a", "=x < 2"),
              flow("g", "b"), "a > e", "b > e", standard="13.4.2", variables={"x": 5},
              steps=[now(tasks=["b"]), *done("b")], never=["a"]),))  # fmt: skip
    yield Row(element="parallelGateway", fragments=(
        story(start(), par("f"), user("a"), user("b"), par("j"), end(), "s > f > a > j > e", "f > b > j",
              standard="13.4.1", steps=[now(tasks=["a", "b"]), *done("b"), now(never=["e"]), *done("a")],
              path=["s", "f", "b", "a", "j", "e"], passes={"e": 1}),))  # fmt: skip
    yield Row(element="inclusiveGateway", fragments=(
        story(start(), inc("f", default="f-c"), user("a"), user("b"), user("c"), inc("j"), end(), "s > f",
              flow("f", "a", "=x > 1"), flow("f", "b", "=x > 2"), flow("f", "c"), "a > j > e", "b > j", "c > j",
              standard="13.4.3", variables={"x": 3}, passes={"e": 1}, never=["c"],
              steps=[now(tasks=["a", "b"]), *done("a"), now(never=["e"]), *done("b")]),
        story(start(), inc("f", default="f-c"), user("a"), user("c"), inc("j"), end(), "s > f",
              flow("f", "a", "=x > 1"), flow("f", "c"), "a > j > e", "c > j",
              standard="13.4.3", variables={"x": 0}, steps=[now(tasks=["c"]), *done("c")], never=["a"]),))  # fmt: skip
    yield Row(element="eventBasedGateway", fragments=(
        story(start(), event_gateway("g"), catch("m", message("m")), catch("t", timer("PT1H")), user("a"), user("b"),
              end(), "s > g > m > a > e", "g > t > b > e", standard="13.4.4",
              steps=[{"message": "m"}, now(tasks=["a"]), {"wait": "PT2H"}, *done("a")], never=["t", "b"]),
        story(start(), event_gateway("g"), catch("m", message("m")), catch("t", timer("PT1H")), user("a"), user("b"),
              end(), "s > g > m > a > e", "g > t > b > e", standard="13.4.4",
              steps=[{"wait": "PT1H"}, now(tasks=["b"]), {"message": "m", "refused": True}, *done("b")],
              never=["m", "a"]),))  # fmt: skip
    first = (
        tag("eventBasedGateway", "g", instantiate="true"), catch("m", message("m")), catch("n", message("n")),
        user("a"), user("b"), end(), "g > m > a > e", "g > n > b > e",
    )  # fmt: skip
    both = (first[0].replace("<eventBasedGateway ", '<eventBasedGateway eventGatewayType="Parallel" '), *first[1:])
    yield Row(element="eventBasedGateway", position="instantiating", fragments=(
        story(*first, standard="13.2", start={"message": "m", "with": {"k": 1}}, result={"k": 1}, never=["n", "b"],
              steps=[now(tasks=["a"]), {"message": "n", "refused": True}, *done("a")]),
        story(*first, standard="13.2", start={"message": "n"}, steps=[now(tasks=["b"]), *done("b")], never=["m"]),
        story(*first, "m > b", standard="13.2", start={"message": "m"}, passes={"e": 2},
              steps=[now(tasks=["a", "b"]), *done("b", "a")]),))  # fmt: skip
    yield Row(element="eventBasedGateway", position="instantiating, all events", fragments=(
        story(*both, standard="13.2", start={"message": "m"}, passes={"e": 2}, path=["m", "a", "n", "b"],
              steps=[now(tasks=["a"]), *done("a"), now(state="active"), {"message": "n"}, *done("b")]),
        story(*both, standard="13.2", start={"message": "n"}, passes={"e": 2}, path=["n", "m", "b", "a"],
              steps=[{"message": "m"}, now(tasks=["a", "b"]), {"message": "m", "refused": True}, *done("b", "a")]),
        story(*both, standard="13.2", start={"message": "m"}, state="active", path=["m", "a"], steps=done("a")),
    ))  # fmt: skip
    two_of_three = (
        start(), par("f"), user("a"), user("b"), user("c"), complex_gateway("j", "=activationCount >= 2"), user("z"),
        end(), "s > f > a > j > z > e", "f > b > j", "f > c > j",
    )  # fmt: skip
    yield Row(element="complexGateway", fragments=(
        story(*two_of_three, standard="13.4.5", passes={"z": 1},
              steps=[*done("a"), now(never=["z"]), *done("b"), now(tasks=["c", "z"]), *done("z", "c")]),
        story(*two_of_three, standard="13.4.5", passes={"z": 1},
              steps=[*done("c", "b"), now(tasks=["a", "z"]), *done("a", "z")]),))  # fmt: skip
    yield Row(element="sequenceFlow", trigger="split and merge without a gateway", fragments=(
        story(start(), task("a"), user("b"), user("c"), task("d"), end(), "s > a > b > d > e", "a > c > d",
              standard="13.3.1", passes={"d": 2, "e": 2}, steps=[now(tasks=["b", "c"]), *done("b", "c")]),
    ))  # fmt: skip
    yield Row(element="sequenceFlow", trigger="condition on a flow of an activity", fragments=(
        story(start(), task("a"), user("b"), user("c"), end(), "s > a", flow("a", "b", "=x > 1"),
              flow("a", "c", "=x > 2"), "b > e", "c > e", standard="13.3.1", variables={"x": 2},
              steps=[now(tasks=["b"]), *done("b")], never=["c"]),))  # fmt: skip


#: trigger -> (definition, what fires it)
FIRED: Mapping[str, tuple[str, Step]] = {
    "message": (message("m"), {"message": "m"}),
    "timer": (timer("PT1H"), {"wait": "PT1H"}),
    "signal": (signal("g"), {"signal": "g"}),
    "conditional": (conditional("=x > 5"), {"set": {"x": 9}}),
    "error": (error("E1"), {"error": "a", "code": "E1"}),
    "escalation": (escalation("X1"), {"escalation": "a", "code": "X1"}),
    "multiple": (message("m") + signal("g"), {"signal": "g"}),
}


def boundaries() -> Iterator[Row]:
    for trigger, (definition, fire) in FIRED.items():
        host, finish = (job("a"), {"job": "a"}) if trigger in ("error", "escalation") else (user("a"), {"task": "a"})
        for interrupting in (True, False):
            if trigger == "error" and not interrupting:
                continue  # Table 10.93: an error always interrupts
            parts = (start(), host, boundary("b", "a", definition, interrupting=interrupting), user("z"), end(),
                     end("e2"), "s > a > e", "b > z > e2")  # fmt: skip
            rest = [] if interrupting else [finish]
            fired = story(*parts, standard="13.5.3", variables={"x": 0}, path=["s", "b", "z"],
                          steps=[fire, now(tasks=["z"] if interrupting or "job" in finish else ["a", "z"]),
                                 *rest, {"task": "z"}],
                          passes={"a": 0 if interrupting else 1, "z": 1})  # fmt: skip
            quiet = story(*parts, standard="13.5.3", variables={"x": 0}, path=["s", "a", "e"], never=["b", "z"],
                          steps=[finish])  # fmt: skip
            yield Row(element="boundaryEvent", trigger=trigger, fragments=(fired, quiet),
                      position="interrupting" if interrupting else "non-interrupting")  # fmt: skip


def event_sub_processes() -> Iterator[Row]:
    for trigger, (definition, fire) in FIRED.items():
        host, finish = (job("a"), {"job": "a"}) if trigger in ("error", "escalation") else (user("a"), {"task": "a"})
        for interrupting in (True, False):
            if trigger == "error" and not interrupting:
                continue
            handler = event_sub("h", on("hs", definition, interrupting=interrupting), user("z"), end("he"),
                                "hs > z > he")  # fmt: skip
            rest = [] if interrupting else [finish]
            fired = story(start(), host, end(), "s > a > e", handler, standard="13.5.4", variables={"x": 0},
                          steps=[fire, now(tasks=["z"] if interrupting or "job" in finish else ["a", "z"]), *rest,
                                 {"task": "z"}],
                          passes={"a": 0 if interrupting else 1, "z": 1}, path=["s", "z", "he"])  # fmt: skip
            quiet = story(start(), host, end(), "s > a > e", handler, standard="13.5.4", variables={"x": 0},
                          steps=[finish], never=["z"])  # fmt: skip
            yield Row(element="event sub-process start", trigger=trigger, fragments=(fired, quiet),
                      position="interrupting" if interrupting else "non-interrupting")  # fmt: skip


def undoing() -> Iterator[Row]:
    """Yield compensation event sub-processes: they hear when their completed sub-process is compensated."""
    handler = event_sub("h", start("hs", compensate()), user("z"), end("he"), "hs > z > he")
    inner = sub("u", start("us"), user("a"), end("ue"), "us > a > ue", handler)
    again = event_sub("h", start("hs", compensate()), throw("ht", compensate()), user("z"), end("he"),
                      "hs > ht > z > he")  # fmt: skip
    deep = sub("u", start("us"), user("a"), end("ue"), undo("a", "ua"), "us > a > ue", again)
    parts = (start(), throw("t", compensate("u")), end(), "s > u > t > e")
    yield Row(element="event sub-process start", trigger="compensation", fragments=(
        story(*parts, inner, standard="13.5.5", steps=[*done("a"), now(tasks=["z"]), *done("z")],
              path=["a", "u", "hs", "z", "he", "e"], undone=["u"]),
        story(*parts, deep, standard="13.5.5", path=["a", "u", "ua", "z", "e"],
              steps=[*done("a"), now(tasks=["ua"]), *done("ua"), now(tasks=["z"]), *done("z")]),
        story(start(), inner, end(), "s > u > e", standard="13.5.5", never=["z"], steps=done("a")),
    ))  # fmt: skip


def catches() -> Iterator[Row]:
    for trigger in ("message", "timer", "signal", "conditional", "multiple"):
        definition, fire = FIRED[trigger]
        drawn = (start(), catch("c", definition), user("z"), end(), "s > c > z > e")
        story_ = story(*drawn, standard="13.5.2", variables={"x": 0}, path=["s", "c", "z", "e"],
                       steps=[now(never=["c"]), fire, now(tasks=["z"]), *done("z")])  # fmt: skip
        found = [story_]
        if trigger == "conditional":
            found.append(story(*drawn, standard="10.5.5", variables={"x": 7}, path=["s", "c", "z"], steps=done("z")))
        yield Row(element="intermediateCatchEvent", trigger=trigger, fragments=tuple(found))
    all_of = (message("m"), signal("g"))
    parallel = catch("c", *all_of).replace(
        "<intermediateCatchEvent ", '<intermediateCatchEvent parallelMultiple="true" '
    )
    drawn = (start(), parallel, user("z"), end(), "s > c > z > e")
    yield Row(element="intermediateCatchEvent", trigger="parallel multiple", fragments=(
        story(*drawn, standard="10.5.4", path=["s", "c", "z", "e"],
              steps=[{"message": "m", "with": {"n": 1}}, now(never=["c"]), {"signal": "g"}, now(tasks=["z"]),
                     *done("z")], result={"n": 1}),
        story(*drawn, standard="10.5.4", state="active", never=["c"], steps=[{"signal": "g"}, {"signal": "g"}]),
    ))  # fmt: skip
    for interrupting in (True, False):
        host = boundary("b", "a", *all_of, interrupting=interrupting)
        host = host.replace("<boundaryEvent ", '<boundaryEvent parallelMultiple="true" ')
        drawn = (start(), user("a"), host, user("z"), end(), end("e2"), "s > a > e", "b > z > e2")
        yield Row(element="boundaryEvent", trigger="parallel multiple",
                  position="interrupting" if interrupting else "non-interrupting", fragments=(
            story(*drawn, standard="13.5.3", passes={"z": 1, "a": 0 if interrupting else 1},
                  steps=[{"message": "m"}, now(tasks=["a"]), {"signal": "g"},
                         now(tasks=["z"] if interrupting else ["a", "z"]),
                         *done(*[] if interrupting else ["a"], "z")]),))  # fmt: skip
    linked = (start(), task("a"), throw("t", link("L")), catch("c", link("L")), user("z"), end(),
              "s > a > t", "c > z > e")  # fmt: skip
    two = (start(), par("f"), throw("t1", link("L")), throw("t2", link("L")), catch("c", link("L")), user("z"), end(),
           "s > f > t1", "f > t2", "c > z > e")  # fmt: skip
    yield Row(element="link", position="throw and catch", fragments=(
        story(*linked, standard="10.5.5", path=["s", "a", "t", "c", "z", "e"], steps=done("z")),
        story(*two, standard="10.5.5", passes={"c": 2, "z": 2}, steps=[now(tasks=["z", "z"]), *done("z", "z")]),
    ))  # fmt: skip


def throws() -> Iterator[Row]:
    for position, make in (("throw", throw), ("end", end)):
        element, section = ("intermediateThrowEvent", "13.5.2") if position == "throw" else ("endEvent", "13.5.6")
        after, ends = ("t > e", end()) if position == "throw" else ("s > f", "")
        last = [end(), after] if ends else []
        yield Row(element=element, trigger="none", fragments=(
            story(start(), task("a"), make("t"), "s > a > t", *last, standard=section, path=["s", "a", "t"]),
        ))  # fmt: skip
        yield Row(element=element, trigger="message", fragments=(
            story(start(), par("f"), catch("c", message("m")), user("a"), make("t", message("m")), end("ec"),
                  "s > f > c > ec", "f > a > t", *last, standard=section, steps=[now(never=["c"]), *done("a")],
                  path=["a", "t", "c"]),))  # fmt: skip
        yield Row(element=element, trigger="signal", fragments=(
            story(start(), par("f"), catch("c", signal("g")), user("a"), make("t", signal("g")), end("ec"),
                  "s > f > c > ec", "f > a > t", *last, standard=section, steps=[now(never=["c"]), *done("a")],
                  passes={"c": 1, "ec": 1}),))  # fmt: skip
        heard = (catch("c", message("m")), catch("d", signal("g")), end("ec"), "s > f > c > ec", "f > d > ec")
        yield Row(element=element, trigger="multiple", fragments=(
            story(start(), par("f"), *heard, user("a"), make("t", message("m"), signal("g")), "f > a > t", *last,
                  standard="10.5.4" if position == "throw" else "10.5.3", passes={"t": 1, "c": 1, "d": 1, "ec": 2},
                  steps=[now(never=["c", "d"]), *done("a")]),))  # fmt: skip
        raised = sub("u", start("us"), make("t", escalation("X1")), "us > t",
                     *([user("after"), end("ue"), "t > after > ue"] if position == "throw" else []))  # fmt: skip
        for interrupting in (True, False):
            goes_on = position == "throw" and not interrupting
            yield Row(
                element=element, trigger="escalation",
                position=f"caught {'interrupting' if interrupting else 'non-interrupting'}",
                fragments=tuple(
                    story(start(), raised, boundary("b", "u", escalation(code), interrupting=interrupting), user("z"),
                          end(), end("e2"), "s > u > e", "b > z > e2", standard="10.5.6",
                          steps=[now(tasks=["after", "z"] if goes_on else ["z"]), *done(*["after"][:goes_on], "z")],
                          path=["t", "b", "z"], passes={"u": 0 if interrupting else 1})
                    for code in ("X1", None)
                ),
            )  # fmt: skip
        yield Row(element=element, trigger="compensation", fragments=(
            story(start(), task("a"), task("b"), make("t", compensate()), undo("a", "ua"), undo("b", "ub"),
                  "s > a > b > t", *last, standard="13.5.5",
                  steps=[now(tasks=["ub"]), *done("ub"), now(tasks=["ua"]), *done("ua")], path=["ub", "ua"]),
            story(start(), task("a"), task("b"), make("t", compensate("a")), undo("a", "ua"), undo("b", "ub"),
                  "s > a > b > t", *last, standard="13.5.5",
                  steps=[now(tasks=["ua"]), *done("ua")], never=["ub"]),))  # fmt: skip
    inner = sub("u", start("us"), end("t", error("E1")), "us > t")
    yield Row(element="endEvent", trigger="error", fragments=(
        story(start(), inner, boundary("b", "u", error("E1")), user("z"), end(), end("e2"), "s > u > e", "b > z > e2",
              standard="13.5.6", steps=[now(tasks=["z"]), *done("z")], path=["b", "z"],
              never=["u", "e"]),))  # fmt: skip
    yield Row(element="endEvent", trigger="terminate", fragments=(
        story(start(), par("f"), user("a"), user("b"), end("t", terminate()), "s > f > a > t", "f > b > t",
              standard="13.5.6", steps=[now(tasks=["a", "b"]), *done("a")], never=["b"]),))  # fmt: skip


def containers() -> Iterator[Row]:
    yield Row(element="subProcess", trigger="embedded", fragments=(
        story(start(), sub("u", start("us"), user("a"), end("ue"), "us > a > ue"), end(), "s > u > e",
              standard="13.3.4", steps=done("a"), path=["s", "us", "a", "ue", "u", "e"]),))  # fmt: skip
    yield Row(element="transaction", trigger="completed", fragments=(
        story(start(), transaction("u", start("us"), user("a"), end("ue"), "us > a > ue"), end(), "s > u > e",
              standard="13.3.4", steps=done("a"), path=["s", "us", "a", "ue", "u", "e"]),))  # fmt: skip
    booking = transaction(
        "u", start("us"), task("a"), task("b"), user("ok"), xor("g", default="g-ue"), end("ue"), end("uc", cancel()),
        undo("a", "ua"), undo("b", "ub"), "us > a > b > ok > g", flow("g", "uc", "=bad"), flow("g", "ue"),
    )  # fmt: skip
    drawn = (start(), booking, boundary("bc", "u", cancel()), user("z"), end(), end("e2"), "s > u > e", "bc > z > e2")
    yield Row(element="transaction", trigger="cancel end and boundary", fragments=(
        story(*drawn, standard="13.3.4", variables={"bad": True}, never=["u", "e"], path=["ok", "ub", "ua", "bc", "z"],
              steps=[*done("ok"), now(tasks=["ub"]), *done("ub"), now(tasks=["ua"]), *done("ua"), now(tasks=["z"]),
                     *done("z")]),
        story(*drawn, standard="13.3.4", variables={"bad": False}, never=["bc", "ua", "ub"],
              path=["ok", "ue", "u", "e"], steps=done("ok")),))  # fmt: skip
    parts = (user("a"), user("b"))
    yield Row(element="adHocSubProcess", trigger="parallel", fragments=(
        story(start(), ad_hoc("h", *parts), end(), "s > h > e", standard="13.3.5",
              steps=[now(tasks=["a", "b"]), *done("b", "a")], path=["b", "a", "h", "e"]),
        story(start(), ad_hoc("h", user("a"), user("b"), user("c"), "a > b"), end(), "s > h > e", standard="13.3.5",
              steps=[now(tasks=["a", "c"]), *done("a"), now(tasks=["b", "c"]), *done("b", "c")],
              path=["a", "b", "c", "h"]),))  # fmt: skip
    yield Row(element="adHocSubProcess", trigger="sequential", fragments=(
        story(start(), ad_hoc("h", *parts, ordering="Sequential"), end(), "s > h > e", standard="13.3.5",
              steps=[now(tasks=["a"]), *done("a"), now(tasks=["b"]), *done("b")], path=["a", "b", "h", "e"]),
        story(start(), ad_hoc("h", user("a"), user("b"), user("c"), ordering="Sequential",
                              condition="=enough = true"), end(), "s > h > e", standard="13.3.5",
              variables={"enough": False}, never=["c"], path=["a", "b", "h", "e"],
              steps=[*done("a"), now(tasks=["b"]), {"task": "b", "with": {"enough": True}}]),))  # fmt: skip
    enough = ad_hoc("h", *parts, condition="=enough = true")
    yield Row(element="adHocSubProcess", trigger="completion condition", fragments=(
        story(start(), enough, end(), "s > h > e", standard="13.3.5", variables={"enough": True},
              steps=done("a"), never=["b"], path=["a", "h", "e"]),
        story(start(), enough, end(), "s > h > e", standard="13.3.5", variables={"enough": False},
              steps=[*done("a"), now(tasks=["b"])], path=["a"], state="active"),))  # fmt: skip


def chosen() -> Iterator[Row]:
    """Yield ad-hoc sub-processes whose activities somebody chooses."""

    def body(from_: str) -> str:
        words = (
            f"<extensionElements><zeebe:adHoc activeElementsCollection={quoteattr('=' + from_)}/></extensionElements>"
        )
        return tag("adHocSubProcess", "h", words, user("a"), user("b"), user("c"))

    yield Row(element="adHocSubProcess", trigger="activities by expression", fragments=(
        story(start(), body("wanted"), end(), "s > h > e", standard="13.3.5", variables={"wanted": ["a", "c"]},
              steps=[now(tasks=["a", "c"]), *done("c", "a")], never=["b"], path=["c", "a", "h", "e"]),
        story(start(), body('if x > 5 then ["b"] else ["c"]'), end(), "s > h > e", standard="13.3.5",
              variables={"x": 9}, steps=[now(tasks=["b"]), *done("b")], never=["a", "c"]),))  # fmt: skip
    tables = {"grades.dmn": GRADES}
    yield Row(element="adHocSubProcess", trigger="activities by DMN decision", beside=tables, fragments=tuple(
        story(start(), decided("r", "steps", "wanted"), body("wanted"), end(), "s > r > h > e", standard="13.3.5",
              variables={"x": x}, steps=[now(tasks=wanted), *done(*wanted)], never=never, path=["r", *wanted, "h"])
        for x, wanted, never in ((9, ["a", "b"], ["c"]), (1, ["c"], ["a", "b"]))))  # fmt: skip
    asked = job("r", kind="businessRuleTask")
    yield Row(element="adHocSubProcess", trigger="activities by a job such as an AI decision", fragments=tuple(
        story(start(), asked, body("wanted"), end(), "s > r > h > e", standard="13.3.5", never=never,
              steps=[{"job": "r", "with": {"wanted": wanted}}, now(tasks=wanted), *done(*wanted)])
        for wanted, never in ((["b"], ["a", "c"]), (["a", "b"], ["c"]))))  # fmt: skip
    open_ = tag("adHocSubProcess", "h", '<extensionElements><zeebe:adHoc/></extensionElements>', user("a"), user("b"),
                "<completionCondition>=enough = true</completionCondition>")  # fmt: skip
    told = (
        (("b",), ("a",), {"b": 1}, "completed"), (("a", "b"), (), {"a": 1, "b": 1}, "completed"),
        (("b", "b"), ("a",), {"b": 2}, "completed"), (("a",), ("b",), {"a": 1}, "completed"),
        (("b", "a", "b"), (), {"a": 1, "b": 2}, "completed"),
    )  # fmt: skip
    yield Row(element="adHocSubProcess", trigger="activities by a person", fragments=tuple(
        story(start(), open_, end(), "s > h > e", standard="13.3.5", never=never, passes=passes, state=state,
              start={"with": {"enough": False}},
              steps=[now(tasks=[]), {"choose": "h", "activities": ["x"], "refused": True},
                     *(step for place, one in enumerate(order, 1) for step in (
                         {"choose": "h", "activities": [one]}, now(tasks=[one], state="active"),
                         {"task": one, "with": {"enough": place == len(order)}}))])
        for order, never, passes, state in told))  # fmt: skip


def loops() -> Iterator[Row]:
    yield Row(element="standard loop", trigger="test after", fragments=(
        story(start(), user("a", loop("=again")), end(), "s > a > e", standard="13.3.6", passes={"e": 1},
              variables={"again": True}, path=["a", "e"],
              steps=[{"task": "a", "with": {"again": True}}, now(tasks=["a"]),
                     {"task": "a", "with": {"again": False}}]),
        story(start(), user("a", loop("=true", maximum=2)), end(), "s > a > e", standard="13.3.6", passes={"e": 1},
              steps=[*done("a"), now(tasks=["a"]), *done("a")]),))  # fmt: skip
    yield Row(element="standard loop", trigger="test before", fragments=(
        story(start(), user("a", loop("=again", before=True)), end(), "s > a > e", standard="13.3.6",
              variables={"again": False}, passes={"e": 1}),
        story(start(), user("a", loop("=again", before=True)), end(), "s > a > e", standard="13.3.6",
              variables={"again": True}, passes={"e": 1},
              steps=[now(tasks=["a"]), {"task": "a", "with": {"again": False}}]),))  # fmt: skip
    for sequential in (False, True):
        kind = "sequential" if sequential else "parallel"
        first = ["a"] if sequential else ["a", "a", "a"]
        yield Row(element="multi-instance", trigger=f"{kind}, cardinality", fragments=(
            story(start(), user("a", multi(cardinality="=3", sequential=sequential)), end(), "s > a > e",
                  standard="13.3.7", steps=[now(tasks=first), *done("a", "a", "a")], passes={"e": 1}),))  # fmt: skip
        yield Row(element="multi-instance", trigger=f"{kind}, collection with outputs", fragments=(
            story(start(), script("x", "[1, 2, 3]", "list"),
                  tag("scriptTask", "a", '<extensionElements><zeebe:script expression="=item * 2" resultVariable="r"/>'
                      "</extensionElements>", zeebe_multi("list", "item", "r", "out", sequential=sequential)),
                  end(), "s > x > a > e", standard="13.3.7", result={"out": [2, 4, 6]}, path=["x", "a", "e"]),
        ))  # fmt: skip
        yield Row(element="multi-instance", trigger=f"{kind}, completion condition", fragments=(
            story(start(), user("a", multi(cardinality="=3", sequential=sequential,
                  until="=numberOfCompletedInstances >= 2")), end(), "s > a > e", standard="13.3.7",
                  steps=done("a", "a"), passes={"e": 1}),))  # fmt: skip


def thrown_by_loops() -> Iterator[Row]:
    """Yield multi-instance activities that throw an escalation when an instance ends, by their behavior."""

    def loop_of(behavior: str, rule: str) -> str:
        if rule:
            event = f"<event id='x'>{escalation('E')}</event>"
            rule = f"<complexBehaviorDefinition><condition>={rule}</condition>{event}</complexBehaviorDefinition>"
        reference = f' {behavior.lower()}BehaviorEventRef="thrown"' if not rule else ""
        marker = f'<multiInstanceLoopCharacteristics behavior="{behavior}"{reference}>'
        return f"{marker}<loopCardinality>3</loopCardinality>{rule}</multiInstanceLoopCharacteristics>"

    root = escalation("E").replace("Definition ", 'Definition id="thrown" ')
    twice, often = "nrOfCompletedInstances = 2", "nrOfCompletedInstances != 2"
    for behavior, thrown in (
        ("One", (("", 1),)),
        ("None", (("", 3),)),
        ("Complex", ((twice, 1), (often, 2))),
    ):
        yield Row(element="multi-instance", trigger=f"behavior {behavior}", fragments=tuple(
            story(start(), user("a", loop_of(behavior, rule)), boundary("b", "a", escalation("E"), interrupting=False),
                  user("h"), end(), end("eh"), "s > a > e", "b > h > eh", standard="table 10.29", more=root,
                  steps=[*done("a", "a", "a"), now(tasks=["h"] * times), *done(*["h"] * times)],
                  passes={"e": 1, "h": times}) for rule, times in thrown))  # fmt: skip


def quantities() -> Iterator[Row]:
    """Yield activities that take or give more than one token."""
    yield Row(element="activity", trigger="startQuantity", fragments=(
        story(start(), par("f"), user("u"), user("v"), user("a", startQuantity="2"), end(),
              "s > f > u > a > e", "f > v > a", standard="table 10.3", passes={"e": 1},
              steps=[*done("u"), now(tasks=["v"]), *done("v"), now(tasks=["a"]), *done("a")]),))  # fmt: skip
    yield Row(element="activity", trigger="completionQuantity", fragments=(
        story(start(), user("a", completionQuantity="2"), user("b"), end(), "s > a > b > e", standard="table 10.3",
              passes={"e": 2}, steps=[*done("a"), now(tasks=["b", "b"]), *done("b", "b")]),))  # fmt: skip


def data() -> Iterator[Row]:
    mapped = tag("serviceTask", "a", '<extensionElements><zeebe:taskDefinition type="a"/><zeebe:ioMapping>'
                 '<zeebe:input source="=x + 1" target="y"/><zeebe:output source="=r * 2" target="z"/>'
                 "</zeebe:ioMapping></extensionElements>")  # fmt: skip
    yield Row(element="input and output mappings", fragments=(
        story(start(), mapped, end(), "s > a > e", standard="10.4.2", variables={"x": 1}, result={"z": 10},
              absent=["y", "r"], steps=[{"job": "a", "with": {"r": 5}}]),))  # fmt: skip
    thing = '<dataObject id="thing"/><dataObjectReference id="ref" dataObjectRef="thing"/>'
    yield Row(element="data object", fragments=(
        story(start(), thing, user("a"), end(), "s > a > e", standard="10.4.1", result={"thing": 4},
              steps=[{"task": "a", "with": {"thing": 4}}]),))  # fmt: skip
    bound = (
        '<dataObject id="d1" name="amount"/><dataObjectReference id="r1" dataObjectRef="d1"/>'
        '<dataObject id="d2" name="total"/><dataObjectReference id="r2" dataObjectRef="d2"/>'
    )
    sets = "<inputSet/><outputSet/></ioSpecification>"
    asked = f'<ioSpecification><dataInput id="di" name="value"/><dataOutput id="do" name="made"/>{sets}'
    taken = "<dataInputAssociation><sourceRef>r1</sourceRef><targetRef>di</targetRef></dataInputAssociation>"
    given = "<dataOutputAssociation><sourceRef>do</sourceRef><targetRef>r2</targetRef></dataOutputAssociation>"
    yield Row(element="data association", trigger="of an activity", fragments=(
        story(start(), bound, user("a", asked, taken, given), end(), "s > a > e", standard="10.4.2",
              variables={"amount": 4}, steps=[{"task": "a", "with": {"made": 9, "note": "x"}}],
              result={"amount": 4, "total": 9}, absent=["value", "made", "note"]),))  # fmt: skip
    yield Row(element="data association", trigger="of an event", fragments=(
        story(start(), bound, catch("a", '<dataOutput id="do" name="made"/>', given, message("m")), end(),
              "s > a > e", standard="10.4.2", steps=[{"message": "m", "with": {"made": 5}}],
              result={"total": 5}, absent=["made"]),))  # fmt: skip


#: what is kept with the drawing, and why nothing of it runs
DRAWN = (
    Row(
        element="data store",
        drawn_only="10.4.1: outlives the process and belongs to other systems; a connector reads it",
    ),
    Row(element="choreography and conversation", drawn_only="clause 2: not asked of an engine that executes processes"),
    Row(
        element="pool without a process, lane, group, annotation, message flow",
        drawn_only="13: says nothing about tokens",
    ),
)
FAMILIES = (
    tasks, quantities, calls, gateways, boundaries, event_sub_processes, undoing, catches, throws, containers, chosen,
    loops, thrown_by_loops, data,
)  # fmt: skip
