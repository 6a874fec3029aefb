"""Forms from every dialect become one schema."""

from __future__ import annotations

import pytest

from humantasks.forms import schema
from humantasks.forms.schema import Kind, Option


@pytest.mark.parametrize(
    ("component", "kind"),
    [
        ({"type": "textfield"}, Kind.TEXT),
        ({"type": "textarea"}, Kind.TEXTAREA),
        ({"type": "number"}, Kind.NUMBER),
        ({"type": "number", "decimalDigits": 0}, Kind.INTEGER),
        ({"type": "checkbox"}, Kind.CHECKBOX),
        ({"type": "radio"}, Kind.RADIO),
        ({"type": "select"}, Kind.SELECT),
        ({"type": "checklist"}, Kind.CHECKLIST),
        ({"type": "taglist"}, Kind.CHECKLIST),
        ({"type": "datetime", "subtype": "date"}, Kind.DATE),
        ({"type": "datetime", "subtype": "datetime"}, Kind.DATETIME),
        ({"type": "something new"}, Kind.TEXT),
    ],
)
def test_form_js_components_have_a_kind(component, kind):
    found = schema.from_form_js({"components": [{"key": "x", **component}]})
    assert [field.kind for field in found.fields] == [kind]


def test_groups_are_flattened_and_name_their_fields():
    inner = {"type": "group", "label": "Person", "components": [{"type": "textfield", "key": "name"}]}
    found = schema.from_form_js({"components": [inner, {"type": "spacer"}, {"type": "button"}]})
    assert [(field.key, field.group) for field in found.fields] == [("name", "Person")]


def test_text_is_read_and_holds_nothing():
    found = schema.from_form_js({"components": [{"type": "text", "text": "Look twice", "id": "t"}]})
    assert found.asked == ()
    assert found.fields[0].label == "Look twice"


def test_rules_are_taken_over():
    rules = {"required": True, "min": 1, "max": "9", "minLength": 2, "maxLength": 5, "pattern": "[a-z]+"}
    field = schema.from_form_js({"components": [{"type": "number", "key": "n", "validate": rules}]}).fields[0]
    assert (field.required, field.minimum, field.maximum) == (True, 1, 9)
    assert (field.min_length, field.max_length, field.pattern) == (2, 5, "[a-z]+")


def test_what_a_condition_may_hide_is_not_demanded():
    part = {"type": "textfield", "key": "x", "validate": {"required": True}, "conditional": {"hide": "=true"}}
    assert not schema.from_form_js({"components": [part]}).fields[0].required


def test_variables_fill_defaults_and_options():
    parts = [
        {"type": "textfield", "key": "customer.name", "defaultValue": "nobody"},
        {"type": "select", "key": "city", "valuesKey": "cities"},
    ]
    variables = {"customer": {"name": "Ada"}, "cities": [{"value": "b", "label": "Berlin"}, "Oslo"]}
    name, city = schema.from_form_js({"components": parts}, variables).fields
    assert name.default == "Ada"
    assert city.options == (Option(value="b", label="Berlin"), Option(value="Oslo", label="Oslo"))


@pytest.mark.parametrize(
    ("drawn", "kind", "default"),
    [
        ({"type": "string", "default": "x"}, Kind.TEXT, "x"),
        ({"type": "long", "default": "7"}, Kind.INTEGER, 7),
        ({"type": "double", "default": "7.5"}, Kind.NUMBER, 7.5),
        ({"type": "boolean", "default": "true"}, Kind.CHECKBOX, True),
        ({"type": "date"}, Kind.DATE, None),
        ({"type": "enum", "options": {"a": "A", "b": "B"}}, Kind.RADIO, None),
        ({"type": "enum", "options": [{"value": str(n)} for n in range(9)]}, Kind.SELECT, None),
        ({"type": "unheard of"}, Kind.TEXT, None),
    ],
)
def test_drawn_fields_have_a_kind_and_a_default(drawn, kind, default):
    field = schema.from_fields([{"id": "x", **drawn}]).fields[0]
    assert (field.kind, field.default) == (kind, default)


def test_a_variable_wins_over_a_drawn_default():
    field = schema.from_fields([{"id": "x", "type": "long", "default": "7"}], {"x": 8}).fields[0]
    assert field.default == 8


def test_labels_become_one_choice():
    (field,) = schema.from_labels([{"value": "approve", "text": "Yes, pay"}, "card_arrival"]).fields
    assert (field.key, field.kind, field.required) == ("label", Kind.RADIO, True)
    assert [option.label for option in field.options] == ["Yes, pay", "Card arrival"]


def test_many_labels_become_a_list_to_open():
    assert schema.from_labels(range(77)).fields[0].kind is Kind.SELECT


def test_without_a_form_the_small_variables_are_asked_for():
    found = schema.from_variables({"ok": True, "n": 3, "x": 1.5, "who": "Ada", "rows": [1], "text": "a\nb"})
    kinds = [field.kind for field in found.fields]
    assert kinds == [Kind.CHECKBOX, Kind.INTEGER, Kind.NUMBER, Kind.TEXT, Kind.TEXTAREA]
    assert found.is_open
