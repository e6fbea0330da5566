"""What a provider's nights have cost, against the others' of the same kind. Pure.

Dir. 2025:53 asks municipalities to know whom they pay: a price far from the median is a question to ask.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from avhopp.kernel.periods import Period
from placements.costs import Stay, nights, rate_on

#: Fewer other stays than this say nothing about what is usual.
FEWEST_OTHERS = 3
MONTHS_COMPARED = 24


@dataclass(frozen=True, slots=True)
class Comparison:
    """`own` and `median` in kronor per night; None where there is nothing, or too little, to count."""

    own: Decimal | None
    median: Decimal | None
    others: int

    @property
    def difference(self) -> Decimal | None:
        """How far the own price lies above (or below) the median, as a share of it."""
        if self.own is None or not self.median:
            return None
        return (self.own - self.median) / self.median


@dataclass(frozen=True, slots=True)
class Record:
    """A provider's stays until today: how many, their nights, and how they ended."""

    stays: int
    nights: int
    ended: int
    ended_nights: int
    ended_by_plan: int

    @property
    def mean_length(self) -> Decimal | None:
        """Nights of an ended stay, on average."""
        return Decimal(self.ended_nights) / self.ended if self.ended else None

    @property
    def share_by_plan(self) -> Decimal | None:
        return Decimal(self.ended_by_plan) / self.ended if self.ended else None


def nights_by_rate(stay: Stay, period: Period) -> Counter[Decimal]:
    """How many of the stay's nights in the period had each agreed rate.

    The period has an end. Nights away count at the price that was agreed for being there: absence is no
    cheaper care.
    """
    there = Stay(stay.key, stay.start, stay.end, stay.prices)
    found: Counter[Decimal] = Counter()
    within = Period(stay.start, stay.end).intersection(period)
    if within is None or within.end is None:
        return found
    edges = {row.start for row in stay.prices} | {row.end for row in stay.prices if row.end is not None}
    cuts = [*sorted({within.start, *(day for day in edges if within.contains(day))}), within.end]
    for day, until in pairwise(cuts):
        found[rate_on(there, day)] += nights(there, Period(day, until))
    return found


def weighted_median(nights_at: Mapping[Decimal, int]) -> Decimal | None:
    """The median rate when every night counts as one; between the two middle ones when they are even."""
    total = sum(nights_at.values())
    if not total:
        return None
    return (_nth(nights_at, (total - 1) // 2) + _nth(nights_at, total // 2)) / 2


def compared(own: Iterable[Stay], others: Iterable[Stay], period: Period) -> Comparison:
    """The own median against that of the others, over the nights of the period."""
    ours: Counter[Decimal] = sum((nights_by_rate(stay, period) for stay in own), Counter())
    theirs = [found for found in (nights_by_rate(stay, period) for stay in others) if found]
    usual = weighted_median(sum(theirs, Counter())) if len(theirs) >= FEWEST_OTHERS else None
    return Comparison(weighted_median(ours), usual, len(theirs))


def _nth(nights_at: Mapping[Decimal, int], place: int) -> Decimal:
    for rate in sorted(nights_at):
        place -= nights_at[rate]
        if place < 0:
            return rate
    raise ValueError("fewer nights than that")
