"""What a stay costs: nights, price periods, absences and the charged departure day.

All intervals are half-open: the day of arrival is a night, the day of departure is not, so in and out
on the same day is no night (DOMAIN.md sections 4.3 and 7.2). Rates are kronor per night. Every amount
here is exact; it is rounded once, where it is shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from avhopp.kernel import periods
from avhopp.kernel.periods import ONE_DAY, Period
from avhopp.kernel.refusal import Refused

NOTHING = Decimal(0)


#: What tells stays apart: the id of a row, or the reference of a scenario.
Key = str | UUID


@dataclass(frozen=True, slots=True)
class PricePeriod:
    """The agreed rate in kronor per night for the nights [start, end); `end` None runs on."""

    start: date
    end: date | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Absence:
    """Nights [start, end) on which the person is away and `rate` replaces the price.

    `end` None is an absence that nobody knows the end of; it lasts as long as the stay.
    """

    start: date
    end: date | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Stay:
    """One unbroken stay [start, end) at one provider; `end` None runs on.

    The prices cover the nights without gap or overlap. Nights before the first price period have the
    first rate and nights after the last have the last rate: a plan that is moved forward, or a stay
    that runs on, keeps a price. `charges_departure_day`: the date of departure costs the last rate.
    """

    key: Key
    start: date
    end: date | None
    prices: tuple[PricePeriod, ...]
    absences: tuple[Absence, ...] = ()
    charges_departure_day: bool = False


@dataclass(frozen=True, slots=True)
class YearCost:
    """The nights and the exact cost of a stay in one calendar year."""

    year: int
    nights: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class CostPreview:
    """What a stay will cost, before it is saved. The totals are None for a stay without an end."""

    this_year_nights: int
    this_year_cost: Decimal
    total_nights: int | None
    total_cost: Decimal | None
    by_year: tuple[YearCost, ...]


def nights(stay: Stay, period: Period) -> int:
    """The nights of the stay that begin in the period; nights of absence are nights too.

    Raises ValueError when both stay and period run on without an end.
    """
    first, end = _bounds(stay, period)
    return max((end - first).days, 0)


def cost(stay: Stay, period: Period) -> Decimal:
    """The exact cost in kronor of the stay's nights and charged departure day in the period.

    Raises Refused price_gap or price_overlap when the prices do not hang together, ValueError when
    both stay and period run on without an end.
    """
    first, end = _bounds(stay, period)
    prices = _ordered(stay.prices)
    total = _priced(prices, first, end)
    for absence in stay.absences:
        away_from = max(first, absence.start)
        away_to = end if absence.end is None else min(end, absence.end)
        if away_from < away_to:
            total += (away_to - away_from).days * absence.rate - _priced(prices, away_from, away_to)
    if stay.charges_departure_day and stay.end is not None and period.contains(stay.end):
        total += _departure_rate(prices, stay.end)
    return total


def rate_on(stay: Stay, day: date) -> Decimal:
    """The rate of the night that begins on the day: that of the absence, else that of the price period.

    The day need not be a night of the stay. Raises Refused price_gap when there is no price at all.
    """
    for absence in stay.absences:
        if absence.start <= day and (absence.end is None or day < absence.end):
            return absence.rate
    prices = _ordered(stay.prices)
    if not prices:
        raise _price_gap()
    return next((price.rate for price in reversed(prices) if price.start <= day), prices[0].rate)


#: The day, one or (a departure day) no night, and the kronor that it costs.
ChargedDay = tuple[date, int, Decimal]


def charged_days(stay: Stay, period: Period) -> Iterator[ChargedDay]:
    """Every day of the period that costs, in order: what they cost adds up to `cost`. The period has an end.

    Raises what `cost` raises.
    """
    nights = Period(stay.start, max(stay.start, stay.end) if stay.end else None).intersection(period)
    for night in nights.days() if nights else ():
        yield night, 1, rate_on(stay, night)
    if stay.charges_departure_day and stay.end is not None and period.contains(stay.end):
        yield stay.end, 0, cost(stay, Period(stay.end, stay.end + ONE_DAY))


@dataclass(frozen=True, slots=True)
class PricedRun:
    """The nights from `first` to `last` at one rate. A charged departure day is no night and stands alone."""

    first: date
    last: date
    nights: int
    rate: Decimal

    @property
    def cost(self) -> Decimal:
        return max(self.nights, 1) * self.rate


def priced_runs(stay: Stay, period: Period) -> list[PricedRun]:
    """The days of the period that cost, by rate: the kronor add up to `cost`, the nights to `nights`."""
    runs: list[PricedRun] = []
    for day, night, rate in charged_days(stay, period):
        last = runs[-1] if runs else None
        if last is not None and night and last.rate == rate and last.last + ONE_DAY == day:
            runs[-1] = replace(last, last=day, nights=last.nights + 1)
        else:
            runs.append(PricedRun(day, day, night, rate))
    return runs


def cost_by_month(stay: Stay, period: Period) -> dict[Period, Decimal]:
    """The exact cost in each calendar month that has a day in the period, counting only those days.

    Raises ValueError when the period has no end.
    """
    if period.end is None:
        raise ValueError("the period is open: it has no last month")
    parts: dict[Period, Decimal] = {}
    for month in periods.months_between(period.start, period.end):
        part = month.intersection(period)
        parts[month] = NOTHING if part is None else cost(stay, part)
    return parts


def preview(stay: Stay, today: date) -> CostPreview:
    """What the stay costs in the whole of today's year, in all, and year by year.

    A stay without an end is shown up to the end of today's year, or of its first year if that is later.
    Raises what `cost` raises.
    """
    last_year = max(stay.start.year, today.year) if stay.end is None else stay.end.year
    spread = (_year_cost(stay, year) for year in range(stay.start.year, last_year + 1))
    by_year = tuple(part for part in spread if part.nights or part.cost)
    this_year = _year_cost(stay, today.year)
    runs_on = stay.end is None
    return CostPreview(
        this_year_nights=this_year.nights,
        this_year_cost=this_year.cost,
        total_nights=None if runs_on else sum(part.nights for part in by_year),
        total_cost=None if runs_on else sum((part.cost for part in by_year), NOTHING),
        by_year=by_year,
    )


def check_stay(stay: Stay, *, begun: bool = True) -> None:
    """Refuse a stay that contradicts itself.

    For a stay that has not begun (`begun` False) the first price may lie after the planned start.

    Raises Refused: end_before_start, negative_rate, price_gap, price_overlap, absence_outside_stay,
    absence_overlap. `field` is end, prices or absences.
    """
    _check_ends(stay)
    if any(row.rate < 0 for row in stay.prices):
        raise Refused("negative_rate", "Ett dygnspris kan inte vara mindre än noll.", field="prices")
    if any(row.rate < 0 for row in stay.absences):
        raise Refused("negative_rate", "Priset vid frånvaro kan inte vara mindre än noll.", field="absences")
    prices = _ordered(stay.prices)
    if stay.end is None or stay.start < stay.end:
        _check_covered(stay, prices, begun=begun)
    _check_absences(stay)


def _check_ends(stay: Stay) -> None:
    if stay.end is not None and stay.end < stay.start:
        raise Refused("end_before_start", "Slutdagen kan inte ligga före startdagen.", field="end")
    for field, rows in (("prices", stay.prices), ("absences", stay.absences)):
        if any(row.end is not None and row.end < row.start for row in rows):
            raise Refused(
                "end_before_start", "Till-datumet kan inte ligga före från-datumet på samma rad.", field=field
            )


def _check_covered(stay: Stay, prices: Sequence[PricePeriod], *, begun: bool) -> None:
    if not prices or (begun and stay.start < prices[0].start):
        raise _price_gap()
    priced_to = prices[-1].end
    if stay.end is not None and priced_to is not None and priced_to < stay.end:
        raise _price_gap()


def _check_absences(stay: Stay) -> None:
    for absence in stay.absences:
        too_early = absence.start < stay.start
        too_late = stay.end is not None and (absence.end is None or stay.end < absence.end)
        if too_early or too_late:
            raise Refused(
                "absence_outside_stay",
                "Frånvaron ligger utanför placeringens tid. Ändra datumen för frånvaron.",
                field="absences",
            )
    for earlier, later in pairwise(sorted(stay.absences, key=_by_dates)):
        if earlier.end is None or later.start < earlier.end:
            raise Refused(
                "absence_overlap",
                "Två frånvaroperioder gäller samma natt. Ändra en av dem.",
                field="absences",
            )


def _bounds(stay: Stay, period: Period) -> tuple[date, date]:
    """The first night and the end of what stay and period share; the end lies first when nothing is."""
    if stay.end is None:
        if period.end is None:
            raise ValueError("both the stay and the period run on: the nights have no end")
        end = period.end
    else:
        end = stay.end if period.end is None else min(stay.end, period.end)
    return max(stay.start, period.start), end


def _priced(prices: Sequence[PricePeriod], first: date, end: date) -> Decimal:
    """The price of the nights [first, end), absences aside."""
    if first >= end:
        return NOTHING
    if not prices:
        raise _price_gap()
    total = NOTHING
    reached = first
    for price, following in pairwise(prices):
        if reached < following.start:  # the first price reaches back to the first night
            price_ends = min(end, following.start)
            total += (price_ends - reached).days * price.rate
            reached = price_ends
            if reached == end:
                return total
    return total + (end - reached).days * prices[-1].rate  # and the last one on to the end


def _departure_rate(prices: Sequence[PricePeriod], departure: date) -> Decimal:
    """The rate of the last price period that the stay reached; nothing when there is no price.

    A price that was agreed for a time after the departure never came to apply.
    """
    if not prices:
        return NOTHING
    return next((price.rate for price in reversed(prices) if price.start < departure), prices[0].rate)


def _ordered(prices: tuple[PricePeriod, ...]) -> Sequence[PricePeriod]:
    """The prices by date, after checking that each begins where the one before it ends."""
    if len(prices) < 2 or all(earlier.end == later.start for earlier, later in pairwise(prices)):
        return prices
    ordered = sorted(prices, key=_by_dates)
    for earlier, later in pairwise(ordered):
        if earlier.end is None or later.start < earlier.end:
            raise Refused("price_overlap", "Två priser gäller samma natt. Ändra en av dem.", field="prices")
        if earlier.end < later.start:
            raise _price_gap()
    return ordered


def _price_gap() -> Refused:
    return Refused(
        "price_gap", "Det finns nätter utan pris. Priserna behöver täcka hela placeringen.", field="prices"
    )


def _by_dates(row: PricePeriod | Absence) -> tuple[date, date]:
    return row.start, row.end or date.max


def _year_cost(stay: Stay, year: int) -> YearCost:
    calendar_year = periods.year(year)
    return YearCost(year, nights(stay, calendar_year), cost(stay, calendar_year))
