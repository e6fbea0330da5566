"""How single values of a scenario file are read.

A value that does not hold raises BadValue with a Swedish sentence. No sentence repeats an identity number.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal

from avhopp.kernel.identity import IdentityNumber
from avhopp.kernel.refusal import Refused
from reports.scenario.vocabulary import MACHINE_HANDLES

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
MAX_CHILDREN = 30
MAX_MONTHS = 60
LONGEST_TEXT = 5000
SHOWN = 60  # characters of the file that a message repeats at most

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"(?P<minus>-?)(?P<kronor>[0-9]+)(?:\.(?P<ore>[0-9]+))?")
_MUNICIPALITY = re.compile(r"[0-9]{4}")
_CODE = re.compile(r"[0-9A-Za-zÅÄÖåäö]+")
_USERNAME = re.compile(r"[^\s@/]+")


class BadValue(Exception):
    """The value does not hold. `where` leads further in than the key, `[2]`."""

    def __init__(self, text: str, where: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.where = where


class Unreadable:
    """A number with a decimal point or an exponent, NaN or infinity: no key takes it."""

    def __init__(self, written: str) -> None:
        self.written = written


def written_integer(digits: str) -> int | Unreadable:
    """An integer of a size that can mean something here."""
    return int(digits) if len(digits) <= 18 else Unreadable(digits)


def shown(text: str) -> str:
    """A text of the file for a message: short, and on one line."""
    plain = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…"


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise BadValue("Här ska stå en text inom citattecken.")
    normal = unicodedata.normalize("NFC", value).strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\r\t" for letter in normal):
        raise BadValue("Texten innehåller tecken som inte går att spara.")
    if len(normal) > longest:
        raise BadValue(f"Texten är för lång: högst {longest} tecken.")
    return normal


def text(longest: int) -> Callable[[object], str]:
    """A text that is not empty, on one line."""

    def reader(value: object) -> str:
        found = _text(value, longest)
        if not found:
            raise BadValue("Texten är tom.")
        if len(found.splitlines()) > 1:
            raise BadValue("Texten ska stå på en rad.")
        return found

    return reader


def optional_text(longest: int) -> Callable[[object], str | None]:
    """A text; an empty one is none."""
    return lambda value: _text(value, longest) or None


def some_text(longest: int) -> Callable[[object], str]:
    """A text that may be empty, and of several lines."""
    return lambda value: _text(value, longest)


long_text = some_text(LONGEST_TEXT)


ref = text(60)


def username(value: object) -> str:
    """A user name in small letters, without what separates it from the municipality and the team."""
    found = ref(value).lower()
    if not _USERNAME.fullmatch(found):
        raise BadValue("Ett användarnamn har inga mellanslag och inte tecknen @ eller /.")
    if found in MACHINE_HANDLES:
        raise BadValue(f"Användarnamnet {found} hör till systemet. Välj ett annat.")
    return found


def one_of(words: Collection[str]) -> Callable[[object], str]:
    """One of the format's words."""

    def reader(value: object) -> str:
        if not isinstance(value, str):
            raise BadValue("Här ska stå en text inom citattecken.")
        if value not in words:
            raise BadValue(f"Okänt värde ”{shown(value)}”. Tillåtna: {', '.join(sorted(words))}.")
        return value

    return reader


def several_of(words: Collection[str]) -> Callable[[object], tuple[str, ...]]:
    """A list of the format's words, each once; in alphabetical order."""
    return lambda value: _listed(value, one_of(words), "Samma värde står två gånger.")


def _listed(value: object, reader: Callable[[object], str], twice: str) -> tuple[str, ...]:
    found = []
    for place, one in enumerate(a_list(value)):
        try:
            found.append(reader(one))
        except BadValue as bad:
            raise BadValue(bad.text, f"[{place}]") from None
    if len(set(found)) < len(found):
        raise BadValue(twice)
    return tuple(sorted(found))


def day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise BadValue("Skriv datum som ÅÅÅÅ-MM-DD.")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise BadValue(f"Datumet {value} finns inte.") from None
    if not EARLIEST <= found <= LATEST:
        raise BadValue(f"Datumet {value} ligger utanför åren {EARLIEST.year} till {LATEST.year}.")
    return found


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue("Här ska stå ett heltal.")
    return value


def year(value: object) -> int:
    found = _integer(value)
    if not EARLIEST.year <= found <= LATEST.year:
        raise BadValue(f"Året ligger utanför {EARLIEST.year} till {LATEST.year}.")
    return found


def children(value: object) -> int:
    found = _integer(value)
    if not 0 <= found <= MAX_CHILDREN:
        raise BadValue(f"Antalet barn ska vara 0 till {MAX_CHILDREN}.")
    return found


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadValue("Här ska stå true eller false.")
    return value


def money(whole_digits: int) -> Callable[[object], Decimal]:
    """Kronor as an integer or a decimal string, "3000.50"; never a number with a decimal point: inexact."""

    def reader(value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise BadValue('Skriv belopp som heltal eller som text med decimalpunkt, till exempel "3000.50".')
        match = _AMOUNT.fullmatch(str(value))
        if match is None:
            raise BadValue('Skriv belopp som heltal eller som text med decimalpunkt, till exempel "3000.50".')
        if match["minus"]:
            raise BadValue("Beloppet får inte vara mindre än noll.")
        kronor, ore = match["kronor"].lstrip("0") or "0", (match["ore"] or "").rstrip("0")
        if len(ore) > 2:
            raise BadValue("Beloppet har fler än två decimaler.")
        if len(kronor) > whole_digits:
            raise BadValue("Beloppet är för stort.")
        return Decimal(f"{kronor}.{ore or 0}").quantize(Decimal("0.01"))

    return reader


def identity(value: object) -> str:
    """Twelve digits with the right check digit; one hyphen before the last four is read past."""
    if not isinstance(value, str):
        raise BadValue("Skriv person- eller samordningsnumret som text med tolv siffror.")
    digits = value[:8] + value[9:] if len(value) == 13 and value[8] == "-" else value
    try:
        return IdentityNumber(digits).check().digits
    except Refused as refused:
        raise BadValue(refused.text) from None


def months(value: object) -> int:
    """How long a place is asked for, as the pages take it."""
    found = _integer(value)
    if not 1 <= found <= MAX_MONTHS:
        raise BadValue(f"Antalet månader ska vara 1 till {MAX_MONTHS}.")
    return found


def municipality_code(value: object) -> str:
    if not isinstance(value, str) or not _MUNICIPALITY.fullmatch(value):
        raise BadValue("Kommunkoden skrivs som text med fyra siffror.")
    return value


def categories(value: object) -> tuple[str, ...]:
    """The kinds of information that a consent covers: at least one, each once, in alphabetical order."""
    if value == []:
        raise BadValue("Ett samtycke gäller minst en uppgift.")
    return _listed(value, text(30), "Samma uppgift står två gånger.")


def code(value: object) -> str:
    """A code of the account plan: letters and digits, at most twelve."""
    found = _text(value, 12)
    if not _CODE.fullmatch(found):
        raise BadValue("Skriv koden med bokstäver och siffror.")
    return found


def anything(value: object) -> object:
    """What is read further in."""
    return value


def a_list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadValue("Här ska stå en lista.")
    return value
