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
    """The list `name` as a file to download, all its rows and not one page of them.

    The view has asked the right `can`, which also is needed to see that the list was taken. `rows` are rows
    of the model `of`; `cases` the cases that they say something about: then the reads are logged as those of
    a file, and the file is marked as secret. `chosen` are the filters, label and value, told in the file.
    The file's name holds no personal data: only `name` and the day.

    Raises:
        ReadingStopped: the account has read more than it may today.
        TypeError, ValueError: as avhopp.pages.excel.workbook.
    """
    about, shown = list(chosen), list(dict.fromkeys(cases))
    content = workbook(
        Sheet(name, fields, rows),
        made=today,
        about=[("Lista", name), ("Hämtad av", by.name), *about],
        secret=bool(shown),
    )
    log_list(by, can, shown, of=of, shown=len(rows), source=SOURCE)
    record(
        by=by,
        kind=TAKEN,
        requires=can,
        on=today,
        text=f"Listan {name} hämtades som Excelfil: {len(rows)} {'rad' if len(rows) == 1 else 'rader'}.",
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
