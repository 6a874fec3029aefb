"""The table of rules. Each code has a section in docs/lint.md."""

from __future__ import annotations

from bpmn.language.lint import calls, events, gateways, loops, names, people, reach, sizes, soundness, starts, wiring
from bpmn.language.lint.subject import Rule

_ERRORS = (
    starts.process_empty,
    starts.start_missing,
    starts.start_of_several_events,
    starts.sub_process_empty,
    starts.sub_process_start_missing,
    starts.sub_process_starts_many,
    starts.sub_process_start_typed,
    starts.event_sub_process_start,
    starts.compensation_start_at_process,
    starts.ad_hoc_without_activity,
    wiring.flow_into_start,
    wiring.flow_out_of_end,
    wiring.flow_into_boundary,
    wiring.event_sub_process_flow,
    wiring.handler_flow,
    wiring.boundary_unattached,
    wiring.event_gateway_target,
    wiring.link_pairs,
    events.trigger_misplaced,
    events.trigger_missing,
    events.condition_missing,
    events.signal_thrown_missing,
    events.cancel_outside_transaction,
    events.compensation_target,
    events.compensation_twice,
    gateways.gateway_condition_missing,
    loops.multi_instance_without_items,
    loops.cardinality_invalid,
    loops.loop_endless,
    loops.round_without_rest,
    calls.binding_incomplete,
    calls.call_without_exit,
    people.ai_decision_without_key,
    sizes.text_too_long,
    sizes.number_out_of_range,
)
_WARNINGS = (
    starts.starts_many,
    starts.ad_hoc_events,
    starts.signal_start_twice,
    starts.message_start_expression,
    wiring.event_gateway_target_shared,
    wiring.throw_link_outgoing,
    events.message_missing,
    events.signal_caught_missing,
    events.always_interrupting,
    events.escalation_on_task,
    events.same_code_twice,
    events.message_without_correlation,
    events.compensation_without_handler,
    events.handler_unused,
    gateways.gateway_condition_single,
    gateways.inclusive_without_condition,
    gateways.gateway_without_default,
    gateways.condition_ignored,
    gateways.complex_without_condition,
    calls.called_process_unknown,
    calls.call_cycle,
    people.user_task_unassigned,
    people.ai_decision_without_person,
    people.ai_decision_without_fallback,
    reach.unreachable,
    reach.join_never_fires,
    soundness.deadlock,
    soundness.missing_synchronisation,
    names.name_similar,
    names.parallel_writes,
)
_INFOS = (
    starts.start_implied,
    gateways.gateway_without_way_out,
    people.user_task_without_deadline,
    names.name_unknown,
)

#: the code of a rule is the name of its function
RULES: tuple[Rule, ...] = (
    *(Rule(code=check.__name__, severity="error", check=check) for check in _ERRORS),
    *(Rule(code=check.__name__, severity="warning", check=check) for check in _WARNINGS),
    *(Rule(code=check.__name__, severity="info", check=check) for check in _INFOS),
)
