"""Python functions that jobs may call: registered by name in code, never named into being by a drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings

from bpmn.language.process import Variables
from orchestrator.connectors.base import Call

Function = Callable[[Call], Variables | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A function with the name drawings use and the sentence shown to authors."""

    name: str
    function: Function
    summary: str


_functions: dict[str, Registered] = {}
_loaded = False


def register(name: str) -> Callable[[Function], Function]:
    """Return a decorator that lets jobs of type `name` call the function.

    Raises:
        ValueError: another function has this name.
    """

    def add(function: Function) -> Function:
        known = _functions.get(name)
        if known and known.function is not function:
            raise ValueError(f'Two functions are registered as "{name}".')
        summary = (function.__doc__ or "").strip().partition("\n")[0]
        _functions[name] = Registered(name=name, function=function, summary=summary)
        return function

    return add


def registered() -> dict[str, Registered]:
    """Return every registered function by name, after importing the modules that settings name."""
    global _loaded
    if not _loaded:
        for module in settings.HANDOFF_FUNCTION_MODULES:
            import_module(module)
        _loaded = True
    return _functions
