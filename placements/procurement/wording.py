"""What is sent to providers: built from codes, and free text that may name nobody. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import search_key

#: Ten or twelve digits as an identity number is written, also with spaces.
_IDENTITY = re.compile(r"(?<!\d)(?:\d\d)?\d\d(?:0[1-9]|1[0-2])\d\d\s*[-+–]?\s*\d{4}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+46|0046|0)[\s-]*\d(?:[\s()/-]*\d){6,10}(?!\d)")
#: Letters joined to a year by a hyphen, or capitals before it: “från 2026-11” is a day.
_CASE_NUMBER = re.compile(
    r"\b(?:[A-Za-zÅÄÖåäö]{2,5}\s*-\s*|[A-ZÅÄÖ]{2,5}\s*)(?:19|20)\d\d\s*[-:/]\s*\d{1,6}\b"
)
_MAIL = re.compile(r"\S+@\S+\.\S+")
#: Shorter parts of a name are everyday words too often.
_SHORTEST_NAME = 3


def _signs_only(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


@dataclass(frozen=True, slots=True)
class Asked:
    """The coded fields of an inquiry, as labels."""

    kind: str
    age: str
    needs: tuple[str, ...]
    start_from: date
    start_to: date
    months: int
    county: str
    text: str


def lines_of(asked: Asked) -> list[tuple[str, str]]:
    """What goes out: headings and what stands under them."""
    rows = [
        ("Insats", asked.kind),
        ("Ålder", asked.age),
        ("Behov", ", ".join(asked.needs) or "Inga särskilda"),
        ("Ankomst", f"{asked.start_from.isoformat()} till {asked.start_to.isoformat()}"),
        ("Ungefärlig längd", f"{asked.months} månad{'er' if asked.months > 1 else ''}"),
        ("Län", asked.county),
    ]
    return [*rows, ("Övrigt", asked.text)] if asked.text else rows


def check_names_nobody(
    text: str, *, names: Iterable[str], numbers: Iterable[str], field: str = "text"
) -> None:
    """The text holds neither a name nor a number that leads to the person.

    `names` are those of the person; each part of three letters or more counts, however it is written.
    `numbers` are numbers of the person and the case, compared without what stands between the signs.

    Raises:
        Refused: names_the_person, identity_number, case_number, phone_number, mail_address.
    """
    words = set(re.split(r"[^\w]+", search_key(text)))
    for name in names:
        for part in re.split(r"[^\w]+", search_key(name)):
            if len(part) >= _SHORTEST_NAME and {part, f"{part}s"} & words:
                raise Refused(
                    "names_the_person",
                    "Texten innehåller personens namn. Skriv ”personen” i stället.",
                    field=field,
                )
    written = _signs_only(text)
    if any(number and _signs_only(number) in written for number in numbers):
        raise Refused(
            "case_number", "Texten innehåller ärendets eller personens nummer. Ta bort det.", field=field
        )
    for pattern, code, what in (
        (_IDENTITY, "identity_number", "ett personnummer"),
        (_CASE_NUMBER, "case_number", "ett ärendenummer"),
        (_PHONE, "phone_number", "ett telefonnummer"),
        (_MAIL, "mail_address", "en e-postadress"),
    ):
        if pattern.search(text):
            raise Refused(code, f"Texten ser ut att innehålla {what}. Ta bort det.", field=field)
