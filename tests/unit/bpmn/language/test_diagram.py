"""Drawings without a diagram get one that names every element and overlaps nothing."""

from __future__ import annotations

from itertools import combinations

import pytest

from bpmn.language import for_viewer, read
from bpmn.language.layout import Bounds, lay_out
from tests.unit.bpmn.language.words import END, START, chain, file_of, flow, process_of, straight

NESTED = (
    START + '<subProcess id="s"><startEvent id="i"/><task id="t"/><endEvent id="o"/>' + chain("i", "t", "o")
    + "</subProcess>" + END + chain("start", "s", "end")
)  # fmt: skip
DIAMOND = (
    START + '<exclusiveGateway id="g"/><task id="a"/><task id="b"/><exclusiveGateway id="j"/>' + END
    + chain("start", "g", "a", "j", "end") + chain("g", "b", "j") + flow("j", "g", id="back")
)  # fmt: skip


@pytest.mark.parametrize("body", [straight('<task id="task"/>'), NESTED, DIAMOND])
def test_every_element_is_in_the_diagram(body: str) -> None:
    shown = for_viewer("a.bpmn", file_of(body)).decode()
    layout = lay_out(process_of(body))
    for key in (*layout.shapes, *layout.edges):
        assert f'bpmnElement="{key}"' in shown
    drawing = read("a.bpmn", shown.encode()).drawing
    assert drawing is not None
    assert drawing.has_diagram


@pytest.mark.parametrize("body", [DIAMOND, straight('<task id="task"/>') + '<task id="lonely"/>'])
def test_no_two_shapes_overlap(body: str) -> None:
    for one, two in combinations(lay_out(process_of(body)).shapes.values(), 2):
        assert not overlap(one, two)


def overlap(one: Bounds, two: Bounds) -> bool:
    beside = one.x + one.width <= two.x or two.x + two.width <= one.x
    return not (beside or one.y + one.height <= two.y or two.y + two.height <= one.y)


def test_what_is_inside_a_sub_process_stands_inside_its_shape() -> None:
    shapes = lay_out(process_of(NESTED)).shapes
    outer, inner = shapes["s"], shapes["t"]
    assert outer.x < inner.x
    assert inner.x + inner.width < outer.x + outer.width


def test_a_boundary_event_sits_on_the_border_of_its_host() -> None:
    body = straight('<task id="task"/>') + '<boundaryEvent id="b" attachedToRef="task"/>'
    shapes = lay_out(process_of(body)).shapes
    assert overlap(shapes["b"], shapes["task"])


def test_a_drawing_with_a_diagram_and_ids_comes_back_as_it_is() -> None:
    shown = for_viewer("a.bpmn", file_of(DIAMOND))
    assert for_viewer("a.bpmn", shown) is shown


def test_flows_without_id_get_the_ids_of_the_model() -> None:
    body = START + END + '<sequenceFlow sourceRef="start" targetRef="end"/>' * 2
    shown = read("a.bpmn", for_viewer("a.bpmn", file_of(body))).drawing
    assert shown is not None
    assert shown.processes[0].body.flows.keys() == process_of(body).body.flows.keys()
    assert not any(drawn.anonymous for drawn in shown.processes[0].body.flows.values())


def test_pools_stand_below_each_other() -> None:
    pools = (
        '<process id="q"><startEvent id="qs"/></process><collaboration id="c"><participant id="a" processRef="p"/>'
        '<participant id="b" processRef="q"/></collaboration>'
    )
    shown = for_viewer("a.bpmn", file_of(straight('<task id="task"/>'), more=pools)).decode()
    assert 'bpmnElement="c"' in shown
    assert 'bpmnElement="a" isHorizontal="true"' in shown


def test_an_encoding_other_than_utf_8_is_shown_with_its_names() -> None:
    text = file_of(straight('<task id="task" name="Prüfung"/>')).decode().replace("UTF-8", "ISO-8859-1")
    assert "Prüfung" in for_viewer("a.bpmn", text.encode("iso-8859-1")).decode()


def test_what_is_no_drawing_comes_back_as_it_is() -> None:
    assert for_viewer("a.bpmn", b"<svg/>") == b"<svg/>"
