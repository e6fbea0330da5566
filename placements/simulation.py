"""The year's cost with a range: ten thousand possible years, counted night by night. Pure, with NumPy.

What is drawn, and from what:

- How long an ongoing episode still lasts: from the operation's own lengths blended with an assumption
  (placements/lengths.py), given how long it has lasted.
- Whether a decided end holds: with the share `ends_hold`; when it does not, the length is drawn as if nothing
  had been decided, so that the stay is cut short or goes on.
- Whether a plan begins (`placements/starts.py`), and how much it slips: the operation's own, blended.
- How many new cases come each month (Poisson at the rate that somebody has set), when, at which price.

What is not drawn: decided prices, absences and step-downs hold as they are. Where no price is agreed ahead,
the step-down of R-34 is assumed (placements/nightly.py).

Nights are rounded to whole ones before any money is counted, and money is whole öre, so that sums and
quantiles are exact. A quantile is the outcome that so many of the runs stay at or below. The same facts,
assumptions and seed give the same range; each thing that is drawn has a stream of its own, so that more
arrivals leave everything else as it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import floor
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from placements import arrivals
from placements.arrivals import Opening
from placements.costs import NOTHING
from placements.episodes import Episode, Known, episodes_of, lived
from placements.lengths import DEFAULT_MONTHS, Floats, Lengths, Observed, remaining_nights
from placements.nightly import ORE, Nightly, StepDown, Whole, Window, in_ore, nightly
from placements.starts import Starts

RUNS, CURVES = 10_000, 1_000
QUANTILES = (10, 50, 90)
DEFAULT_RATE = Decimal(3000)
#: How much a share that is assumed is worth, in decided ends: it is not known to the per cent.
ENDS_KNOWN = 20.0
#: The default price of an arrival is worth so many stays of the operation's own.
RATES_KNOWN = 2
#: Prices rise: those of the latest stays are what an arrival may have.
RATES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the forecast takes for granted, set by somebody who may; the defaults are R-33 and R-34.

    `arrivals` are new cases by month of the year, January first. `rate` in kronor per night is the price of
    an arrival, None: as the operation's own stays began. `complete_from` is the first day from which every
    stay is in the records, None: all of them are.
    """

    default_months: Decimal = Decimal(DEFAULT_MONTHS)
    step_down: StepDown | None = field(default_factory=StepDown)
    ends_hold: Decimal = Decimal("0.7")
    arrivals: tuple[Decimal, ...] = (NOTHING,) * 12
    rate: Decimal | None = None
    complete_from: date | None = None


@dataclass(frozen=True, slots=True)
class MonthRange:
    """What the year has cost by the end of the month; three times the outcome when that is `known`."""

    month: Period
    known: bool
    p10: Decimal
    p50: Decimal
    p90: Decimal


@dataclass(frozen=True, slots=True)
class Basis:
    """What a range builds on: episodes by what they tell, and the weight of the default (a share of one).

    `months` is how long stays are taken to last on average, the default and the own stays together.
    """

    ended: int
    ongoing: int
    planned: int
    weight: Decimal
    default_months: Decimal
    months: Decimal
    arrivals: Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """`exceeds` is the share of the runs in which the year costs more than the budget, None without one."""

    months: tuple[MonthRange, ...]
    exceeds: Decimal | None
    budget: Decimal | None
    basis: Basis
    runs: int
    seed: int

    @property
    def year(self) -> MonthRange:
        return self.months[-1]


@dataclass(frozen=True)
class Facts:
    """What a forecast stands on: stays, the outcome by month up to the cut, how many plans were withdrawn."""

    known: tuple[Known, ...]
    outcome: tuple[Decimal, ...]
    year: Period
    cut: date
    as_of: date
    withdrawn: int = 0
    budget: Decimal | None = None


