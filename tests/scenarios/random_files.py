"""Random whole scenario files: the random facts of the figures' tests, made into files that can be loaded.

What those leave out (municipality, units, names) is filled in; what the format refuses or the database cannot
hold is mended: check digits, two checks on a day, two moves from one placement, plans outside their case.
"""

import copy

from hypothesis import strategies as st

from tests.reports.random_scenarios import scenarios
from tests.scenarios.random_inquiries import INSIDE, OTHER, OUTSIDE, inquiries

MUNICIPALITY = {"code": "0177", "name": "Slumpkommun", "board": "Socialnämnden", "registry_prefix": "SN"}


@st.composite
def files(draw) -> dict:
    """A file that loads, with every list filled."""
    file = whole(draw(scenarios()))
    return file | {"inquiries": draw(inquiries(file))}


def whole(facts: dict) -> dict:
    file = copy.deepcopy(facts)
    cases = {row["ref"]: row for row in file["cases"]}
    return file | {
        "municipality": MUNICIPALITY,
        "units": [{"ref": "e", "name": "Enheten"}],
        "users": [
            {"username": "asta", "role": "socialsekreterare", "unit": "e"},
            {"username": "bo", "role": "enhetschef", "unit": "e"},
        ],
        "providers": [{"ref": ref, "name": ref, "kind": "hvb"} for ref in (INSIDE, OUTSIDE, OTHER)],
        "agreements": [
            {**row, "provider": INSIDE, "start": "2015-01-01", "end": None, "rate": "1000"}
            for row in file["agreements"]
        ],
        "persons": [{**row, "identity": with_check_digit(row["identity"])} for row in file["persons"]],
        "cases": [
            {
                **row,
                "unit": "e",
                "handler": "asta",
                "source": "polis",
                "closing_reason": "ovrigt" if row["closed"] else None,
            }
            for row in file["cases"]
        ],
        "decisions": [{**row, "kind": "hvb"} for row in file["decisions"]],
        "placements": list(mended(file["placements"], cases)),
        "applications": [
            {**row, "status": "inskickad" if row["decided"] is None else "beviljad"}
            for row in file["applications"]
        ],
        "checks": [
            {**row, "deviation": row["deviation"] and row["done"] is not None}
            for row in {(row["case"], row["planned"]): row for row in file["checks"]}.values()
        ],
    }


def mended(placements: list[dict], cases: dict[str, dict]):
    followed = {None}
    for row in placements:
        inside = row["agreement"] is not None
        row = {
            **row,
            "provider": INSIDE if inside else OUTSIDE,
            "outside_reason": None if inside else "Ingen plats fanns",
        }
        if row["start"] is None:
            row["planned_start"] = max(row["planned_start"], cases[row["case"]]["received"])
            row["planned_start"] = min(row["planned_start"], row["end"] or row["planned_start"])
            row["absences"] = []
        if row["moved_from"] in followed:
            row["moved_from"] = None
        followed.add(row["moved_from"])
        yield row


def with_check_digit(number: str | None) -> str | None:
    """The number with its last digit as the Luhn algorithm wants it, and a serial number that is not zero."""
    if number is None:
        return None
    digits = f"{number[2:8]}{int(number[8:11]) or 1:03d}"
    weighed = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    total = sum(value - 9 if value > 9 else value for value in weighed)
    return f"{number[:2]}{digits}{-total % 10}"
