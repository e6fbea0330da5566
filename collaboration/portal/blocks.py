"""A package's content as blocks to read: the same in the portal and in the coordinator's preview.

Pure, and free of the social services' models. Only keys that are named here are ever shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

ACKNOWLEDGEMENT = "kvittens"
KIND_LABELS = {"utlamnande": "Utlämnande", ACKNOWLEDGEMENT: "Registrerad så här"}
NOT_STATED = "Inte angivet"


@dataclass(frozen=True)
class Block:
    """`rows` are pairs of label and value, `quote` the police's own words, `warning` what has run out."""

    key: str
    heading: str
    icon: str
    rows: tuple[tuple[str, str], ...]
    quote: str = ""
    warning: str = ""


def blocks(content: dict[str, Any], today: date) -> list[Block]:
    """The blocks of a content, in the order of reading. `today` tells what has run out meanwhile."""
    return [make(content[section], today) for section, make in MAKERS.items() if section in content]


def _identity(said: dict[str, Any], today: date) -> Block:
    rows = (("Namn", said["name"] or NOT_STATED), ("Personnummer", said["identity_number"] or NOT_STATED))
    return Block("person", "Personen", "user-round", rows)


def _assessment(said: dict[str, Any], today: date) -> Block:
    rows = (
        ("Grad av kriminalitet", said["crime_degree"]),
        ("Hotbild", said["threat"]),
        ("Behov av skydd", said["protection_need"]),
        ("Bedömd av", said["police_unit"] + (" (preliminär bedömning)" if said["preliminary"] else "")),
        ("Er handling", _document(said)),
        ("Mottagen av kommunen", said["received"]),
        ("Registrerad som gällande till och med", said["valid_to"]),
        ("Version", str(said["version"])),
    )
    ran_out = date.fromisoformat(said["valid_to"]) < today
    warning = f"Bedömningen gick ut {said['valid_to']}. Kommunen behöver en ny." if ran_out else ""
    return Block(
        "bedomning", "Er bedömning, registrerad så här", "shield-check", rows, said["wording"], warning
    )


def _withdrawal(said: dict[str, Any], today: date) -> Block:
    rows = (("Er handling", _document(said)), ("Återkallelsen kom till kommunen", said["withdrawn"]))
    warning = "Bedömningen här nedanför gäller inte längre. Kommunen behöver en ny."
    heading = "Er återkallelse, registrerad så här"
    return Block("aterkallelse", heading, "undo-2", rows, said["reason"], warning)


def _document(said: dict[str, Any]) -> str:
    parts = [said["registry_no"], f"daterad {said['document_date']}" if said["document_date"] else ""]
    return ", ".join(filter(None, parts)) or NOT_STATED


def _decision(said: dict[str, Any], today: date) -> Block:
    rows: tuple[tuple[str, str], ...] = (("Beslut om insats finns", "Ja" if said["exists"] else "Nej"),)
    if said["exists"]:
        rows += (("Beslutsdag", said["decided"]), ("Typ", said["kind"].capitalize()))
    return Block("beslut", "Beslut om insats", "gavel", rows)


def _return_home(said: dict[str, Any], today: date) -> Block:
    rows = (
        ("Återvändande till hemkommunen", "Bedöms möjligt" if said["possible"] else "Bedöms inte möjligt"),
    )
    return Block("atervandande", "Återvändande", "house", rows)


def _follow_up(said: dict[str, Any], today: date) -> Block:
    return Block(
        "uppfoljning", "Nästa gemensamma uppföljning", "calendar-check", (("Datum", said["planned"]),)
    )


def _consent(said: dict[str, Any], today: date) -> Block:
    rows = (
        ("Omfattar", ", ".join(said["categories"])),
        ("Ändamål", said["purpose"] or NOT_STATED),
        ("Gäller", f"{said['start']} till och med {said['end']}"),
    )
    return Block("samtycke", "Samtycke till er enhet", "signature", rows)


def _contact(said: dict[str, Any], today: date) -> Block:
    named = (
        ("Namn", said["name"]),
        ("Funktion", said["function"]),
        ("Telefon", said["phone"]),
        ("E-post", said["email"]),
    )
    return Block("kontakt", "Kontakt hos kommunen", "phone", tuple(row for row in named if row[1]))


MAKERS: dict[str, Callable[[dict[str, Any], date], Block]] = {
    "identity": _identity,
    "withdrawal": _withdrawal,
    "assessment": _assessment,
    "decision": _decision,
    "return_home": _return_home,
    "follow_up": _follow_up,
    "consent": _consent,
    "contact": _contact,
}
