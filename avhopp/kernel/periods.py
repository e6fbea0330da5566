"""Half-open periods of days, and the calendar arithmetic of DOMAIN.md sections 2.2 and 7.2.

A stay [in, out) has as many nights as days: the day of arrival counts, the day of departure does not.
"""

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from avhopp.kernel.refusal import Refused

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to but not including `end`; `end` None runs on without end.

    Start and end on the same day is an empty period: no nights, overlaps nothing, like an empty
    daterange in PostgreSQL. Raises Refused period_order when the end lies before the start.
    """

    start: date
    end: date | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise Refused("period_order", "Slutdagen kan inte ligga före startdagen.", field="end")

    @property
    def nights(self) -> int:
        """The number of nights. Raises ValueError for an open period."""
        return (self._closed_end() - self.start).days

    def contains(self, day: date) -> bool:
        """Whether the night that begins on the day belongs to the period."""
        return self.start <= day and (self.end is None or day < self.end)

    def intersection(self, other: "Period") -> "Period | None":
        """The days that both have, or None when there are none."""
        start = max(self.start, other.start)
        end = min((end for end in (self.end, other.end) if end is not None), default=None)
        return Period(start, end) if end is None or start < end else None

    def overlaps(self, other: "Period") -> bool:
        """Whether at least one day belongs to both."""
        return self.intersection(other) is not None

    def days(self) -> Iterator[date]:
        """The days in order. Raises ValueError for an open period."""
        nights = self.nights  # outside the generator, so that an open period fails here
        return (self.start + timedelta(days=number) for number in range(nights))

    def _closed_end(self) -> date:
        if self.end is None:
            raise ValueError("the period is open: it has no end to count to")
        return self.end


def month(year: int, m: int) -> Period:
    """The calendar month."""
    start = date(year, m, 1)
    return Period(start, add_months(start, 1))


def year(y: int) -> Period:
    """The calendar year."""
    return Period(date(y, 1, 1), date(y + 1, 1, 1))


def quarter(day: date) -> Period:
    """The calendar quarter that the day belongs to."""
    start = date(day.year, day.month - (day.month - 1) % 3, 1)
    return Period(start, add_months(start, 3))


def add_months(day: date, n: int) -> date:
    """The same day n calendar months later (or earlier), clamped to the last day of that month.

    This is lag (1930:173) 1 §. 31 August + 6 is 28 or 29 February; 29 February 2024 + 12 is 28 February 2025.
    """
    years, month_index = divmod(day.month - 1 + n, 12)
    y, m = day.year + years, month_index + 1
    last = calendar.monthrange(y, m)[1]
    return date(y, m, min(day.day, last))


def parse_month(text: str) -> Period:
    """The calendar month written '2022-03'. Raises Refused month_format."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        try:
            return month(int(text[:4]), int(text[5:]))
        except ValueError:
            pass  # month 13, year 0, or a month whose end no date can hold
    raise Refused("month_format", "Skriv månaden som år och månad, till exempel 2022-03.")


def last_day(period: Period) -> date:
    """The last day that belongs to the period. Raises ValueError when it is open or empty."""
    if not period.nights:
        raise ValueError("an empty period has no last day")
    return period._closed_end() - ONE_DAY


def days_in_year(y: int) -> int:
    """365, or 366 in a leap year."""
    return 366 if calendar.isleap(y) else 365


def months_between(start: date, end: date) -> list[Period]:
    """The whole calendar months that have at least one day in [start, end), in order."""
    wanted = Period(start, end)
    months = []
    current = month(start.year, start.month)
    while current.overlaps(wanted):
        months.append(current)
        current = Period(current._closed_end(), add_months(current._closed_end(), 1))
    return months


def gaps(periods: Iterable[Period], within: Period) -> list[Period]:
    """The parts of `within` that no period covers, in order."""
    found = []
    reached: date | None = within.start
    for covered in _in_order(periods):
        shared = covered.intersection(within)
        if shared is None:
            continue
        if reached is None:
            break
        if reached < shared.start:
            found.append(Period(reached, shared.start))
        reached = None if shared.end is None else max(reached, shared.end)
    if reached is not None and (within.end is None or reached < within.end):
        found.append(Period(reached, within.end))
    return found


def overlapping(periods: Iterable[Period]) -> list[tuple[Period, Period]]:
    """Every pair of periods that share a day, the earlier start first."""
    ordered = _in_order(periods)
    pairs = []
    for position, first in enumerate(ordered):
        for second in ordered[position + 1 :]:
            if first.end is not None and second.start >= first.end:
                break
            if first.overlaps(second):
                pairs.append((first, second))
    return pairs


def _in_order(periods: Iterable[Period]) -> list[Period]:
    return sorted(periods, key=attrgetter("start"))
