"""Context functions (DMN 1.5, 10.3.4.10)."""

from __future__ import annotations

from ..budget import Run
from ..values import Value, describe
from .registry import builtin


@builtin("get value(m: context, key: string)")
def get_value(run: Run, context: dict[str, Value], key: str) -> Value:
    """Give the value of a key, null without one."""
    if key not in context:
        run.report("info", "no_such_component", f'get value: {describe(context)} has no "{key}"')
    return context.get(key)


@builtin("get entries(m: context)")
def get_entries(run: Run, context: dict[str, Value]) -> Value:
    """Give the list of `{key, value}`."""
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def context_of(run: Run, entries: list[Value]) -> Value:
    """Make a context of a list of `{key, value}`."""
    made: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("key"), str):
            text = f"context: an entry needs a key that is string and a value, unlike {describe(entry)}"
            return run.error("wrong_argument", text)
        if entry["key"] in made:
            return run.error("wrong_argument", f'context: the key "{entry["key"]}" occurs twice')
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value)")
def context_put(run: Run, context: dict[str, Value], key: str, value: Value) -> Value:
    """Give the context with one entry added or changed."""
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value)")
def context_put_nested(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    """Give the context with one entry of an inner context added or changed."""
    if not keys or not all(isinstance(key, str) for key in keys):
        return run.error("wrong_argument", f'context put: "keys" must be a list of strings, not {describe(keys)}')
    made = top = dict(context)
    for key in keys[:-1]:
        inner = made.get(key)
        if not isinstance(inner, dict):
            return run.error("wrong_argument", f'context put: "{key}" must be context, not {describe(inner)}')
        made[key] = dict(inner)
        made = made[key]
    made[keys[-1]] = value
    return top


@builtin("context merge(contexts: list)")
def context_merge(run: Run, contexts: list[Value]) -> Value:
    """Join contexts; a later one wins."""
    merged: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return run.error("wrong_argument", f"context merge: every item must be context, not {describe(context)}")
        merged.update(context)
    return merged
