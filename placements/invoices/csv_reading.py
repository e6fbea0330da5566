"""Invoices in a CSV file: what the file is, and what each column means. Pure.

Nothing is guessed in silence: encoding, delimiter and columns are proposed, a person says what holds, and
every row that cannot be read has an error of its own. Rows with the same number are one invoice.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from avhopp.kernel.money import round_kr
from avhopp.kernel.periods import ONE_DAY
from avhopp.kernel.refusal import Refused
from placements.costs import NOTHING
from placements.invoices.facts import CREDIT, INVOICE, NIGHT, OTHER, InvoiceFacts, LineFacts

MOST_BYTES, MOST_ROWS, MOST_COLUMNS, MOST_CELL = 1_000_000, 5_000, 60, 2_000
DELIMITERS = {";": "Semikolon", ",": "Komma", "\t": "Tabb", "|": "Lodstreck"}
ENCODINGS = {"utf-8-sig": "UTF-8", "cp1252": "Windows (cp1252)", "utf-16": "UTF-16"}
DATES = {
    "%Y-%m-%d": "2026-03-31", "%Y%m%d": "20260331", "%d/%m/%Y": "31/03/2026", "%d.%m.%Y": "31.03.2026",
    "%d-%m-%Y": "31-03-2026", "%m/%d/%Y": "03/31/2026",
}  # fmt: skip
DECIMALS = {",": "1 234,50", ".": "1,234.50"}
LAST_NIGHT, DEPARTURE = "sista", "avresa"
#: Field -> label, whether it must have a column, and the headings that it is known by.
COLUMNS: dict[str, tuple[str, bool, tuple[str, ...]]] = {
    "number": ("Fakturanummer", True, ("fakturanummer", "fakturanr", "faktura", "invoice", "nummer")),
    "invoice_date": ("Fakturadatum", True, ("fakturadatum", "datum", "invoicedate")),
    "due": ("Förfallodag", True, ("forfallodag", "forfallodatum", "forfaller", "duedate")),
    "amount": ("Radens belopp utan moms", True, ("belopp", "radbelopp", "summa", "netto", "amount")),
    "first": ("Första dygnet", False, ("fran", "franochmed", "from", "start", "period fran", "ankomst")),
    "last": ("Sista dygnet", False, ("till", "tillochmed", "tom", "to", "slut", "avresa")),
    "quantity": ("Antal dygn", False, ("antal", "dygn", "antaldygn", "quantity")),
    "unit_price": ("Pris per dygn", False, ("apris", "pris", "dygnspris", "price")),
    "vat": ("Moms, kronor", False, ("moms", "momsbelopp", "vat")),
    "reference": (
        "Vår referens eller ärendenummer",
        False,
        ("referens", "erreferens", "arende", "reference"),
    ),
    "text": ("Text", False, ("text", "beskrivning", "benamning", "description")),
    "credited": ("Krediterar faktura", False, ("krediterar", "krediteradfaktura", "credited")),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows of cells; the first row is the headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class Columns:
    """What a person said of the file. `columns`: field -> heading."""

    columns: Mapping[str, str]
    dates: str = "%Y-%m-%d"
    decimals: str = ","
    last_is: str = LAST_NIGHT


@dataclass(frozen=True, slots=True)
class RowError:
    """`row` as a spreadsheet numbers it: the headings are row 1."""

    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """Either invoices or errors."""

    invoices: tuple[InvoiceFacts, ...]
    errors: tuple[RowError, ...]


def read_table(content: bytes, *, encoding: str = "", delimiter: str = "") -> Table:
    """The cells of the file; encoding and delimiter are found out unless they are given.

    Raises:
        Refused: empty, too_large, too_many_rows, too_many_columns, not_text, no_columns.
    """
    if not content.strip():
        raise _no("empty", "Filen är tom. Välj en annan fil.")
    if len(content) > MOST_BYTES:
        raise _no("too_large", "CSV-filen är större än 1 MB. Dela upp den.")
    encoding = encoding or _encoding(content)
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise _no("not_text", "Filens tecken kan inte läsas. Spara den som CSV i UTF-8.") from None
    if "\0" in text:
        raise _no("not_text", "Filen är inte en CSV-fil. Spara den som CSV i UTF-8.")
    delimiter = delimiter or _delimiter(text)
    rows = [tuple(cell.strip()[:MOST_CELL] for cell in row) for row in _rows(text, delimiter) if any(row)]
    if len(rows) > MOST_ROWS:
        raise _no("too_many_rows", f"Filen har fler än {MOST_ROWS} rader. Dela upp den.")
    if len(rows) < 2 or len(rows[0]) < 2:
        raise _no(
            "no_columns", "Filen behöver en rad med rubriker, minst två kolumner och minst en rad till."
        )
    if max(map(len, rows)) > MOST_COLUMNS:
        raise _no("too_many_columns", f"Filen har fler än {MOST_COLUMNS} kolumner.")
    return Table(_headings(rows[0]), tuple(rows[1:]), encoding, delimiter)


def guessed(table: Table) -> dict[str, str]:
    """Field -> heading, for the headings that are known."""
    bare = {_bare(heading): heading for heading in reversed(table.headings)}
    found: dict[str, str] = {}
    for name, (_, _, known) in COLUMNS.items():
        heading = next((bare[one] for one in map(_bare, known) if one in bare), "")
        if heading and heading not in found.values():
            found[name] = heading
    return found


def read_invoices(table: Table, said: Columns) -> Read:
    """The file's invoices, or every error in it: nothing is read in part."""
    place = {name: table.headings.index(heading) for name, heading in said.columns.items() if heading}
    errors: list[RowError] = []
    groups: dict[str, list[tuple[int, dict[str, object]]]] = {}
    for number, row in enumerate(table.rows, start=2):
        values = _values(number, row, place, said, errors)
        groups.setdefault(str(values.get("number", "")), []).append((number, values))
    if errors:
        return Read((), tuple(errors))
    invoices = [_invoice(name, rows, errors) for name, rows in groups.items()]
    return Read((), tuple(errors)) if errors else Read(tuple(one for one in invoices if one), ())


