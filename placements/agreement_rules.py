"""What a framework agreement says about prices: the list, the index clause, nights away. Pure.

Rates are kronor per night, periods half-open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from avhopp.kernel.money import format_percent, round_kr
from avhopp.kernel.refusal import Refused
from placements.costs import Absence, PricePeriod, Stay, rate_on


@dataclass(frozen=True, slots=True)
class AbsenceRule:
    """Full price for the first `full_nights` nights away, then `share` (0 to 1) of it."""

    full_nights: int
    share: Decimal

    @property
    def in_words(self) -> str:
        """The rule as a part of a Swedish sentence."""
        decimals = max(0, -int((self.share * 100).normalize().as_tuple().exponent))
        after = f"{format_percent(self.share, decimals)} av priset"
        if not self.full_nights:
            return after
        first = "första dygnet" if self.full_nights == 1 else f"de första {self.full_nights} dygnen"
        return f"fullt pris {first}, därefter {after}"


def relisted(prices: Iterable[PricePeriod], start: date, rate: Decimal) -> tuple[PricePeriod, ...]:
    """The list with a new price from `start` until the next price that is agreed already.

    A list without rows, of a new level of care, begins there. No gap and no overlap comes of it.
    Raises Refused price_before_list, price_that_day, negative_rate.
    """
    if rate < 0:
        raise Refused("negative_rate", "Ett dygnspris kan inte vara mindre än noll.", field="rate")
    rows = sorted(prices, key=lambda row: row.start)
    if not rows:
        return (PricePeriod(start, None, rate),)
    if start < rows[0].start:
        raise Refused(
            "price_before_list",
            f"Prislistan börjar {rows[0].start.isoformat()}. Välj en senare dag.",
            field="start",
        )
    if any(row.start == start for row in rows):
        raise Refused(
            "price_that_day", "Det finns redan ett pris från den dagen. Välj en annan dag.", field="start"
        )
    until = next((row.start for row in rows if row.start > start), None)
    kept = [replace(row, end=start) if row.start < start and _reaches(row, start) else row for row in rows]
    return tuple(sorted([*kept, PricePeriod(start, until, rate)], key=lambda row: row.start))


def _reaches(row: PricePeriod, day: date) -> bool:
    return row.end is None or row.end > day


def rate_from(prices: Iterable[PricePeriod], day: date) -> Decimal | None:
    """The listed rate of the night that begins on the day, None when nothing is agreed for it."""
    return next((row.rate for row in prices if row.start <= day and _reaches(row, day)), None)


def prices_between(prices: Iterable[PricePeriod], first: date, end: date | None) -> tuple[PricePeriod, ...]:
    """What the list says of the nights [first, end), None runs on: a proposal for a stay's own prices.

    The first row begins on `first`, each ends where the next begins, the last one runs on. Nothing when
    nothing is agreed for the first night.
    """
    rows = sorted(prices, key=lambda row: row.start)
    rate = rate_from(rows, first)
    if rate is None:
        return ()
    later = [row for row in rows if row.start > first and (end is None or row.start < end)]
    starts = [first, *(row.start for row in later)]
    rates = [rate, *(row.rate for row in later)]
    return tuple(map(PricePeriod, starts, [*starts[1:], None], rates))


def indexed(rate: Decimal, *, share: Decimal, base: Decimal, now: Decimal) -> Decimal:
    """The rate when `share` of it (0 to 1) follows an index that was `base` and is `now`, to the öre.

    Raises Refused index_not_positive.
    """
    for field, value in (("base", base), ("now", now)):
        if value <= 0:
            raise Refused("index_not_positive", "Indextalet måste vara större än noll.", field=field)
    return round_kr(rate + rate * share * (now - base) / base)


def next_index_day(month: int, after: date) -> date:
    """The first day of the index month that lies after the day."""
    this_year = date(after.year, month, 1)
    return this_year if this_year > after else date(after.year + 1, month, 1)


def away_by_rule(
    first: date, back: date, prices: Iterable[PricePeriod], rule: AbsenceRule
) -> tuple[Absence, ...]:
    """What the nights [first, back) away cost by the agreement, as absences of one rate each.

    Of each night's own price: all of it first, then the share, to the öre. The first price reaches back and
    the last one on. Raises Refused absence_empty, price_gap.
    """
    if back <= first:
        raise Refused("absence_empty", "Återkomsten måste ligga efter den första natten borta.", field="end")
    rows = tuple(prices)
    there = Stay("", first, back, rows)
    turn = first + timedelta(days=rule.full_nights)
    edges = sorted({first, turn, *(row.start for row in rows)})
    parts: list[Absence] = []
    for day in (edge for edge in edges if first <= edge < back):
        rate = rate_on(there, day)
        rate = rate if day < turn else round_kr(rate * rule.share)
        if parts and parts[-1].rate == rate:
            continue
        if parts:
            parts[-1] = replace(parts[-1], end=day)
        parts.append(Absence(day, back, rate))
    return tuple(parts)
