"""The file to the finance system: semicolons, decimal commas, CRLF, and nothing that could run. Pure.

One line per cost line, and one each for an invoice's VAT and rounding when it has them: the column Belopp
of an invoice adds up to what is to be paid. A text that a spreadsheet would take for a formula gets an
apostrophe.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.kernel.money import round_kr
from avhopp.kernel.refusal import Refused

COLUMNS = (
    "Leverantör", "Fakturanummer", "Slag", "Fakturadatum", "Förfallodag", "Radtyp", "Konto", "Ansvar",
    "Verksamhet", "Aktivitet", "Motpart", "Belopp", "Ärende", "Från", "Till och med", "Attesterad av",
    "Attesterad",
)  # fmt: skip
LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COST, VAT, ROUNDING = "kostnad", "moms", "öresutjämning"


@dataclass(frozen=True, slots=True)
class Booked:
    """One cost line: its account string's five parts, kronor, case number and nights (`last` included)."""

    accounts: tuple[str, ...]
    amount: Decimal
    case_no: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Attested:
    """One invoice with its lines. `provider` is the code where the name is not to be told."""

    provider: str
    number: str
    kind: str
    invoice_date: date
    due: date
    vat: Decimal
    rounding: Decimal
    attested_by: str
    attested_on: date
    lines: tuple[Booked, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), self.vat + self.rounding)


def finance_file(invoices: Iterable[Attested], encoding: str) -> bytes:
    """The file's bytes; the same for the same invoices.

    Raises:
        Refused: `not_in_encoding` for a letter that the encoding does not have.
    """
    rows = [COLUMNS, *(row for invoice in invoices for row in _rows(invoice))]
    text = "".join(";".join(map(_cell, row)) + "\r\n" for row in rows)
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        raise Refused(
            "not_in_encoding",
            "En uppgift har ett tecken som inte finns i Windows-kodningen. Välj UTF-8.",
            field="encoding",
        ) from None


def amount(value: Decimal) -> str:
    """'-1234,50': two decimals, a comma, no spaces."""
    return f"{round_kr(value):f}".replace(".", ",")


@dataclass(frozen=True, slots=True)
class _Number:
    """A cell that is an amount, and may begin with a minus."""

    text: str


def _rows(invoice: Attested) -> Iterable[tuple[object, ...]]:
    head = (
        invoice.provider, invoice.number, invoice.kind, invoice.invoice_date.isoformat(),
        invoice.due.isoformat(),
    )  # fmt: skip
    foot = (invoice.attested_by, invoice.attested_on.isoformat())
    for line in invoice.lines:
        days = (line.first.isoformat() if line.first else "", line.last.isoformat() if line.last else "")
        yield (*head, COST, *line.accounts, _Number(amount(line.amount)), line.case_no, *days, *foot)
    first = invoice.lines[0].accounts
    for kind, value in ((VAT, invoice.vat), (ROUNDING, invoice.rounding)):
        if value:
            yield (*head, kind, *first, _Number(amount(value)), "", "", "", *foot)


def _cell(value: object) -> str:
    if isinstance(value, _Number):
        return value.text
    text = " ".join(str(value).split("\n")).replace("\r", " ")
    if text.startswith(LIKE_A_FORMULA):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if any(one in text for one in ';"') else text
