"""The demonstration's documents: a sheet of paper each, drawn here, with nothing true on it."""

import io
from collections.abc import Sequence
from datetime import date, datetime

from pikepdf import Dictionary, Name, Pdf

from avhopp.accounts.models import User
from avhopp.files.cleaning import cleaned
from avhopp.files.opening import CleanFile
from cases.actions.documents import add_document
from cases.models import Case, Document
from cases.models.documents import DocumentKind

A4 = (595, 842)
LEFT, TOP, LINE = 70, 760, 22


def sheet(lines: Sequence[str]) -> bytes:
    """A PDF of one page with these lines; the first is the heading."""
    drawn = "".join(
        f"BT /F1 {18 if number == 0 else 11} Tf {LEFT} {TOP - number * LINE} Td ({line}) Tj ET\n"
        for number, line in enumerate(lines)
    )
    with Pdf.new() as made:
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
        )
        page = made.add_blank_page(page_size=A4)
        page.obj.Resources = Dictionary(Font=Dictionary(F1=made.make_indirect(font)))
        page.obj.Contents = made.make_stream(drawn.encode("cp1252"))
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def add_sheet(
    *, case: Case, kind: DocumentKind, title: str, lines: Sequence[str], dated: date, by: User, at: datetime
) -> Document:
    """Add a sheet to the case. It is our own, so it is cleaned in this process."""
    file = CleanFile(*cleaned(sheet([*lines, "", "Påhittad handling för demonstrationen."])))
    return add_document(case=case, kind=kind, title=title, dated=dated, file=file, by=by, at=at)