def _values(
    number: int, row: tuple[str, ...], place: Mapping[str, int], said: Columns, errors: list[RowError]
) -> dict[str, object]:
    """The row's cells as values; what cannot be read becomes an error."""
    found: dict[str, object] = {}
    for name, index in place.items():
        label, must, _ = COLUMNS[name]
        cell = row[index] if index < len(row) else ""
        if not cell:
            if must:
                errors.append(RowError(number, label, "Cellen är tom."))
            continue
        try:
            if name in ("invoice_date", "due", "first", "last"):
                found[name] = _day(cell, said.dates)
            elif name in ("amount", "quantity", "unit_price", "vat"):
                found[name] = _decimal(cell, said.decimals)
            else:
                found[name] = cell
        except ValueError as error:
            errors.append(RowError(number, label, str(error)))
    if "last" in found and said.last_is == DEPARTURE and isinstance(found["last"], date):
        found["last"] = found["last"] - ONE_DAY
    first, last = found.get("first"), found.get("last")
    if isinstance(first, date) and isinstance(last, date) and last < first:
        errors.append(RowError(number, COLUMNS["last"][0], "Sista dygnet ligger före det första."))
    return found


def _invoice(name: str, rows: Sequence[tuple[int, dict]], errors: list[RowError]) -> InvoiceFacts | None:
    number, head = rows[0]
    for other, values in rows[1:]:
        for field in ("invoice_date", "due", "credited"):
            if values.get(field) != head.get(field):
                text = f"Faktura {name} har olika värden på sina rader."
                errors.append(RowError(other, COLUMNS[field][0], text))
                return None
    lines = tuple(_line(values) for _, values in rows)
    net = sum((line.amount for line in lines), NOTHING)
    vat = sum((values.get("vat", NOTHING) for _, values in rows), NOTHING)
    is_credit = bool(head.get("credited")) or net < 0
    if is_credit and not head.get("credited"):
        text = "Beloppet är under noll. En kreditfaktura behöver numret på den faktura som den krediterar."
        errors.append(RowError(number, COLUMNS["amount"][0], text))
        return None
    if is_credit:
        sign = -1 if net > 0 else 1
        lines = tuple(_with_amount(line, sign * line.amount) for line in lines)
        net, vat = sign * net, sign * vat
    wrong = next(
        (
            at
            for (at, _), line in zip(rows, lines, strict=True)
            if (line.amount < 0) != is_credit and line.amount
        ),
        0,
    )
    if wrong:
        errors.append(RowError(wrong, COLUMNS["amount"][0], "Radens belopp har fel tecken för fakturan."))
        return None
    starts = [line.start for line in lines if line.start] or [head["invoice_date"]]
    ends = [line.end for line in lines if line.end] or [head["invoice_date"] + ONE_DAY]
    return InvoiceFacts(
        number=name, invoice_date=head["invoice_date"], due=head["due"], period_start=min(starts),
        period_end=max(ends), net=net, vat=vat, total=net + vat, lines=lines,
        kind=CREDIT if is_credit else INVOICE, credited=str(head.get("credited", "")),
    )  # fmt: skip


