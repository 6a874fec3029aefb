"""Files of all DMN versions and of the tools that write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from decisions import dmn
from tests.unit.decisions.dmn.draw import (
    NAMESPACE,
    ask,
    codes,
    data,
    decision,
    file,
    literal,
    load,
    model,
    table,
    value,
)

_SPACES = [
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    NAMESPACE,
]


@pytest.mark.parametrize("space", _SPACES)
def test_every_version_is_read(space: str) -> None:
    drawn = file(data("x", "number"), decision("d", table(["x"], [(["> 1"], ["x * 2"])]), needs=["_x"]), space=space)
    loaded = load(drawn)
    assert loaded.problems == ()
    assert value(loaded.models[0], x=4) == 8


def test_an_unknown_version_is_read_with_a_warning() -> None:
    loaded = load(file(decision("d", literal("1")), space="https://www.omg.org/spec/DMN/20990101/MODEL/"))
    assert codes(loaded.problems) == ["unknown_version"]
    assert value(loaded.models[0]) == 1


def test_types_of_version_1_1_are_qualified_names() -> None:
    root = 'xmlns:feel="http://www.omg.org/spec/FEEL/20140401" xmlns:own="urn:test"'
    kind = "<itemDefinition name='tAge'><typeRef>feel:number</typeRef></itemDefinition>"
    parts = (kind, data("x", "own:tAge"), decision("d", literal("x + 1"), needs=["_x"], kind="feel:number"))
    loaded = model(file(*parts, space=_SPACES[0], root=root))
    assert value(loaded, x=1) == 2
    assert ask(loaded, x="a").messages[0].code == "wrong_type"


_CAMUNDA = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  xmlns:camunda="http://camunda.org/schema/1.0/dmn" xmlns:biodi="http://bpmn.io/schema/dmn/biodi/2.0"
  xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" id="dish" name="Dish"
  namespace="http://camunda.org/schema/1.0/dmn" exporter="Camunda Modeler" exporterVersion="5.0">
  <decision id="season" name="Season"><decisionTable id="t1"><input id="i1" biodi:width="150"
    camunda:inputVariable="degrees"><inputExpression id="e1" typeRef="integer"><text>temperature</text>
    </inputExpression></input><output id="o1" name="season" typeRef="string"/>
    <rule id="w"><inputEntry id="c1"><text>&lt; 10</text></inputEntry>
      <outputEntry id="c2"><text>"Winter"</text></outputEntry></rule>
    <rule id="s"><inputEntry id="c3"><text>cellInput &gt;= 10 and degrees &lt; 90</text></inputEntry>
      <outputEntry id="c4"><text>"Summer"</text></outputEntry></rule>
  </decisionTable></decision>
  <decision id="menu" name="Menu">
  <informationRequirement id="r1"><requiredDecision href="#season"/></informationRequirement>
  <decisionTable id="t2" hitPolicy="FIRST"><input id="i2">
    <inputExpression id="e2" typeRef="string" expressionLanguage="{language}"><text>{text}</text>
    </inputExpression></input><output id="o2" name="dish" typeRef="string"/><output id="o3" name="drink"/>
    <rule id="a"><description>cold</description><inputEntry id="d1"><text>"Winter"</text></inputEntry>
      <outputEntry id="d2"><text>"Stew"</text></outputEntry><outputEntry><text></text></outputEntry></rule>
    <rule id="b"><inputEntry id="d3"><text></text></inputEntry>
      <outputEntry id="d4"><text>"Salad"</text></outputEntry><outputEntry><text>"Water"</text></outputEntry>
    </rule>
  </decisionTable></decision>
  <decision id="shown" name="Shown">
  <informationRequirement><requiredDecision href="#menu"/></informationRequirement>
  <literalExpression><text>dish + " and " + drink</text></literalExpression></decision>
  <dmndi:DMNDI><dmndi:DMNDiagram/></dmndi:DMNDI></definitions>"""


def _camunda(language: str = "", text: str = "season") -> dmn.Loaded:
    return load(_CAMUNDA.replace("{language}", language).replace("{text}", text).encode())


def test_a_table_of_camunda_modeler_reads_variables_nobody_declares() -> None:
    loaded = _camunda()
    assert not loaded.has_errors
    assert value(loaded.models[0], "menu", temperature=5) == {"dish": "Stew", "drink": None}
    assert value(loaded.models[0], "Menu", temperature=20) == {"dish": "Salad", "drink": "Water"}


def test_outputs_of_camundas_tables_are_variables_of_the_next_decision() -> None:
    assert value(_camunda().models[0], "shown", temperature=20) == "Salad and Water"


def test_a_note_beside_a_rule_is_kept() -> None:
    table_of_menu: Any = _camunda().models[0].definitions.decisions[1].logic
    assert table_of_menu.rules[0].annotations == ("cold",)


@pytest.mark.parametrize(("language", "text"), [("feel", "season"), ("juel", "season"), ("juel", "${season}")])
def test_feel_and_juel_are_known_languages(language: str, text: str) -> None:
    loaded = _camunda(language, text)
    assert not loaded.has_errors
    assert value(loaded.models[0], "menu", temperature=5)["dish"] == "Stew"


@pytest.mark.parametrize("language", ["groovy", "javascript", "python"])
def test_another_language_is_a_problem_of_its_element(language: str) -> None:
    loaded = _camunda(language)
    assert [(each.code, each.element) for each in loaded.problems] == [("unsupported_language", "e2")]
    assert language in loaded.problems[0].message


def test_the_parts_of_drools_and_trisotech_are_tolerated() -> None:
    root = 'xmlns:kie="http://www.drools.org/kie/dmn/1.2" xmlns:triso="urn:trisotech"'
    parts = (
        '<extensionElements><kie:attachment name="x" url="y"/></extensionElements>',
        "<import name='p' namespace='urn:pmml' importType='http://www.dmg.org/PMML-4_3'/>",
        '<triso:thing triso:logo="1"/><knowledgeSource id="k" name="k"/>',
        decision("d", literal("1 + 1")).replace("<decision ", '<decision triso:useOutputTypeAsAnswer="false" '),
    )
    assert value(model(file(*parts, root=root))) == 2


def test_a_date_of_camunda_may_have_a_time() -> None:
    kind = "<inputData id='when' name='when'><variable name='when' typeRef='date'/></inputData>"
    drawn = file(kind, decision("d", literal("when.year"), needs=["when"]), root='exporter="Camunda Modeler"')
    moment = datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001 - a local time
    assert value(model(drawn), when=moment) == 2026
