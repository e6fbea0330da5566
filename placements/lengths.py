"""How long stays last: the operation's own, ended and ongoing, blended with an assumption. Pure, with NumPy.

Counted as Kaplan and Meier do (1958): in each month of a stay, how many were still there to leave, and how
many left. A stay that goes on tells that it has lasted so far and no more; it is among those who could have
left, never among those who did. A stay that began before the records were kept counts from the age at which
it could first have been seen to end (`seen_from`, left truncation): those who left earlier are not in any
register, and to count its first months would make stays seem longer than they are.

Few stays say little, so they are blended with an assumption: that stays last `default_months` on average
(R-33: as a rule about a year and a half). In two steps, both with the same kind of rule:

1. The level. The default is worth `LEVEL_EVENTS` (k) ended stays. With D own stays ended, and E the number
   that the default would have had end in the time they were seen, stays are taken to last (k + E) / (k + D)
   times the default's time. That is the default with the weight k / (k + D), and the own stays' E / D with
   the rest: with eight ended stays they weigh the same, with seventy-two the default weighs a tenth.
2. The shape. In each month of a stay the level's risk is worth `SHAPE_STAYS` stays that could have left.

Each curve that is drawn is one that the observations do not contradict (the gamma and beta posteriors of the
two steps), so that the range of a forecast holds what the operation does not know about its own stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gamma
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MONTH = 365.25 / 12
MONTHS = 120
EDGES: Floats = np.arange(MONTHS + 1, dtype=np.float64) * MONTH
FOREVER = 100 * 365.25
LEVEL_EVENTS = 8.0
SHAPE_STAYS = 20.0
#: Weibull: the risk of leaving grows a little with time, as it must when stays last "as a rule" so long.
DEFAULT_SHAPE = 1.25
DEFAULT_MONTHS = 18
#: A month without any risk would make the curve flat, and a flat curve has no length for a draw.
LEAST_RISK = 1e-9


@dataclass(frozen=True, slots=True)
class Observed:
    """A stay's nights, whether it has ended, and the age in nights from which an end would have been seen."""

    nights: int
    ended: bool
    seen_from: int = 0


class Left(NamedTuple):
    """A step of the curve: after so many nights this share of the stays goes on."""

    nights: int
    share: float


def kaplan_meier(observed: Iterable[Observed]) -> tuple[Left, ...]:
    """The share of stays that go on, after each length at which some stay ended: the product-limit curve."""
    rows = [row for row in observed if row.nights > row.seen_from]
    share, steps = 1.0, []
    for length in sorted({row.nights for row in rows if row.ended}):
        could = sum(row.seen_from < length <= row.nights for row in rows)
        left = sum(row.ended and row.nights == length for row in rows)
        share *= 1 - left / could
        steps.append(Left(length, share))
    return tuple(steps)


def median_nights(steps: Sequence[Left]) -> int | None:
    """The length that half of the stays pass; None while fewer than half have been seen to end."""
    return next((step.nights for step in steps if step.share <= 0.5), None)


@dataclass(frozen=True)
class Lengths:
    """What is known about how long stays last: own stays by month of a stay, and the default's risk in it."""

    ended: int
    ongoing: int
    default_months: float
    could_leave: Floats
    left: Floats
    default_risk: Floats

    @classmethod
    def of(cls, observed: Iterable[Observed], default_months: float = DEFAULT_MONTHS) -> "Lengths":
        rows = [row for row in observed if row.nights > max(row.seen_from, 0)]
        could_leave, left = _counted(rows)
        ended = sum(row.ended for row in rows)
        return cls(ended, len(rows) - ended, default_months, could_leave, left, default_risk(default_months))

    @property
    def weight(self) -> float:
        """The default's share of how long stays are taken to last: k / (k + ended)."""
        return LEVEL_EVENTS / (LEVEL_EVENTS + float(self.left.sum()))

    @property
    def months(self) -> float:
        """How long stays are taken to last on average, the default and the own stays together."""
        return self.default_months * self._expected() / (LEVEL_EVENTS + float(self.left.sum()))

    def curves(self, draws: np.random.Generator, count: int) -> Floats:
        """So many curves that the observations allow: the accumulated risk at each of `ages()`, from zero."""
        shape = LEVEL_EVENTS + 1 + self.left.sum()  # one more: it is the mean length that is the default's
        level = draws.gamma(shape, 1 / self._expected(), size=(count, 1))
        centre = np.clip(level * self.default_risk, 1e-6, 0.95)
        stayed = np.maximum(self.could_leave - self.left, 0)
        risk = draws.beta(SHAPE_STAYS * centre + self.left, SHAPE_STAYS * (1 - centre) + stayed)
        steps = -np.log1p(-np.clip(risk, LEAST_RISK, 0.999))
        accumulated = np.cumsum(steps, axis=1)
        tail = -np.log1p(-centre[:, -1:]) * (FOREVER / MONTH)
        return np.hstack([np.zeros((count, 1)), accumulated, accumulated[:, -1:] + tail])

    def _expected(self) -> float:
        """How many would have left by the default, its own worth included."""
        return LEVEL_EVENTS + float(self.could_leave @ self.default_risk)


def ages() -> Floats:
    """The ages in nights at which curves are given; the last one is never reached."""
    return np.append(EDGES, EDGES[-1] + FOREVER)


def default_risk(months: float) -> Floats:
    """The default's risk of leaving in each month of a stay, when stays last `months` on average."""
    scale = months / gamma(1 + 1 / DEFAULT_SHAPE)
    return -np.expm1(-np.diff((np.arange(MONTHS + 1) / scale) ** DEFAULT_SHAPE))


def remaining_nights(curve: Floats, aged: Floats, exponentials: Floats) -> Floats:
    """Nights left of stays of these ages, by inversion of one curve: of the same shape as the exponentials.

    `exponentials` are standard exponential draws, the last axis that of the ages.
    """
    grid = ages()
    reached = np.interp(aged, grid, curve)
    return np.interp(reached + exponentials, curve, grid) - aged


def _counted(rows: Sequence[Observed]) -> tuple[Floats, Floats]:
    """How many could have left in each month of a stay, and how many did.

    Who left counts as one to the end of the month; who was last seen in it, for the part that was seen.
    """
    if not rows:
        return np.zeros(MONTHS), np.zeros(MONTHS)
    until = np.minimum(np.array([row.nights for row in rows], dtype=float), EDGES[-1])[:, None]
    since = np.array([max(row.seen_from, 0) for row in rows], dtype=float)[:, None]
    ended = np.array([row.ended and row.nights <= EDGES[-1] for row in rows])[:, None]
    lower, upper = EDGES[:-1], EDGES[1:]
    here = (lower < until) & (until <= upper) & ended
    reach = np.where(here, upper, np.minimum(until, upper))
    seen = np.clip(reach - np.maximum(since, lower), 0, None) / MONTH
    return seen.sum(axis=0), here.sum(axis=0).astype(float)
