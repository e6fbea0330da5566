"""The outcome of a month and of a stay as pages tell it, in three parts, and the invoices that it is on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.reading import log_list
from avhopp.kernel.money import format_kr
from avhopp.kernel.periods import ONE_DAY, Period
from avhopp.pages.tables import Heading
from placements.costs import NOTHING
from placements.invoices.coverage import EMPTY, Coverage, OnInvoice, Part, Run, Where, coverage
from placements.invoices.covering import Claims, claims_in, claims_of_stay
from placements.models import Placement
from placements.months import MonthMoney, StayRow, lived
from placements.stay_panels import StayPanel

PARTS = (Heading("Attesterat", True), Heading("Väntar på attest", True), Heading("Inte fakturerat", True))
MONTH_COLUMNS = (
    Heading("Ärende"), *PARTS, Heading("Utfall", True), Heading("Fakturerat mot avtalet", True),
    Heading("Annat än dygn", True), Heading("Fakturor"),
)  # fmt: skip
STAY_COLUMNS = (
    Heading("Faktura"), Heading("Läge"), Heading("Dygn", True), Heading("För dygnen", True),
    Heading("Annat än dygn", True),
)  # fmt: skip
RUN_COLUMNS = (Heading("Från"), Heading("Till och med"), Heading("Dygn", True), Heading("Enligt avtal", True))
MOST = 24


@dataclass(frozen=True)
class Link:
    """An invoice as it is named; for whoever may not open it without an address, and attested or not."""

    number: str
    url: str
    state: str
    tone: str
    on: OnInvoice


@dataclass(frozen=True)
class Told:
    """One stay, or a sum, in words: the parts of the outcome, and what the invoices differ with."""

    parts: tuple[tuple[str, str], ...]
    outcome: str
    differences: tuple[tuple[str, str], ...]
    other: str
    links: tuple[Link, ...] = ()
    stay: Placement | None = None
    found: Coverage = EMPTY


@dataclass(frozen=True)
class CoveredMonth:
    """Every krona of the month's outcome in one of three parts, by stay.

    Stays that are charged for in the month without any outcome in it stand apart, in `loose`: somebody is
    charged for a night that was not. `extra` is VAT and rounding of the invoices, which no stay bears.
    """

    claims: Claims
    found: dict[UUID, Coverage]
    apart: dict[UUID, Coverage]
    loose: list[Placement]

    @property
    def whole(self) -> Coverage:
        return sum((*self.found.values(), *self.apart.values()), EMPTY)

    @property
    def extra(self) -> Decimal:
        return sum((row.vat + row.rounding for row in self.claims.invoices.values()), NOTHING)


def covered_month(money: MonthMoney, user: User, today: date) -> CoveredMonth | None:
    """None for a month without outcome and invoices. One query, and one for the stays that stand apart."""
    month = money.row.month
    claims = claims_in(month, user)
    days = lived(month, today)
    found = {
        row.stay.pk: coverage(row.stay.as_stay() if row.now else None, days, claims.of(row.stay.pk), month)
        for row in money.stays
    }
    apart = {
        key: one
        for key in claims.of_stay.keys() - found.keys()
        if (one := coverage(None, days, claims.of(key), month))
    }
    if not (found or apart):
        return None
    rest = Placement.objects.visible_to(user).filter(pk__in=apart).select_related("case", "decision")
    stays = sorted(rest, key=lambda stay: stay.case.case_no) if apart else []
    return CoveredMonth(claims, found, apart, stays)


def load_month(money: MonthMoney, rows: Sequence[StayRow], user: User, today: date) -> dict[str, Any] | None:
    """The page has logged the stays that it shows; those that stand apart are logged here."""
    month = covered_month(money, user, today)
    if month is None:
        return None
    claims, whole = month.claims, month.whole
    written = _writer((*month.found.values(), *month.apart.values()))
    shown = [told(month.found[row.stay.pk], claims, written, row.stay) for row in rows]
    loose = [told(month.apart[stay.pk], claims, written, stay) for stay in month.loose]
    log_list(user, Can.SEE_MONEY, [stay.case_id for stay in month.loose], of=Placement, shown=len(loose))
    return {
        "columns": MONTH_COLUMNS,
        "rows": shown,
        "apart": loose,
        "whole": told(whole, claims, written),
        "foot": _foot(whole, written),
        "balances": whole.cost == money.row.now.cost,
        "extra": written(month.extra) if month.extra else "",
    }


def load_stay(stay: Placement, user: User, today: date) -> dict[str, Any] | None:
    """The stay's nights up to and including today, and the invoices that they are on. One query.

    None before anything has happened: no night and no invoice.
    """
    claims = claims_of_stay(stay, user)
    lived = Period(min(stay.first_day, today), today + ONE_DAY)
    found = coverage(stay.as_stay() if stay.has_begun else None, lived, claims.of(stay.pk))
    if not found:
        return None
    written = _writer((found,))
    one = told(found, claims, written, stay)
    return {
        "one": one,
        "parts": tuple(zip(("Attesterat", "Väntar på attest", "Inte fakturerat"), one.parts, strict=True)),
        "columns": STAY_COLUMNS,
        "rows": [(link, written(link.on.charged), written(link.on.other)) for link in one.links[:MOST]],
        "more": max(len(one.links) - MOST, 0),
        "run_columns": RUN_COLUMNS,
        "runs": [(run, written(run.cost)) for run in _latest(found.runs)],
        "earlier_runs": max(len(found.runs) - MOST, 0),
    }


def told(
    found: Coverage, claims: Claims, written: Callable[[Decimal], str], stay: Placement | None = None
) -> Told:
    parts = (found.attested, found.waiting, found.missing)
    words = (("Attesterat", found.attested), ("Väntar", found.waiting))
    return Told(
        parts=tuple((written(part.cost), f"{part.nights} dygn") for part in parts),
        outcome=written(found.cost),
        differences=tuple(
            (word, _signed(part.difference, written)) for word, part in words if part.difference
        ),
        other=_other(parts, written),
        links=tuple(_link(one, claims) for one in found.invoices),
        stay=stay,
        found=found,
    )


def _link(one: OnInvoice, claims: Claims) -> Link:
    key = UUID(str(one.invoice))
    url = reverse("invoice", args=[key]) if key in claims.invoices else ""
    return Link(claims.numbers[key], url, *invoice_state(one, claims), one)


def invoice_state(one: OnInvoice, claims: Claims) -> tuple[str, str]:
    """The invoice's state and tone; attested or not for whoever may not open it."""
    invoice = claims.invoices.get(UUID(str(one.invoice)))
    if invoice is not None:
        return invoice.get_state_display(), invoice.tone
    return ("Attesterad", "success") if one.where is Where.ATTESTED else ("Godkänd", "info")


