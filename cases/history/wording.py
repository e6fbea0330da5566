"""A stored value in the words of the page. Pure but for the local time of a moment."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Field
from django.utils.timezone import localtime

from avhopp.kernel.money import format_kr
from avhopp.kernel.sealing import Sealed
from cases.history.differences import NOTHING, Cell

#: What a reference says whose row is gone, or is not shown to the reader.
UNKNOWN = "finns inte längre, eller visas inte för dig"
WRITTEN = "text"

#: Names of rows that others refer to, by model (`app.Model`) and key.
Names = Mapping[tuple[str, Any], str]


def cell_of(one: Field, value: Any, names: Names, words: Mapping[str, str]) -> Cell:
    """The field's value in words. `names` of rows referred to, `words` for values that are no choices."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, Sealed):
        return Cell(WRITTEN, seal=value.token)
    if one.is_relation:
        return Cell(names.get((one.related_model._meta.label, value), UNKNOWN))  # type: ignore[union-attr]
    if isinstance(value, list):
        return Cell(", ".join(words.get(str(part), str(part)) for part in value))
    choices = dict(one.flatchoices or ())
    return Cell(str(choices[value]) if value in choices else in_words(value))


def in_words(value: Any) -> str:
    """Days as ÅÅÅÅ-MM-DD, moments in Swedish time to the minute, amounts in kronor, ja and nej."""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d kl. %H.%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H.%M}"
    if isinstance(value, Decimal):
        return format_kr(value, 0 if value == value.to_integral_value() else 2)
    return str(value)
