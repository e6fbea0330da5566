"""The stays and plans that are known on a day, and what a year's money needs of them.

With thousands of stays behind, reading costs more than counting. Two things make it cheap: the walls weigh
the reader's cases once for all stays, and prices and absences are read of those that the year needs.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from avhopp.access.roles import Can, opens_alike
from avhopp.accounts.models import User
from avhopp.kernel.periods import Period
from cases.models import Case, Decision
from cases.visibility import IsAnyOf, opened_to
from placements.costs import Absence, Key, PricePeriod
from placements.episodes import Known
from placements.forecast import Placing
from placements.models import FrameworkAgreement, Placement, PlacementAbsence, PlacementPrice
from placements.models.placement import PlacementQuerySet
from placements.needed import need_terms
from placements.spent import Residence

WITHDRAWN = Q(end_reason=Placement.EndReason.NEVER_BEGAN)


@dataclass(frozen=True, slots=True)
class YearStays:
    """`known`: the stays and plans that stand, with their terms where the year needs them.

    `lived`: those of them that have begun and have their terms, among them all that have a night or a
    departure in the year. `withdrawn`: how many plans never began.
    """

    known: tuple[Known, ...]
    lived: tuple[Residence, ...]
    withdrawn: int


def known_stays(user: User, as_of: date) -> PlacementQuerySet:
    """Stays and plans of known cases and decisions; no joins, for each row of which the wall is costly."""
    return Placement.objects.visible_to(user).standing().filter(_known_by(user, as_of))


def year_stays(*, user: User, year: Period, cut: date, as_of: date) -> YearStays:
    """What the year's money is counted from. Three queries, however many stays there are."""
    rows = _dated(user, as_of)
    standing = [row for row in rows if not row.is_withdrawn]
    needed = need_terms((row.known(NO_TERMS) for row in standing), year, cut, as_of)
    terms = _terms_of(needed)
    known = tuple(row.known(terms.get(row.key, NO_TERMS)) for row in standing)
    return YearStays(
        known=known,
        lived=tuple(
            Residence(row.person, row.is_inside, placed.placing.stay_from(row.start))
            for row, placed in zip(standing, known, strict=True)
            if row.start is not None and row.key in needed
        ),
        withdrawn=len(rows) - len(standing),
    )


@dataclass(slots=True)
class _Terms:
    prices: list[PricePeriod] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)


NO_TERMS = _Terms()


class _Dated(NamedTuple):
    """A placement by its dates, in the order in which they are read."""

    key: UUID
    person: UUID
    planned_start: date
    start: date | None
    end: date | None
    moved_from: UUID | None
    agreement: UUID | None
    charges_departure_day: bool | None
    end_reason: str

    @property
    def is_withdrawn(self) -> bool:
        return self.end_reason == Placement.EndReason.NEVER_BEGAN

    @property
    def is_inside(self) -> bool:
        return self.agreement is not None

    def known(self, terms: _Terms) -> Known:
        placing = Placing(
            key=self.key,
            planned_start=self.planned_start,
            start=self.start,
            end=self.end,
            prices=tuple(terms.prices),
            absences=tuple(terms.absences),
            charges_departure_day=bool(self.charges_departure_day),
            moved_from=self.moved_from,
        )
        return Known(self.person, placing)


def _dated(user: User, as_of: date) -> list[_Dated]:
    """What is known, and the plans that were withdrawn: one read, since each weighs every case anew."""
    withdrawn = WITHDRAWN & Q(planned_start__lte=as_of)
    charging = FrameworkAgreement.objects.filter(charges_departure_day=True).order_by().values("id")
    rows = Placement.objects.visible_to(user).filter(withdrawn | ~WITHDRAWN & _known_by(user, as_of))
    return [
        _Dated(*row)
        for row in rows.order_by()
        .annotate(charges=IsAnyOf("agreement_id", charging))
        .values_list(
            "id", "person_id", "planned_start", "start", "end", "moved_from_id", "agreement_id", "charges",
            "end_reason",
        )
    ]  # fmt: skip


def _known_by(user: User, as_of: date) -> Q:
    """That the case had come in and the decision was made, and that the reader may see both.

    Asked the other way round: what came later is little, and is found without weighing every case. What the
    reader may see is the same cases for the three rights wherever the same grants open them.
    """
    later_cases = Case.objects.filter(received__gt=as_of).order_by().values("id")
    later_decisions = Decision.objects.filter(decided__gt=as_of).order_by().values("id")
    known = ~Q(case_id__in=later_cases) & ~Q(decision_id__in=later_decisions)
    for can in (Can.SEE_CASE, Can.SEE_DECISION):
        if not opens_alike(user.role, can, Can.SEE_PLACEMENT):
            known &= opened_to(user, can, "case_id")
    return known


def _terms_of(keys: Collection[Key]) -> dict[Key, _Terms]:
    """Prices and absences of placements that the reader sees, by date: two queries."""
    found = {key: _Terms() for key in keys}
    wanted = ("placement_id", "start", "end", "rate")
    for key, *price in PlacementPrice.objects.filter(placement_id__in=keys).values_list(*wanted):
        found[key].prices.append(PricePeriod(*price))
    for key, *absence in PlacementAbsence.objects.filter(placement_id__in=keys).values_list(*wanted):
        found[key].absences.append(Absence(*absence))
    return found
