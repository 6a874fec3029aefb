"""`manage.py train_model`: a table in, a predictor version in use out, with a report on unseen rows."""

from __future__ import annotations

import random
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from decisions import definitions, policies, versions
from decisions.confidence import binomial, thresholds
from decisions.edge.canonical import JSON, sha256
from decisions.errors import DecisionsError
from decisions.management import arguments
from decisions.models import DecisionDefinition, PolicyVersion, PredictorVersion
from decisions.predictors import training
from decisions.predictors.training import Row, Table, Trained, TrainingRefused

#: Share of the rows kept back when nothing else says which.
HELD_OUT = 0.3
#: After so many days a certificate speaks of the past.
CERTIFICATE_DAYS = 90


class Command(BaseCommand):
    """Train, calibrate, measure, register and activate a model; make its decision and first policy."""

    help = "Train a model on a CSV file and put it in use for the decision KEY."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("key", type=arguments.key, help="key of the decision and its predictor")
        parser.add_argument("--csv", required=True, type=Path, help="table with a header line")
        parser.add_argument("--label", required=True, help="column with the right answer")
        parser.add_argument("--drop", default="", help="columns the model must not see, separated by commas")
        parser.add_argument("--text", help="the one column of free text to learn from")
        parser.add_argument("--rows", type=arguments.count, help="learn from the first N rows, measure on the others")
        parser.add_argument("--split-column", help="column that says which rows are for learning")
        parser.add_argument("--train-value", default="train", help="its value for those rows")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--name", default="", help="name of the decision before people")
        parser.add_argument("--question", default="", help="what a person is asked")
        parser.add_argument("--result-variable", default="", help="process variable for the answer")
        parser.add_argument("--auto-at", type=arguments.share, default=0.9, help="first policy: alone above this")
        parser.add_argument("--suggest-at", type=arguments.share, default=0.6, help="first policy: shown above this")
        parser.add_argument(
            "--certify",
            type=arguments.rate_of_errors,
            metavar="ALPHA",
            help="publish a policy whose threshold is certified for this share of errors, if it can be",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        try:
            table = read_table(options)
            self._say(f"{len(table.train)} rows to learn from, {len(table.held_out)} held out")
            trained = training.train(table, seed=options["seed"], tell=self._say)
            version = _register(trained, table, options)
            self._report(trained, version, options)
        except (TrainingRefused, DecisionsError) as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)

    def _report(self, trained: Trained, version: PredictorVersion, options: Mapping[str, Any]) -> None:
        metrics = trained.metrics
        self._say(f"\n{version} is in use: {version.state_note} ({trained.algorithm})")
        if "accuracy" in metrics:
            self._say_metrics(metrics, trained.cases)
        policy = self._policy(trained, version, options)
        alone = [case for case in trained.cases if case.confidence > policy.auto_at]
        wrong = sum(not case.is_right for case in alone)
        how = "certified" if policy.is_certified else "typed by hand, not certified"
        self._say(f"Policy {policy} is in force: alone above {policy.auto_at:.4g} ({how}).")
        if trained.cases:
            part = f"{len(alone)} ({len(alone) / len(trained.cases):.0%}) of the held-out rows"
            self._say(f"  {part} would be decided alone, {_share(wrong, len(alone))} of them wrong")

    def _say_metrics(self, metrics: Mapping[str, Any], cases: Sequence[thresholds.Case]) -> None:
        right = sum(case.is_right for case in cases)
        self._say(f"On the {len(cases)} rows it never saw:")
        self._say(f"  accuracy           {_share(right, len(cases))}")
        self._say(f"  calibration error  {metrics['expected_calibration_error']:.1%}")
        self._say(f"  risk-coverage area {metrics['area_under_risk_coverage']:.4f}")
        for alpha, found in metrics["certifiable"].items():
            said = found.get("says")
            if said is None:
                said = f"certifiable at {float(alpha):.0%}: automate {found['coverage']:.0%}"
            self._say(f"  {said}")

    def _policy(self, trained: Trained, version: PredictorVersion, options: Mapping[str, Any]) -> PolicyVersion:
        """Return the policy in force: a certified one when asked for, the one there is, or a first one."""
        definition = DecisionDefinition.objects.get(key=options["key"])
        found = definition.policies.order_by("-version").first()
        certificate = self._certificate(trained, version, options)
        if found is not None and certificate is None:
            return found
        now = timezone.now()
        auto_at = float(certificate["threshold"]) if certificate else options["auto_at"]
        terms = policies.Terms(
            auto_at=auto_at,
            suggest_at=min(options["suggest_at"], auto_at),
            certificate=certificate or {},
            valid_until=now + timedelta(days=CERTIFICATE_DAYS) if certificate else None,
            note="Made by train_model.",
        )
        return policies.publish(key=options["key"], terms=terms, actor=None, now=now)

    def _certificate(
        self, trained: Trained, version: PredictorVersion, options: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Return a certificate from every second held-out row, so that the others measure it honestly."""
        if not options["certify"]:
            return None
        found = thresholds.certify(trained.cases[::2], alpha=options["certify"])
        if isinstance(found, thresholds.Refusal):
            self._say(f"No certificate: {found.sentence()}.")
            return None
        rest = [case for case in trained.cases[1::2] if case.confidence > found.threshold]
        wrong = sum(not case.is_right for case in rest)
        self._say(
            f"Certified on {found.n} rows: at most {found.alpha:.0%} wrong, {1 - found.delta:.0%} certain;"
            f" of the {len(rest)} other held-out rows above it {_share(wrong, len(rest))} are."
        )
        return {**found.to_json(), "model": version.artefact_id, "method": "learn-then-test"}


def read_table(options: Mapping[str, Any]) -> Table:
    """Return the rows of the CSV file, parted into those to learn from and those to measure on."""
    path, label = options["csv"], options["label"]
    rows: list[Row] = list(arguments.rows_of(path))
    if not rows:
        raise TrainingRefused(f"{path} has no rows.")
    drop = {name.strip() for name in options["drop"].split(",") if name.strip()}
    wanted = {label, *drop, *filter(None, (options["text"], options["split_column"]))}
    if unknown := wanted - set(rows[0]):
        raise TrainingRefused(f"{path} has no column {', '.join(sorted(unknown))}. It has {', '.join(rows[0])}.")
    fields = [name for name in rows[0] if name not in {label, options["split_column"], *drop}]
    labelled = [row for row in rows if not training.is_missing(row[label])]
    train, held_out = _split(labelled, options)
    if not train:
        raise TrainingRefused("No rows are left to learn from.")
    text = options["text"] or training.text_column(train, fields)
    return Table(train=train, held_out=held_out, label=label, fields=fields, text=text)


def _split(rows: list[Row], options: Mapping[str, Any]) -> tuple[Sequence[Row], Sequence[Row]]:
    column, count = options["split_column"], options["rows"]
    if column:
        train = [row for row in rows if row[column] == options["train_value"]]
        return train[:count], [row for row in rows if row[column] != options["train_value"]]
    if count:
        return rows[:count], rows[count:]
    shuffled = rows[:]
    random.Random(options["seed"]).shuffle(shuffled)
    kept = round(len(shuffled) * HELD_OUT)
    return shuffled[kept:], shuffled[:kept]


def _register(trained: Trained, table: Table, options: Mapping[str, Any]) -> PredictorVersion:
    """Store the version with its decision, and put it in use."""
    key, now = options["key"], timezone.now()
    name = options["name"] or key.replace("-", " ").replace("_", " ").capitalize()
    definitions.add_question(
        key=key,
        predictor_key=key,
        name=name,
        question=options["question"] or f"What is the right answer: {table.label.replace('_', ' ')}?",
        result_variable=options["result_variable"],
        labels=trained.labels,
        actor=None,
    )
    origin: dict[str, JSON] = {
        "file": options["csv"].name,
        "sha256": sha256(options["csv"].read_bytes()),
        "label": table.label,
        "dropped": options["drop"],
        "rows": len(table.train),
        "seed": options["seed"],
        "algorithm": trained.algorithm,
    }
    version = versions.register(
        key=key,
        artefact=trained.artefact,
        schema=trained.schema.to_json(),
        labels=trained.labels,
        metrics=trained.metrics,
        golden=trained.golden,
        environment=trained.environment,
        training=origin,
        encoding=trained.encoding.to_json(),
        calibration=trained.calibration,
        actor=None,
        now=now,
    )
    return versions.activate(version_id=version.id, actor=None, now=now)


def _share(part: int, whole: int) -> str:
    """Return a share with its exact 95 % interval."""
    if not whole:
        return "none"
    low, high = binomial.interval(part, whole, 0.95)
    return f"{part / whole:.1%} ({low:.1%} to {high:.1%})"
