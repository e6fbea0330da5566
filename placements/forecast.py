"""What the year will cost: committed, planned and straight line (DOMAIN.md section 7.3).

A forecast stands at a `cut`, the last day whose nights are outcome, and is seen from `as_of`, the day
whose knowledge counts. How the rules are read:

- A placement has *begun* when its actual start is on or before the cut.
- A start after as_of is not known yet: the placement is still a plan, with its planned start. A start
  after the cut but not after as_of is known and replaces the planned start; the placement has still
  not begun at the cut, so it stays on the planned side unless it continues one that has begun.
- What has not begun is counted from that day or the day after the cut, whichever is later, to its end.
  A plan whose end lies before that day costs nothing.
- A *continuation* follows `moved_from` through placements that all exist; it is committed however many
  links away the begun placement lies, and also when that one has ended.
- The remaining cost includes departure days that are charged after the cut, so that the forecast at
  31 December equals the outcome.
- Ends, prices and absences are used as decided, also when they lie ahead. A closed case does not shorten
  a plan: whoever closes it ends the placement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.kernel.periods import ONE_DAY, Period
from placements.costs import NOTHING, Absence, Key, PricePeriod, Stay, cost


@dataclass(frozen=True, slots=True)
class Placing:
    """A decided placement, begun or not. `start` is the actual start, None when it has not begun.

    `moved_from` is the key of the placement that this one continues. `planned_start` None: no day is
    planned, so that a start that lies ahead is all there is to plan with, or else the day after the cut.
    """

    key: Key
    planned_start: date | None
    start: date | None
    end: date | None
    prices: tuple[PricePeriod, ...]
    absences: tuple[Absence, ...] = ()
    charges_departure_day: bool = False
    moved_from: Key | None = None

    def stay_from(self, start: date) -> Stay:
        """The stay that begins on the day given."""
        return Stay(self.key, start, self.end, self.prices, self.absences, self.charges_departure_day)


def committed(
    so_far: Decimal, placings: Iterable[Placing], year: Period, cut: date, as_of: date | None = None
) -> Decimal:
    """The year's cost if nothing more begins than what is bound: exact kronor.

    `so_far` is the year's cost up to and including the cut; `placings` are the placements that exist at
    `as_of` (default: the cut): decided by then, in a case received by then.
    """
    placings = tuple(placings)
    bound = _bound(placings, cut)
    return so_far + _remaining((row for row in placings if row.key in bound), year, cut, as_of or cut)


def planned(
    so_far: Decimal, placings: Iterable[Placing], year: Period, cut: date, as_of: date | None = None
) -> Decimal:
    """The committed cost and that of every other decided placement that has not begun: exact kronor.

    The arguments are those of `committed`. Never lower than it.
    """
    return so_far + _remaining(placings, year, cut, as_of or cut)


def straight_line(so_far: Decimal, year: Period, cut: date) -> Decimal:
    """The year's cost if every day costs what the days so far did on average, in kronor.

    Misleading when prices step down; shown beside the others for that reason. Before the year has
    begun nothing has been spent, and the line is `so_far`.
    """
    days_elapsed = min((cut + ONE_DAY - year.start).days, year.nights)
    if days_elapsed <= 0:
        return so_far
    return so_far * year.nights / days_elapsed


def _bound(placings: Sequence[Placing], cut: date) -> set[Key]:
    """The keys of the placements that have begun by the cut and of all their continuations."""
    bound = {row.key for row in placings if _has_begun(row, cut)}
    followers: dict[Key, list[Key]] = {}
    for row in placings:
        if row.moved_from is not None:
            followers.setdefault(row.moved_from, []).append(row.key)
    waiting = list(bound)
    while waiting:
        for follower in followers.get(waiting.pop(), ()):
            if follower not in bound:
                bound.add(follower)
                waiting.append(follower)
    return bound


def _remaining(placings: Iterable[Placing], year: Period, cut: date, as_of: date) -> Decimal:
    """The cost after the cut, within the year."""
    rest_starts = max(cut + ONE_DAY, year.start)
    if year.end is None or rest_starts >= year.end:
        return NOTHING
    rest = Period(rest_starts, year.end)
    total = NOTHING
    for row in placings:
        starts = starts_on(row, cut, as_of)
        if row.end is None or starts <= row.end:
            total += cost(row.stay_from(starts), rest)
    return total


def starts_on(placing: Placing, cut: date, as_of: date) -> date:
    """The actual start when it is known, else the planned one; what lies before the cut never counts."""
    if placing.start is not None and placing.start <= as_of:
        return placing.start
    return placing.planned_start or placing.start or cut


def _has_begun(placing: Placing, cut: date) -> bool:
    return placing.start is not None and placing.start <= cut
