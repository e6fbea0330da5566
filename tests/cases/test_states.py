"""The state machine and the steps on it: what the table does not say cannot happen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.roles import ROLES, Can, Role
from avhopp.kernel.refusal import Refused
from cases.states import OPEN_STATES, TRANSITIONS, CaseEvent, CaseState, events_from, next_state
from cases.steps import STEPS, offered

ENDS = {CaseEvent.DECLINE, CaseEvent.CLOSE, CaseEvent.TRANSFER_ACCEPTED, CaseEvent.DECEASED}


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("event", CaseEvent)
def test_an_event_leads_where_the_table_says_or_is_refused(state, event):
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) == TRANSITIONS[state, event]
    else:
        with pytest.raises(Refused) as refused:
            next_state(state, event)
        assert refused.value.code == "not_in_this_state"


@given(st.lists(st.sampled_from(CaseEvent), max_size=40))
def test_no_sequence_leaves_a_closed_case_or_closes_it_by_accident(events):
    state = CaseState.RECEIVED
    for event in events:
        try:
            following = next_state(state, event)
        except Refused:
            assert event not in events_from(state)
            continue
        assert state != CaseState.CLOSED
        assert (following == CaseState.CLOSED) == (event in ENDS)
        state = following


@given(st.lists(st.sampled_from(CaseEvent), max_size=60))
def test_a_measure_never_goes_on_without_a_granted_decision(events):
    state, granted = CaseState.RECEIVED, False
    for event in events:
        if event not in events_from(state):
            continue
        granted |= event == CaseEvent.GRANT
        state = next_state(state, event)
        if event == CaseEvent.ENFORCE:
            assert granted


def test_every_state_can_be_reached_and_left():
    reached = {CaseState.RECEIVED}
    for _ in CaseState:
        reached |= {end for (start, _), end in TRANSITIONS.items() if start in reached}
    assert reached == set(CaseState)
    assert all(CaseEvent.DECEASED in events_from(state) for state in OPEN_STATES)
    assert events_from(CaseState.CLOSED) == []


def test_every_event_is_a_step_with_words_or_a_page():
    assert set(STEPS) == set(CaseEvent)
    assert all(step.page or (step.tells and step.done) for step in STEPS.values())


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("role", Role)
def test_steps_are_offered_by_state_and_right(state, role):
    steps = offered(state, lambda can: can in ROLES[role])
    assert {step.event for step in steps} <= set(events_from(state))
    assert all(step.can in ROLES[role] for step in steps)
    missing = set(events_from(state)) - {step.event for step in steps}
    shown_pages = {step.page for step in steps if step.page}
    assert all(STEPS[e].can not in ROLES[role] or STEPS[e].page in shown_pages for e in missing)


def test_the_manager_decides_and_writes_nothing_else():
    decides = {step.page for step in offered(CaseState.DECISION, lambda can: can in ROLES[Role.UNIT_MANAGER])}
    assert decides == {"decide"}
    assert offered(CaseState.RECEIVED, lambda can: can in ROLES[Role.UNIT_MANAGER]) == []


def test_nobody_without_rights_is_offered_anything():
    assert all(offered(state, lambda _: False) == [] for state in CaseState)
    assert Can.DECIDE not in ROLES[Role.COORDINATOR]
