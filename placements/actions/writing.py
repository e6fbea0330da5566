"""The rows of a stay, written from what the pure rules say it is. The actions have asked the rights."""

from collections.abc import Iterable
from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.refusal import Refused
from cases.actions.decision import enforce_decision
from cases.models import Case, Decision
from placements.costs import Absence, PricePeriod, Stay
from placements.models import Placement, PlacementAbsence, PlacementPrice


def opened(case: Case, by: User) -> Case:
    """The case, locked, for somebody who may place in it.

    Raises Refused not_allowed, case_closed.
    """
    demand(by, Can.WRITE_PLACEMENT, case)
    case = Case.objects.locked().get(pk=case.pk)
    if not case.is_open:
        raise Refused("case_closed", "Ärendet är avslutat. Placeringar i det kan inte ändras.")
    return case


def held(placement: Placement, by: User) -> Placement:
    """The placement with its terms, it and its case locked, for somebody who may change it.

    Raises Refused not_allowed, case_closed, never_began.
    """
    opened(placement.case, by)
    placement = Placement.objects.locked().with_terms().with_extensions().get(pk=placement.pk)
    if placement.never_began:
        raise Refused("never_began", "Planen är borttagen. Gör en ny placering.")
    return placement


#: What the actions change of a placement besides its prices and absences.
CHANGED = (
    "start", "planned_end", "departed", "end", "end_reason", "moved_from", "destination", "resumption",
)  # fmt: skip


def write_stay(placement: Placement, stay: Stay, *, reasons: dict[date, str] | None = None) -> None:
    """Make start, prices and absences what the stay says. Rows that say so already are not touched.

    A new departure has been set on the placement before (`set_end`), which knows whether it has happened.
    `reasons` gives the reason of an absence by its first day.
    """
    if placement.end != stay.end:
        raise ValueError("the stay's end is not the placement's: set_end says whether it has happened")
    if placement.has_begun:
        placement.start = stay.start
    placement.save(update_fields=CHANGED)
    _write_prices(placement, stay.prices)
    _write_absences(placement, stay.absences, reasons or {})


def write_new(placement: Placement, prices: Iterable[PricePeriod]) -> None:
    """A new placement with its prices."""
    placement.save(force_insert=True)
    _write_prices(placement, tuple(prices))


def _write_prices(placement: Placement, wanted: tuple[PricePeriod, ...]) -> None:
    rows = {(row.start, row.end, row.rate): row for row in PlacementPrice.objects.filter(placement=placement)}
    missing = [price for price in wanted if rows.pop((price.start, price.end, price.rate), None) is None]
    for price in missing:
        row = next((left for left in rows.values() if left.rate == price.rate), None)
        if row is None:
            row = PlacementPrice(placement=placement, case_id=placement.case_id, rate=price.rate)
        else:
            del rows[row.start, row.end, row.rate]
        row.start, row.end = price.start, price.end
        row.save()
    for row in rows.values():
        row.delete()


def _write_absences(placement: Placement, wanted: tuple[Absence, ...], reasons: dict[date, str]) -> None:
    kept = {row.start: row for row in PlacementAbsence.objects.filter(placement=placement)}
    rows = []
    for absence in wanted:
        row = kept.pop(absence.start, None)
        if row is None:
            row = PlacementAbsence(
                placement=placement,
                case_id=placement.case_id,
                start=absence.start,
                reason=reasons.get(absence.start, ""),
            )
        row.rate, row.end = absence.rate, absence.end
        rows.append(row)
    for row in kept.values():
        row.delete()
    for row in rows:
        row.save()


def enforce(*, decision: Decision, on: date, by: User, today: date) -> None:
    """The first stay of a decision carries it out; a decision that is carried out already keeps its day."""
    if Decision.objects.filter(pk=decision.pk, enforced=None).exists():
        enforce_decision(decision=decision, on=max(on, decision.decided), by=by, today=today)
