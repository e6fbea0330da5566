"""The monthly report's states, as one table. Pure: no database, no clock."""

from enum import StrEnum

from avhopp.kernel.refusal import Refused

WAITING, RUNNING, DONE, FAILED, APPROVED = "vantar", "pagar", "klar", "misslyckades", "godkand"


class ReportEvent(StrEnum):
    CLAIM = "claim"  # a worker takes it, also over from one whose lease ran out
    FINISH = "finish"
    FAIL = "fail"
    RELEASE = "release"  # an unexpected error: back in the queue
    RETRY = "retry"
    EDIT = "edit"  # the administration's text changed: both files are made anew
    APPROVE = "approve"


#: (from, event) -> to. What is not here cannot happen; an approved report never changes.
TRANSITIONS: dict[tuple[str, ReportEvent], str] = {
    (WAITING, ReportEvent.CLAIM): RUNNING,
    (RUNNING, ReportEvent.CLAIM): RUNNING,
    (RUNNING, ReportEvent.FINISH): DONE,
    (RUNNING, ReportEvent.FAIL): FAILED,
    (RUNNING, ReportEvent.RELEASE): WAITING,
    (FAILED, ReportEvent.RETRY): WAITING,
    (WAITING, ReportEvent.EDIT): WAITING,
    (RUNNING, ReportEvent.EDIT): WAITING,
    (DONE, ReportEvent.EDIT): WAITING,
    (FAILED, ReportEvent.EDIT): WAITING,
    (DONE, ReportEvent.APPROVE): APPROVED,
}

REFUSALS = {
    ReportEvent.APPROVE: "Rapporten kan godkännas när båda filerna är klara.",
    ReportEvent.EDIT: "Rapporten är godkänd och kan inte ändras. Skapa en rättad version i stället.",
    ReportEvent.RETRY: "Bara en rapport som misslyckats kan köras igen.",
}


def next_status(status: str, event: ReportEvent) -> str:
    """Where `event` leads from `status`.

    Raises:
        Refused: code `not_in_this_state`.
    """
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        text = REFUSALS.get(event, "Någon annan arbetar redan med rapporten.")
        raise Refused("not_in_this_state", text) from None
