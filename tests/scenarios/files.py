"""The golden file as a dictionary with its figures, and small changes to it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reports.scenario.document import Scenario
from reports.scenario.reading import read_bytes

GOLDEN_FILE = Path(__file__).with_name("golden_2022.json")
GOLDEN: dict[str, Any] = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))

# DOMAIN.md section 7.3: nights, cost, running cost, persons.
GOLDEN_MONTHS = [
    (146, 438_000, 438_000, 5),
    (168, 445_200, 883_200, 6),
    (186, 473_400, 1_356_600, 6),
    (180, 444_000, 1_800_600, 6),
    (186, 412_300, 2_212_900, 6),
    (180, 399_000, 2_611_900, 6),
    (198, 452_950, 3_064_850, 7),
    (186, 482_050, 3_546_900, 6),
    (164, 397_500, 3_944_400, 6),
    (155, 389_050, 4_333_450, 5),
    (90, 237_000, 4_570_450, 3),
    (93, 244_900, 4_815_350, 3),
]

Change = Callable[[dict[str, Any]], object]


def golden(*changes: Change) -> dict[str, Any]:
    """A copy of the golden file with the changes made."""
    file = copy.deepcopy(GOLDEN)
    for change in changes:
        change(file)
    return file


def as_bytes(file: object) -> bytes:
    return json.dumps(file, ensure_ascii=False).encode()


def read(file: object) -> Scenario:
    return read_bytes(as_bytes(file))


def put(path: str, value: object) -> Change:
    """Set the value at `placements[3].prices[0].from`."""
    *way, last = steps(path)

    def change(file: dict[str, Any]) -> None:
        here: Any = file
        for step in way:
            here = here[step]
        here[last] = value

    return change


def drop(path: str) -> Change:
    """Leave a key or a row out."""
    *way, last = steps(path)

    def change(file: dict[str, Any]) -> None:
        here: Any = file
        for step in way:
            here = here[step]
        del here[last]

    return change


def add(name: str, like: int, **values: object) -> Change:
    """Another row in a list, as an existing one with other values."""
    return lambda file: file[name].append({**copy.deepcopy(file[name][like]), **values})


def steps(path: str) -> list[str | int]:
    found: list[str | int] = []
    for part in path.split("."):
        name, *places = part.replace("]", "").split("[")
        found += [name, *(int(place) for place in places)]
    return found
