"""What a case costs, to be shown beside what is applied for. Counted from rows that the reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from avhopp.kernel.periods import ONE_DAY, Period
from placements.costs import NOTHING, cost, nights
from placements.models import Placement


@dataclass(frozen=True)
class CaseCost:
    """Nights and kronor of a case's stays up to and including today, and in all.

    In all: to the end of each stay, plans included; what runs on is counted to the end of this year.
    """

    nights: int = 0
    so_far: Decimal = NOTHING
    in_all: Decimal = NOTHING


def explained_cost(*, case_ids: Iterable[UUID], today: date) -> dict[UUID, CaseCost]:
    """What each case costs; every case asked for has an answer. Three queries."""
    wanted = list(case_ids)
    rows = Placement.objects.standing().filter(case_id__in=wanted).with_terms()
    return sum_by_case(rows, wanted, today)


def sum_by_case(rows: Iterable[Placement], case_ids: Iterable[UUID], today: date) -> dict[UUID, CaseCost]:
    """As `explained_cost`, from rows that are read already (`with_terms`)."""
    found = dict.fromkeys(case_ids, CaseCost())
    year_end = date(today.year + 1, 1, 1)
    for row in rows:
        stay = row.as_stay()
        end = stay.end + ONE_DAY if stay.end is not None else max(year_end, stay.start)
        past = Period(stay.start, max(stay.start, min(end, today + ONE_DAY)))
        so_far = found[row.case_id]
        found[row.case_id] = CaseCost(
            nights=so_far.nights + (nights(stay, past) if row.has_begun else 0),
            so_far=so_far.so_far + (cost(stay, past) if row.has_begun else NOTHING),
            in_all=so_far.in_all + cost(stay, Period(stay.start, end)),
        )
    return found
