"""Swedish text: alphabetical order, search without accents, and dates in words.

The order follows Svenska Akademiens ordlista and the locale `sv` of CLDR, as far as names need it: å, ä, ö
come last in that order, w is a letter of its own after v, æ stands with ä, ø, œ and ő with ö, ü and ű with y;
every other accent is looked past. PostgreSQL makes the same key in swedish_sql.py, so no sorting depends on
ICU or on a locale.
"""

import unicodedata
from datetime import date
from string import ascii_lowercase, ascii_uppercase

MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip

# Letters that have a place of their own, and the character that holds that place: { | } follow z.
PLACED = "ÅåÄäÆæÖöØøŐőŒœÜüŰűÐðĐđĦħıĲĳĿŀŁłŊŋẞßÞþŦŧ"
PLACES = "{{||||}}}}}}}}YyYyDdDdHhiIiLlLlNnSsTtTt"
FIRST_MARK, LAST_MARK = "\u0300", "\u036f"  # the combining accents

_TO_PLACES = str.maketrans(PLACED, PLACES)
_WITHOUT_MARKS = dict.fromkeys(range(ord(FIRST_MARK), ord(LAST_MARK) + 1))
_LOWER_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
_SAME_IN_SEARCH = str.maketrans("æøœðđħıĳŀłŋþŧ", "äööddhiillntt")


def sort_key(text: str) -> str:
    """A string whose plain code point order is Swedish alphabetical order, upper and lower case alike.

    Spaces come before digits, digits before letters. Equal keys are possible (Andre, André): sort on
    something unique as well. Case is levelled for the Latin alphabet only.
    """
    placed = unicodedata.normalize("NFC", text).translate(_TO_PLACES)
    bare = unicodedata.normalize("NFD", placed).translate(_WITHOUT_MARKS)
    return bare.translate(_LOWER_ASCII)


def search_key(text: str) -> str:
    """What to compare when people search: no case, é is e and ü is u, but å is not a and ö is not o.

    Runs of spaces are one space, and none at the ends.
    """
    letters = unicodedata.normalize("NFC", text).casefold().translate(_SAME_IN_SEARCH)
    bare = "".join(letter if letter in "åäö" else _without_marks(letter) for letter in letters)
    return " ".join(bare.split())


def format_day(day: date) -> str:
    """'21 november 2026'."""
    return f"{day.day} {format_month(day)}"


def format_month(day: date) -> str:
    """'november 2026'."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def week(day: date) -> str:
    """The ISO 8601 week: 'v. 47'."""
    return f"v. {day.isocalendar().week}"


def _without_marks(letter: str) -> str:
    return unicodedata.normalize("NFD", letter).translate(_WITHOUT_MARKS)
