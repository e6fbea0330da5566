"""How often the forecast's range held the truth, by how stays end and by how many are ongoing.

python -m benchmarks.calibration 1200 7        (operations, seed)

The operations are those of the tests, made by a generator that uses nothing of the forecast.
"""

import sys
from collections.abc import Iterable
from typing import NamedTuple

from placements.simulation import simulate
from tests.placements.operations import Truth, lived_operations

RUNS = 500
SIZES = ((0, 4), (5, 9), (10, 19), (20, 1000))


class Told(NamedTuple):
    low: float
    middle: float
    high: float
    truth: float


def row(name: str, told: Iterable[Told]) -> str:
    told = list(told)
    held = sum(one.low <= one.truth <= one.high for one in told) / len(told)
    bias = sum(one.middle - one.truth for one in told) / sum(one.truth for one in told)
    chance = (held * (1 - held) / len(told)) ** 0.5
    return f"| {name} | {len(told)} | {held:.1%} ± {chance:.1%} | {bias:+.1%} |"


def ongoing(one: Truth) -> int:
    """How many stays go on at the cut."""
    ends = [known.placing.end for known in one.facts.known if known.placing.start is not None]
    return sum(end is None or end > one.facts.cut for end in ends)


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    found = []
    for number, one in enumerate(lived_operations(count, seed)):
        year = simulate(one.facts, one.assumptions, number, RUNS).year
        told = Told(float(year.p10), float(year.p50), float(year.p90), one.cost)
        found.append((one.shape, ongoing(one), told))
    lines = ["| operations | number | the band holds | the median's bias |", "|---|---|---|---|"]
    lines.append(row("all", (told for _, _, told in found)))
    for shape in sorted({shape for shape, _, _ in found}):
        lines.append(row(shape, (told for name, _, told in found if name == shape)))
    for low, high in SIZES:
        some = [told for _, size, told in found if low <= size <= high]
        if some:
            name = f"{low} or more ongoing" if high == SIZES[-1][1] else f"{low}–{high} ongoing"
            lines.append(row(name, some))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
