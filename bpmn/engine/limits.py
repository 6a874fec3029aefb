"""How much one step and one instance may use before the engine stops it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of one call of the engine and of the instance it moves."""

    #: nodes passed in one call; the rest is done in the next transaction with `Resume`
    nodes: int = 10_000
    #: after so long no further node is begun in one call: others wait for the transaction it runs in
    seconds: float = 5.0
    #: nodes passed without coming to rest, over all calls; more is the incident `endless_loop`
    endless: int = 50_000
    #: tokens and instances of activities that live at the same time; more is `too_many_tokens`
    tokens: int = 20_000
    #: call activities inside each other; more is `call_depth_exceeded`
    depth: int = 64
