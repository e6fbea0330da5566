"""What each night of an episode costs after the cut, in whole öre, if the person is there. Pure, with NumPy.

The exact methods (costs.py, forecast.py) count kronor as Decimal. A simulation counts the same nights many
thousand times, so here they are counted once, as whole numbers of öre: sums of them are exact too, and an
episode that ends as decided costs the same öre by both (tests/placements/test_nightly.py).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from avhopp.kernel.money import round_kr
from avhopp.kernel.periods import ONE_DAY, Period, add_months
from placements.costs import PricePeriod
from placements.episodes import Episode
from placements.forecast import Placing, starts_on

Whole = NDArray[np.int64]
ORE = 100


@dataclass(frozen=True, slots=True)
class StepDown:
    """The price that is assumed where none is agreed: after `after_months`, `share` of what it was (R-34)."""

    after_months: int = 12
    share: Decimal = Decimal("0.5")

    def of(self, ore: int) -> int:
        return in_ore(Decimal(ore) / ORE * self.share)


@dataclass(frozen=True, slots=True)
class Window:
    """The nights that are forecast: from the day after the cut to the end of the year, counted from zero."""

    first: date
    year: Period

    @classmethod
    def after(cls, cut: date, year: Period) -> "Window":
        return cls(cut + ONE_DAY, year)

    @property
    def nights(self) -> int:
        return max(self.at(self.year.end or self.first), 0)

    @property
    def opens(self) -> int:
        """The number of the year's first night; what comes before it is not the year's."""
        return max(self.at(self.year.start), 0)

    def at(self, day: date) -> int:
        """The number of the day; negative before the window."""
        return (day - self.first).days

    def within(self, day: date | None) -> int:
        """The number of the day, moved to the window's nearest edge; None: the end."""
        return self.nights if day is None else self.within_number(self.at(day))

    def within_number(self, number: int) -> int:
        return min(max(number, 0), self.nights)


@dataclass(frozen=True)
class Nightly:
    """An episode's nights in öre. `nights[n]` is the night n, and departure days of links that are passed.

    `departure[n]` is what a departure on day n adds; `ends` is the day of the decided departure.
    """

    nights: Whole
    departure: Whole
    begins: int
    ends: int | None


def in_ore(kronor: Decimal) -> int:
    """Kronor as whole öre, half up."""
    return int(round_kr(kronor) * ORE)


def nightly(episode: Episode, window: Window, cut: date, as_of: date, step_down: StepDown | None) -> Nightly:
    """The nights of the episode's decided stays, and beyond them at the price it would go on at."""
    nights = np.zeros(window.nights, dtype=np.int64)
    departure = np.zeros(window.nights + 1, dtype=np.int64)
    begins = starts_on(episode.links[0], cut, as_of)
    last = max(episode.links, key=_by_end)
    for link in episode.links:
        starts = starts_on(link, cut, as_of)
        if link.end is not None and starts > link.end:
            continue
        price = _priced(link, window)
        if link is last:
            _lower(price, _lowered_from(episode, link, window, begins, step_down), step_down)
        _add(link, price, nights, departure, window.at(starts), window, goes_on=link is last)
    nights[: window.opens] = 0
    departure[: window.opens] = 0
    departure[window.nights] = 0
    return Nightly(
        nights=nights,
        departure=departure,
        begins=window.at(begins),
        ends=None if episode.ends is None else window.at(episode.ends),
    )


def _add(
    link: Placing,
    price: Whole,
    nights: Whole,
    departure: Whole,
    starts: int,
    window: Window,
    *,
    goes_on: bool,
) -> None:
    """The nights of one stay, and what leaving it costs; `goes_on`: also after its decided end."""
    ends = window.nights if link.end is None else window.at(link.end)
    rates = price[1:].copy()
    for absence in link.absences:
        rates[window.within(absence.start) : window.within(absence.end)] = in_ore(absence.rate)
    first, end = window.within_number(starts), window.nights if goes_on else window.within_number(ends)
    nights[first:end] += rates[first:end]
    if not link.charges_departure_day:
        return
    leaves = slice(max(starts + 1, 0), max((window.nights if goes_on else min(ends, window.nights)) + 1, 0))
    departure[leaves] += price[leaves]
    if starts == ends and 0 <= ends <= window.nights:
        departure[ends] = price[ends]
    if not goes_on and 0 <= ends < window.nights:
        nights[ends] += price[ends]  # the person moves on and the day is charged all the same


def _priced(link: Placing, window: Window) -> Whole:
    """The price of the night before the window, and of each night in it: the first price reaches back."""
    rates = np.zeros(window.nights + 1, dtype=np.int64)
    for number, price in enumerate(sorted(link.prices, key=_by_start)):
        begins = window.at(price.start) + 1
        if number == 0 or begins <= window.nights:
            rates[0 if number == 0 else max(begins, 0) :] = in_ore(price.rate)
    return rates


def _lowered_from(
    episode: Episode, last: Placing, window: Window, begins: date, step_down: StepDown | None
) -> int | None:
    """The first night with the assumed lower price, None when there is none.

    Not when a price beyond that day is agreed, when the price has been lowered already, or when the day
    passed before the cut and nothing happened.
    """
    prices = [price for link in episode.links for price in sorted(link.prices, key=_by_start)]
    if step_down is None or not prices or prices[-1].rate < prices[0].rate:
        return None
    day = add_months(begins, step_down.after_months)
    final = max(last.prices, key=_by_start, default=prices[-1])
    if day < window.first or final.start >= day:
        return None
    agreed_to = last.end or final.end
    return window.within(day if agreed_to is None else max(day, agreed_to))


def _lower(price: Whole, night: int | None, step_down: StepDown | None) -> None:
    if night is not None and step_down is not None:
        price[night + 1 :] = [step_down.of(int(ore)) for ore in price[night + 1 :]]


def _by_start(price: PricePeriod) -> date:
    return price.start


def _by_end(link: Placing) -> tuple[date, date, str]:
    return link.end or date.max, link.start or link.planned_start or date.min, str(link.key)
