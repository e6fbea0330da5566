"""A review's states, as one table. Pure."""

from enum import StrEnum

from avhopp.kernel.refusal import Refused

DRAWN, UNDER_REVIEW, SIGNED = "dragen", "granskas", "undertecknad"
LABELS = {DRAWN: "Dragen", UNDER_REVIEW: "Granskas", SIGNED: "Undertecknad"}
TONES = {DRAWN: "info", UNDER_REVIEW: "warning", SIGNED: "success"}


class ReviewEvent(StrEnum):
    MARK = "mark"  # one or more reads are marked, or the mark is changed
    SIGN = "sign"


#: (from, event) -> to. What is signed never changes.
TRANSITIONS = {
    (DRAWN, ReviewEvent.MARK): UNDER_REVIEW,
    (UNDER_REVIEW, ReviewEvent.MARK): UNDER_REVIEW,
    (DRAWN, ReviewEvent.SIGN): SIGNED,  # when all that was drawn is the auditor's own
    (UNDER_REVIEW, ReviewEvent.SIGN): SIGNED,
}


def next_state(state: str, event: ReviewEvent) -> str:
    """Where `event` leads from `state`.

    Raises:
        Refused: code `review_is_signed`.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise Refused("review_is_signed", "Granskningen är undertecknad och kan inte ändras.") from None
