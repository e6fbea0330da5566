"""What happens to a stay when something is decided about it: pure, so that the page that counts beforehand
and the action that writes do the same thing.

Every function takes a stay and gives the stay that would be; none changes anything else. They raise what
`costs.check_stay` raises, and the refusals they name themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from avhopp.kernel.refusal import Refused
from placements.costs import NOTHING, Absence, PricePeriod, Stay, check_stay, preview


def later_fields(number: int) -> tuple[str, str]:
    """What the day and the rate of a later price are called in a form; the first later price is number 1."""
    more = "" if number == 1 else f"_{number}"
    return f"later_from{more}", f"later_rate{more}"


def agreed_prices(
    first: date, rate: Decimal, *later: tuple[date | None, Decimal | None]
) -> tuple[PricePeriod, ...]:
    """One price from the first day on, and the later ones that are agreed already; the last one runs on.

    `later` are days and rates in order; a pair of nothing is left out.
    Raises Refused later_price_incomplete, later_price_order.
    """
    steps = [(first, rate)]
    for number, (day, amount) in enumerate(later, start=1):
        if day is None and amount is None:
            continue
        if day is None or amount is None:
            raise Refused(
                "later_price_incomplete",
                "Ange både från vilken dag det senare priset gäller och priset.",
                field=later_fields(number)[amount is None],
            )
        if day <= steps[-1][0]:
            before = "det förra priset" if len(steps) > 1 else "den första dagen"
            raise Refused(
                "later_price_order",
                f"Det senare priset måste börja efter {before}.",
                field=later_fields(number)[0],
            )
        steps.append((day, amount))
    ends = [*(day for day, _ in steps[1:]), None]
    return tuple(PricePeriod(day, end, amount) for (day, amount), end in zip(steps, ends, strict=True))


def begun(stay: Stay, start: date, end: date | None, *, shift_prices: bool = False) -> Stay:
    """The plan as a stay from the day the person came.

    The prices keep their dates, the first one reaches back or is cut to the arrival; with `shift_prices`
    every price moves by as many days as the arrival did.
    """
    moved_by = start - stay.start
    prices = stay.prices
    if shift_prices:
        prices = tuple(
            PricePeriod(row.start + moved_by, row.end and row.end + moved_by, row.rate) for row in prices
        )
    return _checked(_fitted(replace(stay, start=start, end=end, prices=_from(prices, start))))


def ended(stay: Stay, end: date | None) -> Stay:
    """The stay with another departure, earlier or later; None runs on.

    Absences are cut at the departure, the last price is stretched to it. Prices agreed for a later time
    are kept as they were agreed.
    """
    if end is not None and end < stay.start:
        raise Refused("end_before_start", "Avresan kan inte ligga före ankomsten.", field="end")
    return _checked(_fitted(replace(stay, end=end)))


def repriced(stay: Stay, day: date, rate: Decimal) -> Stay:
    """A new price from the day on, until the next price that is already agreed.

    Raises Refused price_outside_stay.
    """
    if day < stay.start or (stay.end is not None and day >= stay.end):
        raise Refused(
            "price_outside_stay", "Det nya priset måste börja en dag under placeringen.", field="day"
        )
    prices: list[PricePeriod] = []
    until: date | None = None
    for row in sorted(stay.prices, key=lambda price: price.start):
        if row.end is not None and row.end <= day:
            prices.append(row)
        elif row.start < day:
            prices.append(replace(row, end=day))
            until = row.end
        elif row.start == day:
            until = row.end
        else:
            prices.append(row)
    earlier = [row for row in prices if row.start < day]
    if earlier and earlier[-1].end is not None and earlier[-1].end < day:
        prices[prices.index(earlier[-1])] = replace(earlier[-1], end=day)
    prices.append(PricePeriod(day, until, rate))
    return _checked(replace(stay, prices=tuple(sorted(prices, key=lambda price: price.start))))


def away(stay: Stay, absence: Absence) -> Stay:
    """The stay with one more absence inside it.

    Raises Refused absence_empty.
    """
    if absence.end is not None and absence.end <= absence.start:
        raise Refused("absence_empty", "Återkomsten måste ligga efter den första natten borta.", field="end")
    return _checked(replace(stay, absences=(*stay.absences, absence)))


@dataclass(frozen=True, slots=True)
class YearChange:
    """Nights and cost of one year, before and after."""

    year: int
    nights: int
    cost: Decimal
    nights_before: int
    cost_before: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change costs: this year, year by year, and in all. The sums are None when a stay runs on."""

    this_year: YearChange
    years: tuple[YearChange, ...]
    total_nights: int | None
    total_cost: Decimal | None
    total_cost_before: Decimal | None
    runs_on_until: int | None

    @property
    def compares(self) -> bool:
        """Whether there was something before to compare with."""
        return self.total_cost_before is None or any(
            row.nights_before or row.cost_before for row in self.years
        )

    @property
    def change_this_year(self) -> Decimal:
        return self.this_year.cost - self.this_year.cost_before

    @property
    def change_in_all(self) -> Decimal | None:
        if self.total_cost is None or self.total_cost_before is None:
            return None
        return self.total_cost - self.total_cost_before


