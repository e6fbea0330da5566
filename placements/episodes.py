"""Stays of one person that hang together, as one episode: what has been lived, and what lies ahead. Pure.

What counts as one episode: stays of the same person that follow one another, by a link (`moved_from`) or with
at most `JOINED_WITHIN` nights between. A departure for a step-down is therefore no end: the person who leaves
a home for supported housing within two weeks is still placed, and the episode ends with the last stay. The
rule needs no coded reason, so it holds for stays that were read in from a spreadsheet as well.

A person is in one place at a time: a stay ends, at the latest, when the next one of the episode begins, also
when nobody has decided its end or said that the next one continues it.

Plans that never began are no part of an episode, and an episode without a night has nothing to teach.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from avhopp.kernel.periods import ONE_DAY
from placements.costs import Key
from placements.forecast import Placing, starts_on

JOINED_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Known:
    """A placement that stands, and whose it is."""

    person: Key
    placing: Placing


@dataclass(frozen=True, slots=True)
class Episode:
    """Stays that hang together, by arrival. `arrived` is the first real arrival; None: all of it is planned.

    `ends` is the last decided departure, None when the last stay runs on.
    """

    links: tuple[Placing, ...]
    arrived: date | None
    ends: date | None

    @property
    def key(self) -> Key:
        return self.links[0].key

    def is_over(self, day: date) -> bool:
        """Whether the person has left by the day, and nothing more is planned."""
        return self.arrived is not None and self.ends is not None and self.ends <= day


def episodes_of(known: Iterable[Known], cut: date, as_of: date) -> tuple[Episode, ...]:
    """The episodes as they stand on `as_of`, in an order that does not depend on the order of the rows.

    A start after as_of is not known: the stay is a plan with its planned start (placements/forecast.py).
    """
    of_person: dict[Key, list[Placing]] = {}
    for row in known:
        of_person.setdefault(row.person, []).append(row.placing)
    found = [
        _episode(_one_at_a_time(links, cut, as_of), as_of)
        for placings in of_person.values()
        for links in _joined(placings, cut, as_of)
    ]
    return tuple(sorted(found, key=lambda row: (starts_on(row.links[0], cut, as_of), str(row.key))))


def _joined(placings: Iterable[Placing], cut: date, as_of: date) -> list[list[Placing]]:
    """One person's stays, split where the person was gone for longer."""
    ordered = sorted(placings, key=lambda row: (starts_on(row, cut, as_of), str(row.key)))
    groups: list[list[Placing]] = []
    for placing in ordered:
        if groups and _follows(placing, groups[-1], starts_on(placing, cut, as_of)):
            groups[-1].append(placing)
        else:
            groups.append([placing])
    return groups


def _follows(placing: Placing, before: list[Placing], starts: date) -> bool:
    if any(placing.moved_from == row.key for row in before):
        return True
    left = _last_end(before)
    return left is None or starts <= left + JOINED_WITHIN


def _last_end(links: Iterable[Placing]) -> date | None:
    ends = [row.end for row in links]
    return None if None in ends else max(end for end in ends if end is not None)


def _one_at_a_time(links: list[Placing], cut: date, as_of: date) -> list[Placing]:
    """The stays, each ended when the next begins; a late plan begins after the cut at the earliest."""
    found = []
    for link, following in pairwise(links):
        begins = starts_on(following, cut, as_of)
        if following.start is None or following.start > as_of:
            begins = max(begins, cut + ONE_DAY)
        found.append(link if link.end is not None and link.end <= begins else replace(link, end=begins))
    return [*found, links[-1]]


def _episode(links: list[Placing], as_of: date) -> Episode:
    arrived = [row.start for row in links if row.start is not None and row.start <= as_of]
    return Episode(tuple(links), min(arrived, default=None), _last_end(links))


def lived(episode: Episode, as_of: date) -> int:
    """The nights from the arrival to the departure, or up to and including the night of `as_of`."""
    if episode.arrived is None:
        return 0
    until = as_of + ONE_DAY if episode.ends is None else min(episode.ends, as_of + ONE_DAY)
    return max((until - episode.arrived).days, 0)
