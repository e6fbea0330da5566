"""A list leaves as an Excel file: who took what, when and how many rows is written before the file does."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpResponse
from django.utils.text import slugify

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.audit.reading import log_list
from avhopp.pages.excel import About, Field, Sheet, workbook

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SOURCE = "export"  # what the log review knows a file by
TAKEN = "uttag_excel"


def exported(
    name: str,
    fields: tuple[Field, ...],
    rows: Sequence[Sequence[Any]],
    *,
    by: User,
    can: Can,
    of: type[Model],
    today: date,
    cases: Iterable[UUID] = (),
    chosen: About = (),
) -> HttpResponse:
    """The list `name` as a file to download, all its rows and not one page of them; see `exported_book`."""
    sheets = (Sheet(name, fields, rows),)
    return exported_book(name, sheets, by=by, can=can, of=of, today=today, cases=cases, chosen=chosen)


def exported_book(
    name: str,
    sheets: Sequence[Sheet],
    *,
    by: User,
    can: Can,
    of: type[Model],
    today: date,
    cases: Iterable[UUID] = (),
    chosen: About = (),
    telling: Can | None = None,
) -> HttpResponse:
    """Several lists as one file, a sheet for each.

    The view has asked the right `can`, which also is needed to see that the list was taken. The rows are of
    the model `of`; `cases` the cases that they say something about: then the reads are logged as those of
    a file, and the file is marked as secret. `chosen` are the filters, label and value, told in the file.
    `telling` is the right behind the most telling column, when that is another. The file's name holds no
    personal data: only `name` and the day.

    Raises:
        ReadingStopped: the account has read more than it may today.
        TypeError, ValueError: as avhopp.pages.excel.workbook.
    """
    shown, rows = list(dict.fromkeys(cases)), sum(len(sheet.rows) for sheet in sheets)
    content = workbook(
        *sheets,
        made=today,
        about=[("Lista", name), ("Hämtad av", by.name), *chosen],
        secret=bool(shown),
    )
    log_list(by, telling or can, shown, of=of, shown=rows, source=SOURCE)
    record(
        by=by,
        kind=TAKEN,
        requires=can,
        on=today,
        text=f"Listan {name} hämtades som Excelfil: {rows} {'rad' if rows == 1 else 'rader'}.",
    )
    file_name = f"{slugify(name.translate(_PLAIN))}-{today.isoformat()}.xlsx"
    return HttpResponse(
        content,
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{file_name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


_PLAIN = str.maketrans("åäöÅÄÖ", "aaoAAO")