def effect(before: Iterable[Stay], after: Iterable[Stay], today: date) -> Effect:
    """Compare the stays as they are with the stays as they would be, in whole calendar years."""
    old = [preview(stay, today) for stay in before]
    new = [preview(stay, today) for stay in after]
    spread: dict[int, list] = {today.year: [0, NOTHING, 0, NOTHING]}
    for offset, previews in ((0, new), (2, old)):
        for part in (year for found in previews for year in found.by_year):
            row = spread.setdefault(part.year, [0, NOTHING, 0, NOTHING])
            row[offset] += part.nights
            row[offset + 1] += part.cost
    years = {year: YearChange(year, *row) for year, row in sorted(spread.items())}
    runs_on = any(found.total_cost is None for found in new)
    return Effect(
        this_year=years[today.year],
        years=tuple(row for row in years.values() if row.nights or row.cost or row.cost_before),
        total_nights=None if runs_on else sum(found.total_nights or 0 for found in new),
        total_cost=_total(new),
        total_cost_before=_total(old),
        runs_on_until=max(years) if runs_on else None,
    )


def _total(previews: list) -> Decimal | None:
    costs = [found.total_cost for found in previews]
    return None if any(amount is None for amount in costs) else sum(costs, NOTHING)


def _from(prices: tuple[PricePeriod, ...], start: date) -> tuple[PricePeriod, ...]:
    """The prices that apply from the day: what ended before it is gone, the first one begins on it."""
    ordered = sorted(prices, key=lambda price: price.start)
    kept = [row for row in ordered if row.end is None or row.end > start] or ordered[-1:]
    if not kept:
        return ()
    first = kept[0]
    if first.end is not None and first.end <= start:
        first = replace(first, end=None)
    return (replace(first, start=start), *kept[1:])


def _fitted(stay: Stay) -> Stay:
    """Absences cut to the stay, the last price stretched to its end."""
    absences = tuple(_cut(row, stay) for row in stay.absences if _touches(row, stay))
    prices = sorted(stay.prices, key=lambda price: price.start)
    if prices and stay.end is not None and prices[-1].end is not None and prices[-1].end < stay.end:
        prices[-1] = replace(prices[-1], end=stay.end)
    return replace(stay, absences=absences, prices=tuple(prices))


def _touches(absence: Absence, stay: Stay) -> bool:
    begins_in_time = stay.end is None or absence.start < stay.end
    return begins_in_time and (absence.end is None or absence.end > stay.start)


def _cut(absence: Absence, stay: Stay) -> Absence:
    end = absence.end
    if stay.end is not None:
        end = stay.end if end is None else min(end, stay.end)
    return replace(absence, start=max(absence.start, stay.start), end=end)


def _checked(stay: Stay) -> Stay:
    check_stay(stay)
    return stay
