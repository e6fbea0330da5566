"""The invoice's state machine, as one table. Pure: no database, no clock.

The database holds the same table by itself (migration 0002, `invoice_steps`).
"""

from django.db import models

from avhopp.kernel.refusal import Refused


class InvoiceState(models.TextChoices):
    RECEIVED = "mottagen", "Mottagen"
    QUESTION = "fraga", "Fråga till utföraren"
    REJECTED = "avvisad", "Avvisad"
    APPROVED = "granskad", "Granskad"
    ATTESTED = "attesterad", "Attesterad"
    EXPORTED = "exporterad", "Exporterad"
    PAID = "betald", "Betald"


S = InvoiceState
#: State -> the states that may follow.
STEPS: dict[InvoiceState, tuple[InvoiceState, ...]] = {
    S.RECEIVED: (S.APPROVED, S.QUESTION, S.REJECTED),
    S.QUESTION: (S.RECEIVED, S.APPROVED, S.REJECTED),
    S.APPROVED: (S.ATTESTED, S.RECEIVED),
    S.ATTESTED: (S.EXPORTED, S.APPROVED),
    S.EXPORTED: (S.PAID,),
    S.PAID: (),
    S.REJECTED: (),
}
#: While an invoice is here its lines can be matched.
OPEN = (S.RECEIVED, S.QUESTION)
#: From here on the nights of its lines are spoken for: nobody else can be paid for them.
HOLDING = (S.APPROVED, S.ATTESTED, S.EXPORTED, S.PAID)
#: From here on it has an account string, and nothing of it changes.
FROZEN = (S.ATTESTED, S.EXPORTED, S.PAID)
TONES = {
    S.RECEIVED: "warning", S.QUESTION: "info", S.REJECTED: "danger", S.APPROVED: "info",
    S.ATTESTED: "success", S.EXPORTED: "neutral", S.PAID: "neutral",
}  # fmt: skip


def check_step(now: str, to: InvoiceState) -> None:
    """Refuse a step that does not lead from the state.

    Raises:
        Refused: `wrong_state`, with the state that the invoice has: somebody else may have been first.
    """
    if to not in STEPS[InvoiceState(now)]:
        raise _wrong(now)


def check_open(now: str) -> None:
    """Refuse what is done to an invoice that nobody has approved, rejected or taken further.

    Taking back an attest leads to the same state as an approval: the step alone does not tell them apart.

    Raises:
        Refused: `wrong_state`.
    """
    if now not in OPEN:
        raise _wrong(now)


def _wrong(now: str) -> Refused:
    return Refused(
        "wrong_state",
        f"Fakturan har läget ”{InvoiceState(now).label}”, så det går inte att göra det här nu. "
        "Någon annan kan ha hunnit före dig.",
    )
