"""A decision answered by a fake predictor, and what tests ask of it."""

import json
from datetime import UTC, datetime
from itertools import count

import pytest

from decisions import artefacts, decide, definitions, policies, resolution, versions
from decisions.decide import Case
from decisions.edge.ids import new_id
from decisions.predictors.schema import Field, FieldType, Schema

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SCHEMA = Schema(
    fields=(
        Field(name="amount", type=FieldType.NUMBER, minimum=0.0, maximum=100_000.0),
        Field(name="tier", type=FieldType.STRING, categories=("A", "B")),
    )
)
CASE = {"amount": 1200, "tier": "B"}
_numbers = count()


@pytest.fixture(autouse=True)
def fresh_process(settings):
    """Nothing loaded or compiled by an earlier test, whose rows are gone."""
    settings.HANDOFF_PREDICTORS = {**settings.HANDOFF_PREDICTORS, "fake": "decisions.predictors.fake.load"}
    artefacts.forget_loaded()
    resolution.forget_compiled()


def fake(approve, **more):
    """Return the bytes of a fake that approves with this probability."""
    return json.dumps({"probabilities": {"approve": approve, "refuse": 1 - approve}, **more}).encode()


def golden(approve):
    """Return enough golden rows for such a fake."""
    row = {"features": dict(CASE), "probabilities": {"approve": approve, "refuse": 1 - approve}}
    return [row] * versions.GOLDEN_ROWS


def register(approve=0.9, *, rows=None, data=None, **more):
    """Register a version of the predictor "loan"."""
    return versions.register(
        key="loan",
        artefact=data or fake(approve, **more),
        schema=SCHEMA.to_json(),
        labels=["approve", "refuse"],
        metrics={},
        golden=golden(approve) if rows is None else rows,
        environment={},
        training={},
        kind="fake",
        actor=None,
        now=NOW,
    )


@pytest.fixture
def question(db):
    """The decision "loan", without a model or a policy."""
    return definitions.add_question(
        key="loan", predictor_key="loan", name="Loan", question="Approve the loan?", result_variable="answer",
        labels=["approve", "refuse"], actor=None,
    )  # fmt: skip


@pytest.fixture
def publish(question):
    """Publish a policy for "loan" with some thresholds."""

    def publish(auto_at=0.8, suggest_at=0.6, audit_rate=0.0, **more):
        terms = policies.Terms(auto_at=auto_at, suggest_at=suggest_at, audit_rate=audit_rate, **more)
        return policies.publish(key="loan", terms=terms, actor=None, now=NOW)

    return publish


@pytest.fixture
def loan(publish):
    """The decision "loan", answered by a fake under a first policy."""
    publish()

    def use(approve=0.9, **more):
        # Slow and failing fakes cannot replay golden rows; they are put in use as if they once had.
        version = register(approve, **more)
        versions.PredictorVersion.objects.filter(pk=version.pk).update(state="validated")
        return versions.switch(version_id=version.id, actor=None, now=NOW)

    return use


def ask(variables=None, key="loan", idempotency_key=None):
    """Evaluate a decision for a case of its own."""
    case = Case(
        idempotency_key=idempotency_key or f"case-{next(_numbers)}",
        instance_id=new_id(),
        process_key="lending",
        element="assess",
        business_key="LN-1",
    )
    return decide.decide(key=key, variables=CASE if variables is None else variables, case=case, now=NOW)
