"""Budget lines, as the committee or the council decided them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max

from avhopp.access.policy import demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from placements.actions.operation import one_at_a_time
from placements.actions.refusals import told
from placements.models import BudgetLine


@dataclass(frozen=True)
class LineFacts:
    """A line in kronor for a year; `decision_ref` says where it was decided, for example KF § 12."""

    year: int
    kind: str
    amount: Decimal
    decided: date
    decision_ref: str


def add_budget_line(*, facts: LineFacts, by: User, today: date, ref: str | None = None) -> BudgetLine:
    """A decided line, after those that are there. A change of the budget is a new line.

    Raises:
        Refused: not_allowed, in_the_future, decision_missing, ref_taken.
    """
    demand_in_general(by, Can.WRITE_BUDGET)
    if facts.decided > today:
        raise Refused("in_the_future", "Beslutet kan inte ligga efter i dag.", field="decided")
    if not facts.decision_ref.strip():
        raise Refused("decision_missing", "Skriv vilket beslut raden grundas på.", field="decision_ref")
    one_at_a_time(by)
    lines = BudgetLine.objects.filter(municipality_id=by.municipality_id)
    last = lines.of_year(facts.year).aggregate(last=Max("position"))["last"]
    line = BudgetLine(
        municipality_id=by.municipality_id,
        year=facts.year,
        kind=facts.kind,
        amount=facts.amount,
        decided=facts.decided,
        decision_ref=facts.decision_ref.strip(),
        position=0 if last is None else last + 1,
    )
    line.ref = ref or str(line.pk)
    with told():
        line.save(force_insert=True)
    record(
        by=by,
        kind="budgetrad_tillagd",
        requires=Can.SEE_BUDGET,
        on=facts.decided,
        object_id=line.pk,
        text=f"En budgetrad för {facts.year} lades till.",
    )
    return line
