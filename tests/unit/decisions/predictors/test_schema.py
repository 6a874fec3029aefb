"""The input schema: what fits, what does not, all at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.predictors.schema import Field, FieldType, Fit, Schema

AMOUNT = Field(name="amount", type=FieldType.NUMBER, minimum=100.0, maximum=5000.0)
PURPOSE = Field(name="purpose", type=FieldType.STRING, categories=("car", "house"))
EMPLOYED = Field(name="employed", type=FieldType.BOOLEAN, is_required=False)
LETTER = Field(name="letter", type=FieldType.TEXT)
SCHEMA = Schema(fields=(AMOUNT, PURPOSE, EMPLOYED, LETTER))
CASE = {"amount": 1200, "purpose": "car", "employed": True, "letter": "Dear bank"}


def _fits(field, value):
    _, problems = Schema(fields=(field,)).read({field.name: value})
    return [problem.fit for problem in problems]


def test_a_case_that_fits_has_no_problems():
    features, problems = SCHEMA.read({**CASE, "other": 1})
    assert features == {"amount": 1200.0, "purpose": "car", "employed": True, "letter": "Dear bank"}
    assert problems == ()


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        (AMOUNT, None, [Fit.MISSING]),
        (AMOUNT, "", [Fit.MISSING]),
        (AMOUNT, "many", [Fit.INVALID]),
        (AMOUNT, True, [Fit.INVALID]),
        (AMOUNT, [1], [Fit.INVALID]),
        (AMOUNT, "nan", [Fit.INVALID]),
        (AMOUNT, "Infinity", [Fit.INVALID]),
        (AMOUNT, "1200.50", []),
        (AMOUNT, 99, [Fit.UNFAMILIAR]),
        (AMOUNT, 5000, []),
        (PURPOSE, "boat", [Fit.UNFAMILIAR]),
        (PURPOSE, {"a": 1}, [Fit.INVALID]),
        (EMPLOYED, None, []),
        (EMPLOYED, "yes", []),
        (EMPLOYED, "perhaps", [Fit.INVALID]),
        (LETTER, "   ", [Fit.INVALID]),
        (LETTER, 5, [Fit.INVALID]),
    ],
)
def test_each_value_is_judged_by_its_field(field, value, fits):
    assert _fits(field, value) == fits


def test_every_problem_is_told_at_once():
    _, problems = SCHEMA.read({"amount": "x", "purpose": "boat"})
    assert [(each.field, each.fit) for each in problems] == [
        ("amount", Fit.INVALID), ("purpose", Fit.UNFAMILIAR), ("letter", Fit.MISSING)
    ]  # fmt: skip


def test_numbers_and_texts_name_the_same_category():
    rooms = Field(name="rooms", type=FieldType.STRING, categories=("2", "3"))
    assert [_fits(rooms, value) for value in (2, 2.0, "2", " 2 ", 4)] == [[], [], [], [], [Fit.UNFAMILIAR]]


def test_a_name_with_dots_looks_into_nested_variables():
    schema = Schema(fields=(Field(name="applicant.age", type=FieldType.NUMBER),))
    assert schema.read({"applicant": {"age": 30}})[0] == {"applicant.age": 30.0}
    assert schema.read({"applicant.age": 31})[0] == {"applicant.age": 31.0}
    assert schema.read({"applicant": 5})[1][0].fit is Fit.MISSING


def test_schema_survives_json():
    assert Schema.from_json(SCHEMA.to_json()) == SCHEMA


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab 1.-é", max_size=6),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(variables=st.dictionaries(st.sampled_from([field.name for field in SCHEMA.fields]), json_values))
def test_no_value_makes_reading_fail(variables):
    features, _ = SCHEMA.read(variables)
    assert set(features) == {field.name for field in SCHEMA.fields}
