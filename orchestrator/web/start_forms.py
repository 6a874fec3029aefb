"""The form that starts an instance: the one its start event names or draws, or variables as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.contrib.auth.models import AbstractUser
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from bpmn import definitions as bpmn_definitions
from bpmn.language.process import Event, Position, Process, Variables
from decisions.edge import storable
from humantasks import definitions
from humantasks.errors import AnswerInvalid
from humantasks.forms import answers, schema
from humantasks.forms.schema import FormSchema
from orchestrator import errors
from orchestrator.governance import permissions
from orchestrator.web.fields import Widget, widgets

_LONGEST_BUSINESS_KEY = 255
#: What the names of the form's fields begin with, so that a field may be called like one of ours.
_PREFIX = "field-"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartForm:
    """What to ask before a process starts; without fields variables are typed as JSON."""

    key: str
    schema: FormSchema
    widgets: Sequence[Widget]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody typed."""

    variables: Variables
    business_key: str


def of_key(key: str, *, typed: QueryDict | None = None, problems: Mapping[str, str] | None = None) -> StartForm | None:
    """Return the start form of the newest version that can run, None when it cannot be started by hand.

    Args:
        typed: what a browser sent, to show it again.
        problems: what is wrong with it, by the key of the field.
    """
    version = bpmn_definitions.startable(key=key, version_id=None)
    if version is None:
        return None
    event = _none_start(bpmn_definitions.process(str(version.id)))
    if event is None:
        return None
    form = _schema(event)
    again = None if typed is None else dict(_fields(typed).lists())
    return StartForm(key=key, schema=form, widgets=widgets(form, typed=again, problems=problems or {}))


def of_processes(processes: Sequence[Any], user: AbstractUser) -> list[tuple[Any, StartForm]]:
    """Return the start forms of the ready processes of a report that this person may start."""
    ready = [p for p in processes if p.executable and permissions.may(user, "start", process_key=p.key)]
    return [(p, form) for p in ready if (form := of_key(p.key)) is not None]


def read(key: str, typed: QueryDict) -> Asked:
    """Return the variables and the business key that somebody typed.

    Raises:
        BadInput: something does not fit; `field` is the name of the field in the request.
        AnswerInvalid: fields of the form do not fit, each with its reason.
    """
    form = of_key(key)
    variables = read_json(typed.get("variables", ""))
    if form is not None and form.schema.asked:
        answer = answers.from_post(form.schema, _fields(typed))
        if answer.problems:
            raise AnswerInvalid(dict(answer.problems))
        variables |= {name: value for name, value in answer.values.items() if value is not None}
    business_key = typed.get("business_key", "").strip()
    if len(business_key) > _LONGEST_BUSINESS_KEY:
        raise errors.BadInput("A business key has at most 255 characters.", field="business_key")
    return Asked(variables=variables, business_key=business_key)


def _none_start(process: Process) -> Event | None:
    nodes = process.body.nodes.values()
    starts = (node for node in nodes if isinstance(node, Event) and node.position is Position.START)
    return next((start for start in starts if not start.definitions), None)


def _schema(event: Event) -> FormSchema:
    """Return the form of a start event: the deployed one it names, else the fields drawn in it."""
    if event.form is None:
        return FormSchema(fields=())
    key = event.form.key.evaluate({}).value if event.form.key else None
    deployed = definitions.form(key) if isinstance(key, str) else None
    return schema.from_form_js(deployed.schema) if deployed else schema.from_fields(event.form.fields)


def _fields(typed: QueryDict) -> MultiValueDict[str, str]:
    """Return what was sent for the form's fields, by their keys."""
    names = [name for name in typed if name.startswith(_PREFIX)]
    return MultiValueDict({name.removeprefix(_PREFIX): typed.getlist(name) for name in names})


def read_json(text: str) -> Variables:
    """Return variables that somebody typed as a JSON object.

    Raises:
        BadInput: it is no JSON, or no object.
    """
    if not text.strip():
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise errors.BadInput(f"The variables are not JSON: {wrong}.", field="variables") from wrong
    if not isinstance(value, dict):
        raise errors.BadInput('Variables are a JSON object, such as {"amount": 100}.', field="variables")
    if why := storable.why_not(value):
        raise errors.BadInput(why, field="variables")
    return value