def simulate(facts: Facts, assumptions: Assumptions, seed: int, runs: int = RUNS) -> Range:
    """The range of the year's cost.

    Raises ValueError unless `runs` is a multiple of the number of curves, or lower than it.
    """
    curves = min(CURVES, runs)
    if runs % curves:
        raise ValueError("every curve is drawn for the same number of runs")
    episodes = episodes_of(facts.known, facts.cut, facts.as_of)
    lengths = Lengths.of(
        observed(episodes, facts.as_of, assumptions.complete_from), float(assumptions.default_months)
    )
    years = _Years(facts, assumptions, lengths, seed, runs, curves)
    ahead = [row for row in episodes if not row.is_over(facts.cut)]
    if years.window.nights:
        years.add_begun([row for row in ahead if row.arrived is not None])
        years.add_planned([row for row in ahead if row.arrived is None], Starts.of(episodes, facts.withdrawn))
        years.add_arrivals(_rates(episodes, assumptions.rate))
    return Range(
        months=_months(facts, years),
        exceeds=_exceeds(facts, years.totals),
        budget=facts.budget,
        basis=Basis(
            ended=lengths.ended,
            ongoing=lengths.ongoing,
            planned=sum(row.arrived is None for row in ahead),
            weight=_hundredths(lengths.weight),
            default_months=assumptions.default_months,
            months=Decimal(round(lengths.months * 10)) / 10,
            arrivals=sum((opening.asked for opening in years.openings), NOTHING),
        ),
        runs=runs,
        seed=seed,
    )


def observed(episodes: Iterable[Episode], as_of: date, complete_from: date | None) -> list[Observed]:
    """What the episodes tell of lengths, as they stand after the night of `as_of`."""
    found = []
    for row in episodes:
        if row.arrived is None or row.arrived > as_of:
            continue
        unseen = 0 if complete_from is None else (complete_from - row.arrived).days
        found.append(Observed(lived(row, as_of), row.is_over(as_of), max(unseen, 0)))
    return [row for row in found if row.nights]


