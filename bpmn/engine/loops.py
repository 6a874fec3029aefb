"""Loops around activities: multi-instance and standard loop (BPMN 2.0.2, 13.3.6 and 13.3.7).

The token that enters becomes the body; the instances are its children. The body notes how many there are
(`n`, None for a standard loop), how many began (`next`) and ended (`done`), for how many of these events were
thrown (`threw`), and what was local to the one that ended last (`last`), because conditions may read it. What
the instances made stands in blocks (`out0`, `out1` ...), so that one more result changes only its block.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from bpmn.engine import behaviour, compensation, expressions, scopes
from bpmn.engine.errors import Incident
from bpmn.engine.nodes import label
from bpmn.engine.states import STARTED
from bpmn.language.process import JSON, Loop
from decisions.feel import Expression

MOST = 1_000_000  #: instances of one loop
BLOCK = 32  #: results kept in one note

if TYPE_CHECKING:
    from bpmn.engine.activities import Activity
    from bpmn.engine.machine import Machine, Token


def enter(machine: Machine, body: Token, node: Activity) -> bool:
    """Make the token a loop body and begin the first instance, or all of them."""
    loop = cast(Loop, node.element.loop)
    notes = body.internal_data
    if not loop.multi:
        notes.update(n=None, done=0, next=0)
    else:
        items = _items(machine, body, node, loop)
        count = len(items) if items is not None else _cardinality(machine, body, node, loop)
        notes.update(n=count, done=0, next=0)
        if items is not None and loop.sequential:
            notes["items"] = items
        if not loop.sequential:
            return _open_all(machine, body, node, items, count)
    node.arm(machine, body)
    machine.entered(body)
    return proceed(machine, body, node)


def _open_all(machine: Machine, body: Token, node: Activity, items: list[JSON] | None, count: int) -> bool:
    if len(machine.tasks) + count > machine.budget.tokens:
        raise Incident(
            "too_many_tokens",
            f"{label(node)} would have {count} instances; {machine.budget.tokens} tokens are allowed.",
        )
    node.arm(machine, body)
    machine.entered(body)
    for index in range(count):
        _instance(machine, body, node, index, items[index] if items is not None else None)
    body.internal_data["next"] = count
    return _close(machine, body, node) if count == 0 else False


def _items(machine: Machine, body: Token, node: Activity, loop: Loop) -> list[JSON] | None:
    if loop.collection is None:
        return None
    items = expressions.value(machine, body, loop.collection)
    if isinstance(items, str) and loop.collection.is_constant:
        items = scopes.Visible(body).get(items)
    if not isinstance(items, list):
        found = expressions.describe(items)
        raise Incident("not_a_list", f"The collection of {label(node)} must be a list, but it is {found}.")
    return items


def _cardinality(machine: Machine, body: Token, node: Activity, loop: Loop) -> int:
    count = expressions.number(machine, body, loop.cardinality, f"number of instances of {label(node)}")
    if count is None or not 0 <= count <= MOST:
        raise Incident("not_a_number", f"The number of instances of {label(node)} must be 0 to {MOST}.")
    return count


def _instance(machine: Machine, body: Token, node: Activity, index: int, item: JSON) -> None:
    loop = cast(Loop, node.element.loop)
    data = dict.fromkeys(own_names(loop.output_element))
    if loop.element_variable:
        data[loop.element_variable] = item
    if loop.index_variable:
        data[loop.index_variable] = index
    machine.token(node, body, notes={"k": index}, data=data)


@lru_cache(maxsize=4096)
def own_names(output: Expression | None) -> tuple[str, ...]:
    """Return the variables that each instance has for itself because its output element reads them.

    Without this the instances would overwrite each other in the process. Found once, for every instance asks.
    """
    if output is None:
        return ()
    root = output.feel.split(".")[0]
    return tuple(name for name in output.names if name == root != "loopCounter")


def instance_left(machine: Machine, body: Token, instance: Token) -> None:
    """Count an instance that is done."""
    notes = body.internal_data
    notes["done"] += 1
    loop = cast(Loop, cast("Activity", body.task_spec).element.loop)
    if loop.output_collection:
        block, place = divmod(instance.internal_data["k"], BLOCK)
        outputs = notes.get(f"out{block}", [None] * BLOCK)
        made = instance.internal_data.get("out")
        notes[f"out{block}"] = [*outputs[:place], made, *outputs[place + 1 :]]
    if instance.data and (loop.completion_condition is not None or loop.condition is not None):
        notes["last"] = instance.data
    if body._state == STARTED:
        machine.awake(body, "next")


def gathered(body: Token) -> list[JSON]:
    """Return what the instances have made so far, in the order of the items; null for those that have not ended."""
    notes = body.internal_data
    blocks = (notes.get(f"out{block}", [None] * BLOCK) for block in range(-(-notes["n"] // BLOCK)))
    return [output for block in blocks for output in block][: notes["n"]]


def proceed(machine: Machine, body: Token, node: Activity) -> bool:
    """Begin the next instance, wait for the others, or leave the loop; True when it is done."""
    loop, notes = cast(Loop, node.element.loop), body.internal_data
    if notes.get("at") == "end":
        return _close(machine, body, node)
    if loop.throws and not behaviour.throw(machine, body, loop):
        return False
    if not loop.multi:
        more = _goes_on(machine, body, loop)
    else:
        if (
            loop.completion_condition is not None
            and notes["done"]
            and (expressions.holds(machine, body, loop.completion_condition, notes.get("last")))
        ):
            return _close(machine, body, node)
        more = notes["done"] < notes["n"]
    if not more:
        return _close(machine, body, node)
    if (loop.sequential or not loop.multi) and notes["next"] == notes["done"]:
        index = notes["next"]
        item = notes["items"][index] if "items" in notes else None
        _instance(machine, body, node, index, item)
        notes["next"] = index + 1
    return False


def body_of(scope: Token | None) -> Token | None:
    """Return the multi-instance body around a scope of the same process, or None."""
    while scope is not None and not scope.task_spec.is_process:
        if scope.internal_data.get("n") is not None:
            return scope
        scope = scope.parent
    return None


def end(machine: Machine, body: Token) -> None:
    """End a loop before its time: the instances that run are cancelled."""
    machine.clear(body, keep_guards=True)
    machine.awake(body, "end")


def _goes_on(machine: Machine, body: Token, loop: Loop) -> bool:
    """Return whether a standard loop makes another round (table 10.28)."""
    done = body.internal_data["done"]
    if loop.maximum is not None and done >= loop.maximum:
        return False
    if done == 0 and not loop.test_before:
        return True
    if loop.condition is None:
        return loop.maximum is not None or done == 0
    last = body.internal_data.get("last", {})
    return expressions.holds(machine, body, loop.condition, {**last, "loopCounter": done})


def _close(machine: Machine, body: Token, node: Activity) -> bool:
    """End what is left of the instances and hand on what they made."""
    loop, notes = cast(Loop, node.element.loop), body.internal_data
    notes["at"] = "end"
    machine.clear(body, keep_guards=True)
    if loop.multi and loop.output_collection:
        out = gathered(body)
        if not loop.output_gaps:
            out = [output for output in out if output is not None]
        scopes.put_path(machine, body.parent, loop.output_collection, out)
    compensation.remember_loop(body)
    return True
