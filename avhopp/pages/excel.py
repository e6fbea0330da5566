"""Lists as Excel files: typed cells, no formulas, nothing that a spreadsheet could take for one. Pure.

    FIELDS = (Field("Ärende"), Field("Ankomst", Kind.DAY), Field("Kostnad", Kind.MONEY))
    workbook(Sheet("Placeringar", FIELDS, rows), made=today)

Views do not call this: `avhopp.audit.exports.exported` does, and writes down who took what.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 100_000
MAX_TEXT = 32_767  # what a cell holds
SHEET_NAME = re.compile(r"[^\[\]:*?/\\']{1,31}")
#: Typed over in the cell, a text that begins so would become a formula: these cells are marked as text.
LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
SECRET = "Innehåller sekretessbelagda uppgifter"


class Kind(Enum):
    """What the cells of a column hold, with the number format and the width in characters.

    The formats are those of the file; Excel shows them the reader's own way, in Sweden "1 234,50".
    """

    TEXT = ("@", 24)
    NUMBER = ("#,##0", 12)  # int or Decimal
    MONEY = ("#,##0.00", 16)  # kronor: int or Decimal, never float
    SHARE = ("0.0%", 10)  # a share of one: Decimal
    DAY = ("yyyy-mm-dd", 12)  # date, never datetime

    def __init__(self, pattern: str, width: int) -> None:
        self.pattern = pattern
        self.width = width


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its Swedish heading and what it holds. `width` in characters, by default the kind's."""

    label: str
    kind: Kind = Kind.TEXT
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: as many values in each row as there are fields; None is an empty cell.

    `name` has at most 31 characters, none of them []:*?/\\ or an apostrophe.
    """

    name: str
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[Any]]


#: Label and value of each line on the last sheet, "Om filen".
About = Iterable[tuple[str, str]]


def workbook(*sheets: Sheet, made: date, about: About = (), secret: bool = False) -> bytes:
    """An .xlsx file with a sheet for each list, and last one that tells what the file is.

    The headings are frozen and can be filtered. `secret` marks every sheet's print. The same arguments give
    the same file; its properties name nobody.

    Raises TypeError for a value that is not of its column's kind, ValueError for a row of the wrong length,
    a text or a list that is too long, or a name that no sheet can have.
    """
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )  # fmt: skip
    book.set_properties({"created": datetime(made.year, made.month, made.day)})  # noqa: DTZ001
    styles = _Styles(book)
    for sheet in (*sheets, _about(sheet_rows=sheets, made=made, about=about, secret=secret)):
        _write(book.add_worksheet(_named(sheet.name)), sheet, styles, secret=secret)
    book.close()
    return out.getvalue()


class _Styles:
    """The book's cell formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        self.heading: Format = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "num_format": "@"}
        )
        self.cells: dict[Kind, Format] = {
            kind: book.add_format({"num_format": kind.pattern, "valign": "top"}) for kind in Kind
        }
        self.marked: Format = book.add_format({"num_format": "@", "valign": "top", "quote_prefix": True})


def _write(page: Worksheet, sheet: Sheet, styles: _Styles, *, secret: bool) -> None:
    if len(sheet.rows) > MAX_ROWS:
        raise ValueError(f"at most {MAX_ROWS} rows in a sheet")
    for column, field in enumerate(sheet.fields):
        page.set_column(column, column, field.width or field.kind.width)
        page.write_string(0, column, field.label, styles.heading)
    for number, row in enumerate(sheet.rows, start=1):
        for column, (field, value) in enumerate(zip(sheet.fields, row, strict=True)):
            if value is not None:
                _cell(page, number, column, field, value, styles)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.fields) - 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{SECRET if secret else ''}&RSidan &P av &N")


def _cell(page: Worksheet, row: int, column: int, field: Field, value: Any, styles: _Styles) -> None:
    kind = field.kind
    if kind is Kind.TEXT:
        if not isinstance(value, str):
            raise _wrong(field, value)
        if len(value) > MAX_TEXT:
            raise ValueError(f"{field.label}: a cell holds at most {MAX_TEXT} characters")
        style = styles.marked if value.startswith(LIKE_A_FORMULA) else styles.cells[kind]
        page.write_string(row, column, value, style)
    elif kind is Kind.DAY:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise _wrong(field, value)
        page.write_datetime(row, column, value, styles.cells[kind])
    else:
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            raise _wrong(field, value)
        page.write_number(row, column, value, styles.cells[kind])


def _about(*, sheet_rows: Sequence[Sheet], made: date, about: About, secret: bool) -> Sheet:
    lines = [("Skapad", made.isoformat()), *about]
    lines += [(f"Rader i {sheet.name}", str(len(sheet.rows))) for sheet in sheet_rows]
    lines += [("Sekretess", SECRET)] if secret else []
    return Sheet("Om filen", (Field("Uppgift"), Field("Värde", width=60)), lines)


def _named(name: str) -> str:
    if not SHEET_NAME.fullmatch(name):
        raise ValueError(f"no sheet can be named {name!r}")
    return name


def _wrong(field: Field, value: Any) -> TypeError:
    return TypeError(f"{field.label} holds {field.kind.name}, not {type(value).__name__}")
