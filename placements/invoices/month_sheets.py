"""What the invoices add to the month's file: each krona of the outcome in its part, and on which invoices."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.pages.excel import Field, Kind, Sheet
from placements.costs import NOTHING
from placements.invoices.coverage import Coverage, Part
from placements.invoices.covered import CoveredMonth, covered_month, invoice_state, load_month
from placements.invoices.covering import Claims
from placements.models import Placement
from placements.month_file import DECISION, STAY, decision_cells, stay_cells
from placements.month_panels import MonthPanel, MonthPart, SumRow
from placements.months import MonthMoney

BEYOND = (
    Field("Attesterat mot avtalet", Kind.MONEY), Field("Väntar mot avtalet", Kind.MONEY),
    Field("Annat än dygn", Kind.MONEY), Field("Fakturor", width=40),
)  # fmt: skip
COVERED = (
    *STAY, *DECISION, Field("Attesterade dygn", Kind.NUMBER), Field("Attesterat", Kind.MONEY),
    Field("Väntande dygn", Kind.NUMBER), Field("Väntar på attest", Kind.MONEY),
    Field("Ofakturerade dygn", Kind.NUMBER), Field("Inte fakturerat", Kind.MONEY),
    Field("Utfall", Kind.MONEY), *BEYOND,
)  # fmt: skip
APART = (*STAY, *DECISION, *BEYOND)


def sheets_of(money: MonthMoney, user: User, today: date) -> MonthPart | None:
    """As the card on the page, with all stays of the month."""
    month = covered_month(money, user, today)
    if month is None:
        return None
    stays = [(row.stay, month.found[row.stay.pk]) for row in money.stays]
    apart = [(stay, month.apart[stay.pk]) for stay in month.loose]
    return MonthPart(
        sheets=(
            Sheet("Från utfall till faktura", COVERED, _rows(stays, month.claims, parts=True)),
            Sheet("Fakturerat utan utfall", APART, _rows(apart, month.claims, parts=False)),
        ),
        sums=_sums(month),
        cases=tuple(stay.case_id for stay in month.loose),
    )


def _rows(
    found: Sequence[tuple[Placement, Coverage]], claims: Claims, *, parts: bool
) -> list[tuple[object, ...]]:
    return [
        (
            *stay_cells(stay), *decision_cells(stay), *(_parts(one) if parts else ()),
            one.attested.difference, one.waiting.difference, _other(one), _invoices(one, claims),
        )
        for stay, one in found
    ]  # fmt: skip


def _parts(one: Coverage) -> tuple[int | Decimal, ...]:
    amounts = [value for part in _three(one) for value in (part.nights, part.cost)]
    return (*amounts, one.cost)


def _three(one: Coverage) -> tuple[Part, Part, Part]:
    return one.attested, one.waiting, one.missing


def _other(one: Coverage) -> Decimal:
    return sum((part.other for part in _three(one)), NOTHING)


def _invoices(one: Coverage, claims: Claims) -> str:
    return ", ".join(
        f"{claims.numbers[UUID(str(on.invoice))]} ({invoice_state(on, claims)[0].lower()})"
        for on in one.invoices
    )


def _sums(month: CoveredMonth) -> tuple[SumRow, ...]:
    whole = month.whole
    rows: list[SumRow] = [
        (label, part.nights, part.cost)
        for label, part in zip(
            ("– attesterat", "– väntar på attest", "– inte fakturerat"), _three(whole), strict=True
        )
    ]
    rows += [
        ("Attesterat mot avtalet", None, whole.attested.difference),
        ("Väntar mot avtalet", None, whole.waiting.difference),
        ("Annat än dygn", None, _other(whole)),
        ("Moms och öresutjämning på månadens fakturor", None, month.extra),
    ]
    return tuple(rows)


MONTH_PANELS = (
    MonthPanel(
        "invoices", 10, "Från utfall till faktura", Can.SEE_INVOICES, "invoices/month.html", load_month,
        sheets_of, "receipt",
    ),
)  # fmt: skip
