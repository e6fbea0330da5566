"""The month's sample of the read log, so that it can be drawn again and proved. Pure.

Each read has a rank: SHA-256 of the seed and its id. Of each unit the lowest ranks are drawn, so the same
reads and the same seed give the same sample on any machine, in any order (SR-24).
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cases.log_review.flags import DRAWING, Read, flags_of


@dataclass(frozen=True)
class Method:
    """How much is drawn. Fewer than `few_cases` cases read in the month: everything is."""

    few_cases: int = 10
    least: int = 20  # reads of each unit
    percent: int = 5  # of the unit's reads, when that is more

    def quota(self, reads: int) -> int:
        """How many of a unit's reads are drawn at random."""
        return min(reads, max(self.least, math.ceil(reads * self.percent / 100)))


METHOD = Method()


@dataclass(frozen=True)
class Drawn:
    """A read that was drawn, and why: by chance, or because all of its kind are, or by its flags."""

    read: Read
    by_chance: bool
    flags: tuple[str, ...]

    @property
    def is_plain(self) -> bool:
        """Whether nothing but chance has drawn it."""
        return not (self.read.is_police or self.read.is_break_glass or DRAWING & set(self.flags))


@dataclass(frozen=True)
class UnitDraw:
    """How many reads a unit had, and how many of them chance drew. `unit` None: accounts without one."""

    unit: str | None
    reads: int
    drawn: int


@dataclass(frozen=True)
class Draw:
    """`sha256` is that of all the reads that there were to draw from."""

    seed: str
    reads: int
    cases: int
    sha256: str
    everything: bool
    units: tuple[UnitDraw, ...]
    items: tuple[Drawn, ...]


def draw(reads: Sequence[Read], seed: str, method: Method = METHOD) -> Draw:
    """The sample: by chance of each unit, all break-glass, all of the police's, all that a rule flags."""
    cases = {case for read in reads for case in read.cases}
    everything = len(cases) < method.few_cases
    by_unit: dict[str | None, list[Read]] = defaultdict(list)
    for read in reads:
        by_unit[read.unit].append(read)
    chosen: set[str] = set()
    units = []
    for unit in sorted(by_unit, key=lambda unit: unit or ""):
        of_unit = sorted(by_unit[unit], key=lambda read: (rank(seed, read.id), read.id))
        count = len(of_unit) if everything else method.quota(len(of_unit))
        chosen.update(read.id for read in of_unit[:count])
        units.append(UnitDraw(unit, len(of_unit), count))
    flags = flags_of(reads)
    every = (Drawn(read, read.id in chosen, flags.get(read.id, ())) for read in reads)
    items = sorted(
        (one for one in every if one.by_chance or not one.is_plain),
        key=lambda one: (one.read.at, one.read.id),
    )
    return Draw(
        seed,
        len(reads),
        len(cases),
        digest(read.id for read in reads),
        everything,
        tuple(units),
        tuple(items),
    )


def rank(seed: str, read_id: str) -> str:
    """The place of a read in the drawing of lots: lower comes first."""
    return hashlib.sha256(f"{seed}:{read_id}".encode()).hexdigest()


def digest(read_ids: Iterable[str]) -> str:
    """SHA-256 in hex of the ids in rising order, a line each."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(read_ids)).encode()).hexdigest()
