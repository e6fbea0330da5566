"""Which stays' prices and absences a year's money needs; of the others their dates say enough. Pure.

- The outcome and the exact forecasts: stays and plans with a day in the year. The day of departure is one,
  since it may be charged.
- The range: every stay of an episode that is not over, since the price ahead follows from those before.
- What an arrival may cost: the first stays of the latest episodes. A night has its price (`no_price_gap`); a
  stay without a night may have none, and is then looked past as the range does.

How long the others lasted, and in what order, is known without a price.
"""

from collections.abc import Iterable
from datetime import date

from avhopp.kernel.periods import ONE_DAY, Period
from placements.costs import Key
from placements.episodes import Episode, Known, episodes_of
from placements.forecast import Placing
from placements.simulation import RATES_SHOWN


def need_terms(known: Iterable[Known], year: Period, cut: date, as_of: date) -> set[Key]:
    """The keys, out of placements that are known by their dates; terms that they have are not looked at."""
    known = tuple(known)
    found = {row.placing.key for row in known if _touches(row.placing, year)}
    if year.end is None or cut + ONE_DAY < year.end:
        episodes = episodes_of(known, cut, as_of)
        found.update(link.key for row in episodes if not row.is_over(cut) for link in row.links)
        found.update(_latest(episodes))
    return found


def _touches(placing: Placing, year: Period) -> bool:
    """Whether a night, or the departure, can lie in the year, from the planned day or from the real one."""
    days = [day for day in (placing.planned_start, placing.start) if day is not None]
    begins_before = year.end is None or not days or min(days) < year.end
    return begins_before and (placing.end is None or year.start <= placing.end)


def _latest(episodes: tuple[Episode, ...]) -> Iterable[Key]:
    """First stays, the latest first, until so many have a night that all prices that are shown are there."""
    priced = 0
    for episode in reversed(episodes):
        if priced == RATES_SHOWN:
            return
        if episode.arrived is not None:
            first = episode.links[0]
            begins = first.start or first.planned_start
            priced += first.end is None or (begins is not None and begins < first.end)
            yield first.key
