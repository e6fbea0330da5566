"""Money moves between the lines of a year, by a decision; and next year's lines follow from this year's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.money import format_kr
from avhopp.kernel.refusal import Refused
from placements.actions.budget import LineFacts, add_budget_line
from placements.actions.operation import one_at_a_time
from placements.actions.refusals import told
from placements.models import BudgetLine, BudgetReallocation

#: Lines that live on from year to year. The others end with their year.
LASTING = (BudgetLine.Kind.PERMANENT, BudgetLine.Kind.FRAME)


def reallocate(
    *,
    source: BudgetLine,
    target: BudgetLine,
    amount: Decimal,
    decided: date,
    decision_ref: str,
    by: User,
    today: date,
    ref: str | None = None,
) -> BudgetReallocation:
    """Move kronor between two lines of one year.

    Raises:
        Refused: not_allowed, same_line, other_year, amount_not_positive, more_than_the_line, in_the_future,
            before_the_line, decision_missing, ref_taken.
    """
    demand(by, Can.WRITE_BUDGET, source)
    demand(by, Can.WRITE_BUDGET, target)
    if source.pk == target.pk:
        raise Refused("same_line", "Välj två olika rader.", field="target")
    if source.year != target.year:
        raise Refused("other_year", "Pengar kan bara flyttas mellan rader för samma år.", field="target")
    if amount <= 0:
        raise Refused("amount_not_positive", "Skriv ett belopp som är större än noll.", field="amount")
    if decided > today:
        raise Refused("in_the_future", "Beslutet kan inte ligga efter i dag.", field="decided")
    if decided < max(source.decided, target.decided):
        raise Refused("before_the_line", "Beslutet är äldre än en av raderna.", field="decided")
    if not decision_ref.strip():
        raise Refused(
            "decision_missing", "Skriv vilket beslut omfördelningen grundas på.", field="decision_ref"
        )
    one_at_a_time(by)
    left = BudgetLine.objects.visible_to(by).with_balance(None).get(pk=source.pk).balance
    if amount > left:
        raise Refused(
            "more_than_the_line",
            f"Raden har {format_kr(left)}. Mer kan inte flyttas därifrån.",
            field="amount",
        )
    moved = BudgetReallocation(
        municipality_id=by.municipality_id,
        source=source,
        target=target,
        amount=amount,
        decided=decided,
        decision_ref=decision_ref.strip(),
    )
    moved.ref = ref or str(moved.pk)
    with told():
        moved.save(force_insert=True)
    record(
        by=by,
        kind="budget_omfordelad",
        requires=Can.SEE_BUDGET,
        on=decided,
        object_id=source.pk,
        text=f"{format_kr(amount)} flyttades mellan budgetrader för {source.year}.",
    )
    return moved


@dataclass(frozen=True)
class NextLine:
    """A line of the year before, and what was decided that it is next year; None: it does not go on."""

    before: BudgetLine
    amount: Decimal | None


def open_year(
    *, year: int, lines: Iterable[NextLine], decided: date, decision_ref: str, by: User, today: date
) -> list[BudgetLine]:
    """Next year's lines out of this year's, each with the amount that was decided for it.

    What was directed to a year, and the state's money, ends with it and is never carried over.

    Raises:
        Refused: not_allowed, line_does_not_last, year_is_open, nothing_chosen, and those of add_budget_line.
    """
    demand_in_general(by, Can.WRITE_BUDGET)
    chosen = [row for row in lines if row.amount is not None]
    if any(row.before.kind not in LASTING for row in chosen):
        raise Refused("line_does_not_last", "Riktade medel och statsbidrag gäller bara sitt år.")
    if not chosen:
        raise Refused("nothing_chosen", "Välj minst en rad som fortsätter.")
    one_at_a_time(by)
    if BudgetLine.objects.visible_to(by).of_year(year).exists():
        raise Refused("year_is_open", f"Det finns redan budgetrader för {year}. Lägg till rader en och en.")
    return [
        add_budget_line(
            facts=LineFacts(year, row.before.kind, row.amount or Decimal(0), decided, decision_ref),
            by=by,
            today=today,
        )
        for row in chosen
    ]
