"""The process engine: pure functions from a state and a command to the next state and its effects.

SpiffWorkflow's core keeps the tasks and their states, the node specs of this package say what BPMN means
(docs/engine.md). Nothing here reads a clock, a database or a network.
"""

from __future__ import annotations

from bpmn.engine import codec, commands, effects, timers
from bpmn.engine.codec import Dump
from bpmn.engine.commands import Command
from bpmn.engine.effects import Effect, Entry, Happened, Status
from bpmn.engine.errors import CommandRefused, EngineError, StateUnreadable
from bpmn.engine.host import Answer, Host
from bpmn.engine.limits import Budget
from bpmn.engine.migration import MigrationProblem
from bpmn.engine.starts import StartEvent, first_due, start_events
from bpmn.engine.state import Advance, State, TokenView
from bpmn.engine.verbs import advance, migration_problems, start

__all__ = [
    "Advance",
    "Answer",
    "Budget",
    "Command",
    "CommandRefused",
    "Dump",
    "Effect",
    "EngineError",
    "Entry",
    "Happened",
    "Host",
    "MigrationProblem",
    "StartEvent",
    "State",
    "StateUnreadable",
    "Status",
    "TokenView",
    "advance",
    "codec",
    "commands",
    "effects",
    "first_due",
    "migration_problems",
    "start",
    "start_events",
    "timers",
]
