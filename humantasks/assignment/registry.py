"""Finds an assignment strategy by the name an inbox gives."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from humantasks.assignment.base import Strategy


class UnknownStrategy(LookupError):
    """No strategy of that name is registered."""

    code = "unknown_strategy"
    retryable = False


def strategy(name: str, paths: Mapping[str, str]) -> Strategy:
    """Return the strategy of a name.

    Args:
        paths: name -> dotted path of a class that fits `base.Strategy`.
    Raises:
        UnknownStrategy: no path has that name.
    """
    path = paths.get(name)
    if path is None:
        raise UnknownStrategy(name)
    module, _, attribute = path.rpartition(".")
    found: Strategy = getattr(import_module(module), attribute)()
    return found
