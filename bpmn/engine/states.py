"""The states of SpiffWorkflow's tasks that the engine uses."""

from __future__ import annotations

from SpiffWorkflow.util.task import TaskState

FUTURE: int = TaskState.FUTURE  #: made, nobody runs it yet
WAITING: int = TaskState.WAITING  #: a subscription, or a token in a join
READY: int = TaskState.READY  #: in the queue
STARTED: int = TaskState.STARTED  #: a scope, or work that somebody outside does
COMPLETED: int = TaskState.COMPLETED
ERROR: int = TaskState.ERROR  #: an incident
CANCELLED: int = TaskState.CANCELLED
