"""Which state a loaded case is in. Pure."""

from cases.states import CaseState

#: States that a decision, and its carrying out, lead on from.
BEFORE_DECISION = frozenset(
    {
        CaseState.RECEIVED,
        CaseState.PRELIMINARY,
        CaseState.INVESTIGATION,
        CaseState.COMMUNICATED,
        CaseState.DECISION,
    }
)


def state_of(state: str, *, decided: bool, carried_out: bool) -> str:
    """The state that follows from the facts; one that is further on stays.

    `decided`: the case has a decision; `carried_out`: one is carried out, or a stay has begun.
    """
    if carried_out and (state in BEFORE_DECISION or state == CaseState.GRANTED):
        return CaseState.ONGOING
    if decided and state in BEFORE_DECISION:
        return CaseState.GRANTED
    return state
