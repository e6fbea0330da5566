"""Whether plans begin, and how late: the operation's own, blended with an assumption. Pure, with NumPy.

The default slips two weeks on average and loses one plan in ten. It is worth `SLIPS_KNOWN` begun plans and
`PLANS_KNOWN` decided ones; the operation's own weigh more as they grow. A plan whose day has passed is drawn
among those that slipped at least as far, and has become likelier never to begin.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from placements.episodes import Episode
from placements.lengths import Floats

SLIP_NIGHTS = 14.0
SLIPS_KNOWN = 5.0
NEVER_BEGINS = 0.1
PLANS_KNOWN = 10.0


class Begun(NamedTuple):
    """For each run whether a plan begins, and so many nights after the planned day."""

    begins: NDArray[np.bool_]
    slip: Floats


@dataclass(frozen=True)
class Starts:
    """The operation's own: nights between planned and real arrival, and plans that were withdrawn."""

    slips: Floats
    withdrawn: int

    @classmethod
    def of(cls, episodes: Iterable[Episode], withdrawn: int) -> "Starts":
        first = [row.links[0] for row in episodes if row.arrived is not None]
        slips = [
            (row.start - row.planned_start).days
            for row in first
            if row.start is not None and row.planned_start is not None
        ]
        return cls(np.array(sorted(slips), dtype=float), withdrawn)

    def lost_share(self, draws: np.random.Generator, runs: int) -> Floats:
        """The share of plans that never begin, as uncertain as the operation's experience leaves it."""
        never = PLANS_KNOWN * NEVER_BEGINS + self.withdrawn
        return draws.beta(never, PLANS_KNOWN * (1 - NEVER_BEGINS) + len(self.slips), size=runs)

    def drawn(self, draws: np.random.Generator, lost: Floats, overdue: int) -> Begun:
        """A plan that should have begun `overdue` nights ago (0: its day lies ahead) and has not."""
        own = self.slips[self.slips >= overdue] if overdue > 0 else self.slips
        default = SLIPS_KNOWN * exp(-overdue / SLIP_NIGHTS)
        waits = (default + len(own)) / (SLIPS_KNOWN + len(self.slips))
        never = lost / (lost + (1 - lost) * waits)
        chance, which = draws.random(size=(2, len(lost)))
        late = draws.exponential(size=len(lost))
        slip = overdue + np.rint(late * SLIP_NIGHTS)
        if len(own):
            total = default + len(own)
            at = np.clip(np.floor(which * total - default), -1, len(own) - 1).astype(int)
            slip = np.where(at >= 0, own[np.maximum(at, 0)], slip)
        return Begun(chance >= never, slip)
