"""The specification of one process version, as SpiffWorkflow knows it: shared by all, changed by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from bpmn.language.process import Process, SequenceFlow

if TYPE_CHECKING:
    from bpmn.engine.nodes import Node


class Graph(WorkflowSpec):
    """Node specs and sequence flows of a process and of every sub-process in it, by id."""

    def __init__(self, process: Process, ref: str) -> None:
        super().__init__(name=process.id)
        self.process = process
        self.ref = ref
        self.flows: dict[str, SequenceFlow] = {}
        is_camunda8 = process.dialect == "camunda8"
        #: what an output mapping leaves out stays inside, as Camunda 8 does it
        self.outputs_hide_the_rest = is_camunda8
        #: an ad-hoc sub-process that is told to begin nothing stays open
        self.ad_hoc_waits_to_be_told = process.dialect in ("camunda8", "flowable", "activiti")
        #: the handlers of a compensation begin all at once, the last completed activity's first
        self.compensates_at_once = is_camunda8
        #: of those only the ones that wait for a person or message hold up no other: jobs run one after the other
        self.compensates_past_waits = process.dialect in ("camunda7", "flowable", "activiti")
        #: a multi-instance activity has one handler for all of it
        self.compensates_loops_once = is_camunda8
        #: what a loop has gathered so far, and what an ad-hoc sub-process can begin, can be read inside
        self.shows_what_is_gathered = is_camunda8
        #: a call hands back its outputs also when an error or escalation leaves the called process
        self.hands_back_on_errors = process.dialect == "camunda7"
        #: errors and escalations of an interrupting handler reach the other handlers of its scope
        self.handlers_guard_each_other = process.dialect == "camunda7"
        #: a condition that stays true fires again at each change, where the standard wants it false in between
        self.conditions_repeat = process.dialect in ("camunda7", "camunda8")
        #: the changes of every variable are heard, not only of those that the condition reads
        self.conditions_hear_all = process.dialect == "camunda7"
        #: an inclusive join waits for every token that can still reach it, and takes all of them at once
        self.joins_wait_for_all = process.dialect in ("camunda7", "flowable", "activiti")
        #: and fires at once when as many tokens wait as flows lead to it
        self.joins_fire_when_full = process.dialect == "camunda7"
        #: a sequence counts one active instance also while it is asked whether it is complete
        self.sequence_counts_one = process.dialect in ("camunda7", "flowable", "activiti")
        #: Camunda 8 counts loops from 1, everybody else from 0
        self.first_counter = 1 if is_camunda8 else 0

    @property
    def nodes(self) -> dict[str, Node]:
        """Node specs by element id; the process itself has the empty id."""
        return self.task_specs

    @property
    def root(self) -> Node:
        """The spec of the scope of the whole process."""
        return self.nodes[""]
