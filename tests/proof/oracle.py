"""What the access policy answers, computed from matrix.toml alone. Shares no code with the product.

An account stands to a case in one relation; the relation says whether the case is open to it, and the
policy's letters say for what.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MATRIX: dict[str, Any] = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text(encoding="utf-8"))
ROLES: dict[str, str] = MATRIX["roles"]
READING = ("summary", "read")
METHODS = ("GET", "POST")

#: Every relation of an account to a case, and what the case is to it: for work, for reading, or nothing.
WORK, READ, NOTHING, GLASS = "work", "read", "nothing", "glass"
RELATIONS = {
    "assigned": WORK,  # the handler's grant
    "co_handler": WORK,
    "unit": WORK,  # through a group's grant
    "temporary": WORK,  # with an end that has not come
    "reading": READ,  # temporary, to read
    "break_glass": GLASS,
    "future": NOTHING,  # a grant that has not begun
    "expired": NOTHING,  # a grant whose time is over
    "revoked": NOTHING,  # a grant that was ended
    "same_unit": NOTHING,  # of the case's unit, and not on the case
    "other_unit": NOTHING,
    "other_municipality": NOTHING,
}
#: What is neither passed on nor looked into by whoever's own access will end.
LASTING = ("assignment", "readers")
#: The relations that end by themselves.
PASSING = ("temporary", "reading", "break_glass")


@dataclass(frozen=True)
class Address:
    """One line of the matrix."""

    name: str
    information: str  # or "public", "signed_in", "released"
    need: str
    object: str
    methods: tuple[str, ...]


def addresses(part: str = "address") -> list[Address]:
    """Every line of [address] or [portal]; an address asked about two objects gives two."""
    found = []
    for name, lines in MATRIX[part].items():
        for line in [lines] if isinstance(lines, str) else lines:
            found.append(_address(name, line.split()))
    return found


def _address(name: str, words: list[str]) -> Address:
    methods = tuple(word for word in words if word in METHODS)
    rest = [word for word in words if word not in METHODS] + ["", ""]
    need = rest[1] or "read"
    usual = ("GET",) if need in READING else ("GET", "POST")
    return Address(name, rest[0], need, rest[2], methods or usual)


def letters(role: str, information: str) -> tuple[str, set[str]]:
    """The letter and the acts of a role, by its key under [roles]."""
    row = MATRIX["information"][information]
    letter, *acts = row[MATRIX["columns"].index(role)].split()
    return letter, set(acts)


def allowed(role: str, information: str, need: str) -> bool:
    """Whether a case that is open for work lets the role do this."""
    letter, acts = letters(role, information)
    if need == "approve":
        return need in acts  # whoever writes does not approve
    if letter == "F":
        return True
    if need == "summary":
        return letter in ("L", "S")
    if need == "read":
        return letter == "L"
    return need in acts


def through_glass(role: str, information: str, need: str) -> bool:
    """Whether breaking the glass lets the role do this: it reads, and opens the B cells."""
    if need not in READING:
        return False
    if role == "handler":
        letter = MATRIX["unit"].get(information, "-")
        return letter == "B" or (letter == "S" and need == "summary")
    if role not in ("senior", "manager"):
        return False
    return letters(role, information)[0] == "B" or allowed(role, information, need)


def open_to(role: str, relation: str, information: str, need: str) -> bool:
    """Whether an account of this role, in this relation to the case, may do this in the case."""
    openness = RELATIONS[relation]
    if openness == NOTHING:
        return False
    if relation in PASSING and information in LASTING:
        return False
    if openness == GLASS:
        return through_glass(role, information, need)
    if openness == READ and need not in READING:
        return False
    if role == "coordinator" and information == "journal" and relation in ("assigned", "co_handler"):
        return need in READING  # note 7: assignment gives it
    return allowed(role, information, need)
