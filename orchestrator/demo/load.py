"""Puts the demo into an installation: users, drawings, rules, a model with its policy, the first cases."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from guardian.shortcuts import assign_perm

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from decisions import policies
from decisions.rules import Effect, Rule
from orchestrator import deployments
from orchestrator.demo import applicants, functions
from orchestrator.governance import roles
from orchestrator.runtime import instances

FILES = Path(__file__).parent / "files"
PROCESS = "loan-application"
ARRIVALS = "loan-arrivals"
DECISION = "loan-risk"
#: The queue of the demo's human tasks.
TEAM = "credit"
#: How many loans of the past the model learns from.
PAST_LOANS = 1_200
PAST_SEED = 7
#: How many applications are there at once; the others come in one by one.
FIRST_CASES = 24

Say = Callable[[str], None]


def is_loaded() -> bool:
    """Tell whether the demo was loaded before."""
    return bpmn_definitions.exists(ARRIVALS)


def load(*, passwords: Mapping[str, str], say: Say, now: datetime) -> None:
    """Load the demo. Safe to be called again after it was interrupted.

    Args:
        passwords: user name -> password, one for each role.
    """
    say("Loading the demo: made-up loan applications.")
    make_users(passwords)
    train(say=say)  # before the drawing, whose report would miss the model
    publish_policy(now=now)
    deploy(["affordability.dmn", "approve-loan.form", "loan.bpmn"], now=now)
    grant_to_team()
    for number in range(1, FIRST_CASES + 1):
        start_case(number, now=now)
    deploy(["arrivals.bpmn"], now=now)
    instances.start(key=ARRIVALS, variables={"number": FIRST_CASES}, business_key="demo", now=now)


def make_users(passwords: Mapping[str, str]) -> None:
    """Make one user per role; the reviewer belongs to the team that answers the demo's tasks."""
    roles.ensure_roles()
    team, _ = Group.objects.get_or_create(name=TEAM)
    for name, password in passwords.items():
        user, is_new = get_user_model().objects.get_or_create(
            username=name,
            defaults={"first_name": name.capitalize(), "is_staff": name in {"governance", "admin"}},
        )
        if is_new:
            user.is_superuser = name == roles.Role.ADMIN
            user.set_password(password)
            user.save()
        user.groups.add(Group.objects.get(name=name))
        if name == roles.Role.REVIEWER:
            user.groups.add(team)


def deploy(names: list[str], *, now: datetime) -> None:
    """Upload files of the demo as one bundle."""
    files = [(name, (FILES / name).read_bytes()) for name in names]
    deployed = deployments.deploy(files=files, actor=None, now=now)
    errors = [problem for problem in deployed.problems if problem.severity == "error"]
    if errors:
        raise RuntimeError("The demo's own files cannot run: " + "; ".join(map(str, errors)))


def train(*, say: Say) -> None:
    """Train the demo's model on loans of the past."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "past-loans.csv"
        rows = list(applicants.past(PAST_LOANS, seed=PAST_SEED))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        say(f"Training a model on {PAST_LOANS} made-up loans of the past ...")
        call_command(
            "train_model",
            DECISION,
            csv=path,
            label="repaid",
            drop="name,postcode",
            name="Will it be paid back?",
            question="Will this loan be paid back?",
            result_variable="risk",
            stdout=io.StringIO(),  # a report nobody asked for
        )


def publish_policy(*, now: datetime) -> None:
    """Publish under which terms the model may act alone."""
    terms = policies.Terms(
        auto_at=0.88,
        suggest_at=0.65,
        hard_rules=[
            Rule(
                code="large_loan",
                text="Loans above 20 000 euros always go to a person",
                effect=Effect.ALWAYS_HUMAN,
                expression="amount > 20000",
            ),
            Rule(
                code="business_loan",
                text="The answer for a business loan is always confirmed by a person",
                effect=Effect.AT_MOST_SUGGEST,
                expression='purpose = "business"',
            ),
        ],
        note="The demo's policy; its thresholds were typed by hand.",
    )
    policies.publish(key=DECISION, terms=terms, actor=None, now=now)


def grant_to_team() -> None:
    """Let the team see the processes its tasks belong to."""
    definition = bpmn_selectors.definition(PROCESS)
    assign_perm("bpmn.view_processdefinition", Group.objects.get(name=TEAM), definition)


def start_case(number: int, *, now: datetime) -> None:
    """Start the case of that number."""
    applicant = applicants.applicant(number, seed=functions.CASES_SEED)
    instances.start(
        key=PROCESS,
        variables={**applicants.variables(applicant)},
        business_key=functions.reference(number),
        now=now,
    )
