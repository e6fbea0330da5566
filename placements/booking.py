"""What a month that is closed books: the difference between what is known now and what is booked. Pure.

A closed month is never rewritten. When a stay turns out to have ended earlier, or a price was wrong, the
difference is booked with the next month that is closed, under the month that it concerns. Whatever happens in
between, everything booked adds up to what was known at the last closing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.kernel.periods import ONE_DAY, Period, months_between
from placements.costs import NOTHING, Key, Stay, cost, nights


@dataclass(frozen=True, slots=True)
class Used:
    """Nights, and exact kronor."""

    nights: int = 0
    cost: Decimal = NOTHING

    def __add__(self, other: "Used") -> "Used":
        return Used(self.nights + other.nights, self.cost + other.cost)

    def __sub__(self, other: "Used") -> "Used":
        return Used(self.nights - other.nights, self.cost - other.cost)

    def __bool__(self) -> bool:
        return bool(self.nights or self.cost)


#: A stay and the first day of a month.
Place = tuple[Key, date]


def used_by_month(stays: Iterable[Stay], end: date) -> dict[Place, Used]:
    """What each stay that has begun has used of each month before `end`; months without use are left out."""
    found = {}
    for stay in stays:
        # A charged departure day is the last that can cost anything.
        last = end if stay.end is None else min(end, stay.end + ONE_DAY)
        if last <= stay.start:
            continue
        for month in months_between(stay.start, last):
            part = month.intersection(Period(stay.start, end))
            used = Used() if part is None else Used(nights(stay, part), cost(stay, part))
            if used:
                found[stay.key, month.start] = used
    return found


def to_book(now: Mapping[Place, Used], booked: Mapping[Place, Used]) -> dict[Place, Used]:
    """What is to be booked so that everything booked is what is known now; no row where nothing differs."""
    differences = {place: now.get(place, Used()) - booked.get(place, Used()) for place in now.keys() | booked}
    return {place: used for place, used in differences.items() if used}


def total(rows: Iterable[Used]) -> Used:
    return sum(rows, Used())
