"""New cases that somebody assumes: how many, when, at which price and for how long. Pure, with NumPy.

The number in a month is Poisson, made so that a higher rate keeps every arrival of a lower one and adds to
them: with the same seed more arrivals never make a year cheaper. Each month has a stream of its own.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from placements.lengths import MONTH, Floats
from placements.nightly import StepDown, Whole

NOBODY: Whole = np.zeros(0, dtype=np.int64)


class Opening(NamedTuple):
    """Nights of the window on which cases may come: what is left of a month in which `whole_month` would."""

    first: int
    end: int
    whole_month: Decimal
    nights: int

    @property
    def asked(self) -> Decimal:
        """How many come on average in what is left of the month."""
        return self.whole_month * (self.end - self.first) / self.nights

    @property
    def expected(self) -> float:
        return float(self.asked)


@dataclass(frozen=True)
class Arrivals:
    """Those who came: in which run, on which night, at which price in öre, and their draw of a length."""

    run: Whole
    night: Whole
    price: Whole
    exponential: Floats


def drawn(seeds: np.random.SeedSequence, openings: tuple[Opening, ...], rates: Whole, runs: int) -> Arrivals:
    """The arrivals of every run. `rates` are the prices to draw among, each as likely."""
    return _joined([
        _of_month(np.random.default_rng(seed), opening, rates, runs)
        for seed, opening in zip(seeds.spawn(len(openings)), openings, strict=True)
        if opening.expected > 0
    ])  # fmt: skip


def _of_month(draws: np.random.Generator, opening: Opening, rates: Whole, runs: int) -> Arrivals:
    """One arrival after the other in every run, until the month is over in all of them."""
    found = []
    reached = draws.exponential(size=runs)
    while (came := np.flatnonzero(reached <= opening.expected)).size:
        day, price = draws.random(size=(2, runs))
        length, next_one = draws.exponential(size=(2, runs))
        night = opening.first + np.floor(day * (opening.end - opening.first)).astype(np.int64)
        ore = rates[np.floor(price * len(rates)).astype(np.int64)]
        found.append(Arrivals(came.astype(np.int64), night[came], ore[came], length[came]))
        reached = reached + next_one
    return _joined(found)


def _joined(parts: list[Arrivals]) -> Arrivals:
    return Arrivals(
        run=np.concatenate([NOBODY, *(part.run for part in parts)]),
        night=np.concatenate([NOBODY, *(part.night for part in parts)]),
        price=np.concatenate([NOBODY, *(part.price for part in parts)]),
        exponential=np.concatenate([np.zeros(0), *(part.exponential for part in parts)]),
    )


def cost_by(arrivals: Arrivals, nights: Whole, horizon: int, opens: int, step_down: StepDown | None) -> Whole:
    """What each arrival that stays so many `nights` costs in the year up to the horizon, in öre."""
    first = arrivals.night
    leaves = np.minimum(first + nights, horizon)
    if step_down is None:
        return arrivals.price * np.maximum(leaves - np.maximum(first, opens), 0)
    steps = first + round(step_down.after_months * MONTH)
    prices, which = np.unique(arrivals.price, return_inverse=True)
    lowered = np.array([step_down.of(int(ore)) for ore in prices], dtype=np.int64)[which]
    full = np.maximum(np.minimum(leaves, steps) - np.maximum(first, opens), 0)
    return arrivals.price * full + lowered * np.maximum(leaves - np.maximum(steps, opens), 0)
