"""What the timeline says of each step of an inquiry, whoever writes it: the pages or a file. Pure."""

from datetime import date
from typing import NamedTuple

from avhopp.kernel.swedish import format_day


class Told(NamedTuple):
    """The event's kind, and its sentence, which names neither a provider nor a price."""

    kind: str
    text: str


def written(code: str) -> Told:
    return Told("forfragan", f"Förfrågan {code} om plats skrevs.")


def asked(code: str, number: int) -> Told:
    count = f"{number} utförare" if number > 1 else "En utförare"
    return Told("utforare_tillfragade", f"{count} tillfrågades i förfrågan {code}.")


def answered(code: str, *, declined: bool) -> Told:
    text = "tackade nej" if declined else "erbjöd en plats"
    return Told("offert", f"En utförare {text} i förfrågan {code}.")


def chosen(code: str, *, outside: bool) -> Told:
    where = "utanför ramavtal" if outside else "inom ramavtal"
    return Told("plats_vald", f"En plats {where} valdes i förfrågan {code}.")


def approved(code: str, until: date) -> Told:
    text = f"Platsen utanför ramavtal i förfrågan {code} godkändes till {format_day(until)}."
    return Told("plats_godkand", text)


def placed(code: str) -> Told:
    return Told("forfragan_placerad", f"Förfrågan {code} ledde till en placering.")