class _Years:
    """Ten thousand years: `totals` is what each costs after the cut, up to the end of each month, in öre."""

    def __init__(
        self, facts: Facts, assumptions: Assumptions, lengths: Lengths, seed: int, runs: int, curves: int
    ) -> None:
        self.facts, self.assumptions, self.runs = facts, assumptions, runs
        self.window = Window.after(facts.cut, facts.year)
        #: Nights of the window that are known already, and hold no surprise.
        self.seen = (facts.as_of - facts.cut).days
        self.month_ends = np.array([self.window.within(month.end) for month in months_of(facts.year)])
        self.openings = self._openings()
        self.totals: Whole = np.zeros((runs, len(self.month_ends)), dtype=np.int64)
        of_curves, of_begun, of_plans, self.of_arrivals = np.random.SeedSequence(seed).spawn(4)
        self.curves = lengths.curves(np.random.default_rng(of_curves), curves)
        self.begun_draws, self.plan_draws = np.random.default_rng(of_begun), np.random.default_rng(of_plans)

    def add_begun(self, episodes: Sequence[Episode]) -> None:
        """Those who are there, or between two stays: until a departure that is decided or drawn."""
        aged = np.array([lived(row, self.facts.as_of) for row in episodes], dtype=float)
        drawn = self.seen + np.rint(self._remaining(self.begun_draws, aged))
        for episode, leaves in zip(episodes, drawn.T, strict=True):
            row = self._nightly(episode)
            held = self._held(self.begun_draws, row.ends)
            left = leaves if row.ends is None else np.where(held, row.ends, leaves)
            self.totals += self._table(row)[self._within(left)]

    def add_planned(self, episodes: Sequence[Episode], starts: Starts) -> None:
        """Those who are expected: later than planned or never, and then for as long as others."""
        lost = starts.lost_share(self.plan_draws, self.runs)
        drawn = np.maximum(np.rint(self._remaining(self.plan_draws, np.zeros(len(episodes)))), 1)
        for episode, nights in zip(episodes, drawn.T, strict=True):
            row = self._nightly(episode)
            begun = starts.drawn(self.plan_draws, lost, max(self.seen - row.begins, 0))
            begins = np.maximum(row.begins + begun.slip, self.seen)
            held = self._held(self.plan_draws, row.ends)
            leaves = begins + nights if row.ends is None else np.where(held, row.ends, begins + nights)
            comes = begun.begins & (begins <= leaves)
            first = np.where(comes, begins, self.window.nights)
            self.totals += self._table(row)[self._within(np.where(comes, leaves, self.window.nights))]
            self.totals -= self._table(row, leaving=False)[self._within(first)]

    def add_arrivals(self, rates: Whole) -> None:
        """Those whom somebody assumes will come."""
        found = arrivals.drawn(self.of_arrivals, self.openings, rates, self.runs)
        by_curve = found.run // (self.runs // len(self.curves))
        order = np.argsort(by_curve, kind="stable")
        bounds = np.searchsorted(by_curve[order], np.arange(len(self.curves) + 1))
        nights = np.zeros(len(found.run), dtype=np.int64)
        for curve, first, end in zip(self.curves, bounds, bounds[1:], strict=False):
            if first < end:
                these = order[first:end]
                drawn = remaining_nights(curve, np.zeros(1), found.exponential[these])
                nights[these] = np.maximum(np.rint(drawn), 1)
        for column, horizon in enumerate(self.month_ends):
            if horizon:
                cost = arrivals.cost_by(
                    found, nights, int(horizon), self.window.opens, self.assumptions.step_down
                )
                np.add.at(self.totals[:, column], found.run, cost)

    def _openings(self) -> tuple[Opening, ...]:
        found = []
        for month, expected in zip(months_of(self.facts.year), self.assumptions.arrivals, strict=True):
            first = max(self.window.at(month.start), self.seen)
            end = max(self.window.within(month.end), first)
            found.append(Opening(first, end, expected, month.nights))
        return tuple(found)

    def _remaining(self, draws: np.random.Generator, aged: Floats) -> Floats:
        """A remaining length for every run and age."""
        each = (len(self.curves), self.runs // len(self.curves), len(aged))
        lots = draws.exponential(size=each)
        for curve, lot in zip(self.curves, lots, strict=True):
            lot[:] = remaining_nights(curve, aged, lot)
        return lots.reshape(self.runs, len(aged))

    def _held(self, draws: np.random.Generator, ends: int | None) -> NDArray[np.bool_]:
        """In which runs the decided end holds; what is known by as_of has happened."""
        lots, share = draws.random(self.runs), self.ends_hold
        return np.full(self.runs, True) if ends is not None and ends <= self.seen else lots < share

    @cached_property
    def ends_hold(self) -> Floats:
        """The share of decided ends that hold, in each run."""
        share = float(self.assumptions.ends_hold)
        if share in (0.0, 1.0):
            return np.full(self.runs, share)
        return self.begun_draws.beta(ENDS_KNOWN * share, ENDS_KNOWN * (1 - share), size=self.runs)

    def _nightly(self, episode: Episode) -> Nightly:
        facts = self.facts
        return nightly(episode, self.window, facts.cut, facts.as_of, self.assumptions.step_down)

    def _table(self, row: Nightly, *, leaving: bool = True) -> Whole:
        """What has been paid by the end of each month by who leaves on each day of the window."""
        paid = np.concatenate([[0], np.cumsum(row.nights)])
        days = np.arange(self.window.nights + 1)[:, None]
        table = paid[np.minimum(days, self.month_ends)]
        return table + np.where(days < self.month_ends, row.departure[:, None], 0) if leaving else table

    def _within(self, numbers: Floats) -> NDArray[np.intp]:
        return np.clip(numbers, 0, self.window.nights).astype(np.intp)


def months_of(year: Period) -> list[Period]:
    """The twelve months of a calendar year."""
    return periods.months_between(year.start, year.end or year.start)


def _rates(episodes: Iterable[Episode], rate: Decimal | None) -> Whole:
    """Prices that an arrival may have: the one that is set, or those that stays began at, and the default."""
    if rate is not None:
        return np.array([in_ore(rate)])
    priced = [row.links[0].prices for row in episodes if row.arrived is not None and row.links[0].prices]
    own = [in_ore(min(prices, key=attrgetter("start")).rate) for prices in priced[-RATES_SHOWN:]]
    return np.array([*own, *[in_ore(DEFAULT_RATE)] * RATES_KNOWN])


def _months(facts: Facts, years: _Years) -> tuple[MonthRange, ...]:
    """The outcome so far and the quantiles of what comes."""
    ordered = np.sort(years.totals, axis=0)
    picked = [ordered[-(-share * years.runs // 100) - 1] for share in QUANTILES]
    so_far = NOTHING
    found = []
    for column, (month, outcome) in enumerate(zip(months_of(facts.year), facts.outcome, strict=True)):
        so_far += outcome
        low, middle, high = (so_far + Decimal(int(row[column])) / ORE for row in picked)
        found.append(MonthRange(month, not years.month_ends[column], low, middle, high))
    return tuple(found)


def _exceeds(facts: Facts, totals: Whole) -> Decimal | None:
    if facts.budget is None:
        return None
    left = floor((facts.budget - sum(facts.outcome, NOTHING)) * ORE)
    return Decimal(int((totals[:, -1] > left).sum())) / len(totals)


def _hundredths(share: float) -> Decimal:
    return Decimal(round(share * 100)) / 100
