"""The door of DMN: load files, evaluate by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from decisions.dmn import compiler, linking, model
from decisions.dmn.evaluator import Evaluator, Session
from decisions.dmn.linking import Key
from decisions.dmn.reader import Source, read
from decisions.dmn.run import DmnRun, Step
from decisions.edge.problems import Problem, has_errors
from decisions.feel.budget import DEFAULT_BUDGET, Budget
from decisions.feel.builtins import BUILTINS, EXTRAS
from decisions.feel.errors import BudgetExceeded
from decisions.feel.invocation import invoke_named
from decisions.feel.messages import Message
from decisions.feel.values import Value, to_feel

Kind = Literal["decision", "service", "bkm"]


class NotInvocable(LookupError):  # noqa: N818 - says what the model lacks
    """The model has nothing of that kind and name."""

    code = "not_invocable"
    retryable = False

    def __init__(self, model_name: str, kind: str, name: str) -> None:
        super().__init__(model_name, kind, name)
        self.model_name = model_name
        self.kind = kind
        self.name = name

    def __str__(self) -> str:
        return f'the model "{self.model_name}" has no {self.kind} "{self.name}"'


class Evaluation(NamedTuple):
    """What an evaluation gave and how it came to it. A named tuple, because speed counts here."""

    value: Value
    messages: tuple[Message, ...]
    #: the decisions in the order in which they were decided
    trace: tuple[Step, ...]
    #: sha256 over all files of the graph, in hex
    digest: str

    @property
    def failed(self) -> bool:
        """True when some message is an error."""
        return any(message.severity == "error" for message in self.messages)


class Model:
    """One file of a loaded graph, ready to be evaluated. Immutable, safe to share between threads."""

    def __init__(self, definitions: model.Definitions, evaluator: Evaluator, digest: str) -> None:
        self.definitions = definitions
        self.evaluator = evaluator
        #: sha256 over all files of the graph, in hex
        self.digest = digest
        self._keys: dict[Kind, dict[str, Key]] = {
            "decision": dict(self._named(definitions.decisions)),
            "service": dict(self._named(definitions.services)),
            "bkm": dict(self._named(definitions.functions)),
        }

    def _named(self, elements: Sequence[model.Element]) -> Iterator[tuple[str, Key]]:
        """Names and ids with keys; an id never hides a name."""
        pairs = [(element, linking.key_of(self.definitions, element)) for element in elements]
        yield from ((element.id, key) for element, key in pairs if element.id)
        yield from ((element.name, key) for element, key in pairs)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.definitions.name

    @property
    def decisions(self) -> tuple[str, ...]:
        """Names of the decisions, in the order of the file."""
        return tuple(each.name for each in self.definitions.decisions)

    @property
    def services(self) -> tuple[str, ...]:
        """Names of the decision services, in the order of the file."""
        return tuple(each.name for each in self.definitions.services)

    def key(self, kind: Kind, name: str) -> Key:
        """The key of an element.

        Raises:
            NotInvocable: there is none of that name or id.
        """
        key = self._keys[kind].get(name) or self._keys[kind].get(" ".join(name.split()))
        if key is None:
            raise NotInvocable(self.name, kind, name)
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Files that came together: those that could be read, and what is wrong with any of them."""

    #: in the order of the sources, without those that could not be read
    models: tuple[Model, ...]
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        """True when a file must not be deployed."""
        return has_errors(self.problems)

    def model(self, source: str) -> Model | None:
        """The model of a file by the name its source had, or None when it could not be read."""
        return next((each for each in self.models if each.definitions.source == source), None)


def load(sources: Sequence[Source], *, extras: bool = True) -> Loaded:
    """Read and compile files that belong together.

    Models with problems are compiled as far as they can be: a broken expression is null with a message,
    so that the rest can be tried out. Deploy only what has no errors.

    Args:
        sources: all files, imported ones among them, in any order.
        extras: also know the functions that Camunda adds to the standard.
    """
    files: list[model.Definitions] = []
    problems: list[Problem] = []
    for source in sources:
        definitions, found = read(source)
        problems.extend(_in_file(found, source.name))
        if definitions and not any(each.digest == definitions.digest for each in files):
            files.append(definitions)
    graph, found_links = linking.link(files)
    problems.extend(found_links)
    evaluator, found_problems = compiler.compile_graph(graph, {**EXTRAS, **BUILTINS} if extras else BUILTINS)
    problems.extend(found_problems)
    digest = _digest(files)
    models = (Model(each, evaluator, digest) for each in files if graph.models.get(each.namespace) is each)
    return Loaded(models=tuple(models), problems=tuple(problems))


def _in_file(problems: Sequence[Problem], name: str) -> Iterator[Problem]:
    for each in problems:
        yield Problem(
            severity=each.severity,
            code=each.code,
            element=each.element,
            line=each.line,
            message=each.message,
            file=name,
        )


def _digest(files: Sequence[model.Definitions]) -> str:
    return hashlib.sha256("\n".join(sorted(each.digest for each in files)).encode()).hexdigest()


def evaluate(
    loaded_model: Model,
    name: str,
    inputs: Mapping[str, Value],
    *,
    kind: Kind = "decision",
    now: datetime | None = None,
    imported: Mapping[str, Mapping[str, Value]] | None = None,
    budget: Budget = DEFAULT_BUDGET,
) -> Evaluation:
    """Evaluate a decision, a decision service or a business knowledge model.

    Args:
        loaded_model: the model that holds the element.
        name: name or id of the element.
        inputs: JSON or FEEL values by name: input data, parameters, or decisions that shall not be
            evaluated.
        now: what `now()` and `today()` answer.
        imported: inputs of imported models by namespace.
        budget: limits; exceeding one gives null and the error `budget_exceeded`.
    Raises:
        NotInvocable: the model has nothing of that kind and name.
    """
    key = loaded_model.key(kind, name)
    run = DmnRun(now, budget)
    given = {"": inputs, loaded_model.definitions.namespace: inputs, **(imported or {})}
    session = Session(loaded_model.evaluator, run, given)
    try:
        value = _evaluate(session, run, key, kind, inputs)
    except BudgetExceeded as exceeded:
        run.messages.insert(0, Message("error", exceeded.code, str(exceeded)))
        value = None
    except RecursionError:
        text = "the decision or a value is nested too deeply"
        run.messages.insert(0, Message("error", BudgetExceeded.code, text))
        value = None
    return Evaluation(
        value=value,
        messages=tuple(run.messages),
        trace=tuple(run.steps_taken),
        digest=loaded_model.digest,
    )


def _evaluate(session: Session, run: DmnRun, key: Key, kind: Kind, inputs: Mapping[str, Value]) -> Value:
    if kind == "decision":
        return session.decision(key)
    if kind == "service":
        return session.service_result(key)
    function = session.compiled.functions[key]
    names = [parameter.name for parameter in function.parameters]
    return invoke_named(run, function, {name: to_feel(inputs.get(name)) for name in names})
