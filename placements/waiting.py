"""What an application waits for, and how long it has waited."""

from dataclasses import dataclass
from datetime import date

from placements.models import GrantApplication

Status = GrantApplication.Status

#: After so many days without an answer it is time to ask the police (DOMAIN.md 4.9).
PATIENCE_DAYS = 60


@dataclass(frozen=True)
class Waiting:
    """`days` since the last step; None when nobody is waited for, or a draft has no first day."""

    text: str
    days: int | None
    is_long: bool = False


def waiting_for(application: GrantApplication, today: date, completion: date | None = None) -> Waiting | None:
    """None when there is nothing more to wait for. `completion`: the last day of an open request for more."""
    if application.status == Status.DRAFT:
        return Waiting("Att skickas", None)
    if application.status == Status.SENT and completion is not None:
        return Waiting(f"Vår komplettering senast {completion.isoformat()}", None, completion < today)
    if application.status == Status.SENT and application.sent is not None:
        days = (today - application.sent).days
        return Waiting("Polismyndighetens svar", days, days > PATIENCE_DAYS)
    if application.status in (Status.GRANTED, Status.PARTLY) and application.decided is not None:
        return Waiting("Utbetalning", (today - application.decided).days)
    if application.status == Status.PAID:
        paid = application.paid_on
        return Waiting("Slutredovisning", (today - paid).days if paid else None)
    if application.status == Status.ACCOUNTED and application.left_to_repay:
        since = application.accounted_on
        return Waiting("Återbetalning", (today - since).days if since else None)
    return None


def chip_tone(status: str) -> str:
    """The tone of the status chip."""
    return {
        Status.DRAFT: "neutral",
        Status.SENT: "info",
        Status.GRANTED: "success",
        Status.PARTLY: "success",
        Status.REFUSED: "danger",
        Status.PAID: "success",
        Status.ACCOUNTED: "neutral",
        Status.REPAID: "neutral",
        Status.DISMISSED: "neutral",
    }[Status(status)]
