"""The golden file as a dictionary, and small changes to it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reports.scenario.document import Scenario
from reports.scenario.reading import read_bytes

GOLDEN_FILE = Path(__file__).with_name("golden_2022.json")
GOLDEN: dict[str, Any] = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))

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