def _line(values: Mapping) -> LineFacts:
    first, last, amount = values.get("first"), values.get("last"), values["amount"]
    end = last + ONE_DAY if first and last else None
    by_night = end is not None
    quantity = abs(values.get("quantity") or Decimal((end - first).days if end else 1))
    price = values.get("unit_price")
    if price is None:
        price = round_kr(abs(amount) / quantity) if quantity else abs(amount)
    return LineFacts(
        quantity=quantity, unit_price=abs(price), amount=amount, unit=NIGHT if by_night else OTHER,
        start=first if by_night else None, end=end, text=str(values.get("text", "")),
        reference=str(values.get("reference", "")),
    )  # fmt: skip


def _with_amount(line: LineFacts, amount: Decimal) -> LineFacts:
    return LineFacts(
        line.quantity, line.unit_price, amount, line.unit, line.start, line.end, line.text, line.reference
    )


def _day(cell: str, form: str) -> date:
    try:
        return datetime.strptime(cell, form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise ValueError(f"Skriv datumet som {DATES[form]}, eller välj ett annat datumformat.") from None


def _decimal(cell: str, decimals: str) -> Decimal:
    """An amount with two decimals at most, thousands parted by spaces, or by the other sign."""
    other = "." if decimals == "," else ","
    bare = re.sub(r"[\s\u00a0\u202f]|kr$|SEK$", "", cell, flags=re.IGNORECASE).replace("\u2212", "-")
    if not re.fullmatch(rf"-?\d{{1,12}}({re.escape(decimals)}\d{{1,2}})?", bare):
        thousands = rf"-?\d{{1,3}}({re.escape(other)}\d{{3}})+({re.escape(decimals)}\d{{1,2}})?"
        if not re.fullmatch(thousands, bare):
            raise ValueError(f"Skriv beloppet som {DECIMALS[decimals]}, eller välj ett annat decimaltecken.")
        bare = bare.replace(other, "")
    return Decimal(bare.replace(decimals, "."))


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(text: str) -> str:
    """The sign that parts the first rows into the most columns, the same number in each."""
    lines = [line for line in text.splitlines() if line.strip()][:20]

    def score(sign: str) -> tuple[int, int, int]:
        counts = [line.count(sign) for line in lines]
        return (min(counts), counts[0], -len(set(counts))) if counts else (0, 0, 0)

    return max(DELIMITERS, key=score)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise _no("not_text", "Filen är inte en hel CSV-fil: ett citattecken saknas på någon rad.") from None


def _headings(row: Sequence[str]) -> tuple[str, ...]:
    """Each heading once: an empty one is its number, a second of the same name has a number behind."""
    found: list[str] = []
    for number, cell in enumerate(row, start=1):
        name = cell or f"Kolumn {number}"
        found.append(name if name not in found else f"{name} ({number})")
    return tuple(found)


def _bare(heading: str) -> str:
    plain = heading.casefold().translate(str.maketrans("åäöàé", "aaoae"))
    return re.sub(r"[^a-z0-9]", "", plain)


def _no(code: str, text: str) -> Refused:
    return Refused(code, text, field="file")