def _foot(whole: Coverage, written: Callable[[Decimal], str]) -> list[str]:
    parts = (whole.attested, whole.waiting, whole.missing)
    more = [f"{word} {_signed(part.difference, written)}"
            for word, part in (("Attesterat", whole.attested), ("Väntar", whole.waiting))
            if part.difference]  # fmt: skip
    return ["Summa", *(written(part.cost) for part in parts), written(whole.cost), ". ".join(more) or "–",
            _other(parts, written) or "–", ""]  # fmt: skip


def _other(parts: Sequence[Part], written: Callable[[Decimal], str]) -> str:
    amount = sum((part.other for part in parts), NOTHING)
    return written(amount) if any(part.other for part in parts) else ""


def _signed(amount: Decimal, written: Callable[[Decimal], str]) -> str:
    return f"+{written(amount)}" if amount > 0 else written(amount)


def _writer(rows: Sequence[Coverage]) -> Callable[[Decimal], str]:
    """Kronor, with öre for all as soon as one has any: what stands there adds up to the last digit."""
    amounts = [
        amount
        for row in rows
        for part in (row.attested, row.waiting, row.missing)
        for amount in (part.cost, part.charged, part.other)
    ] + [value for row in rows for one in row.invoices for value in (one.charged, one.other)]
    decimals = 0 if all(amount == int(amount) for amount in amounts) else 2
    return lambda amount: format_kr(amount, decimals)


def _latest(runs: Sequence[Run]) -> Sequence[Run]:
    return runs[-MOST:]


STAY_PANELS = (
    StayPanel("invoices", 20, "Fakturor", Can.SEE_MONEY, "invoices/stay.html", load_stay, "receipt"),
)
