"""Which invoices the stays' nights are on, from the rows that the reader may see."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.periods import ONE_DAY, Period
from placements.invoices.coverage import Claim, Where
from placements.invoices.models import Invoice, InvoiceLine, PaidNight
from placements.invoices.models.line import LineQuerySet, PaidNightQuerySet
from placements.invoices.states import FROZEN, OPEN, InvoiceState
from placements.models import Placement

#: The provider's own words stay sealed.
SHOWN = (
    "id", "municipality", "invoice", "number", "position", "unit", "start", "end", "amount", "case",
    "placement", "account_string",
)  # fmt: skip
OF_INVOICE = ("id", "municipality", "number", "kind", "state", "vat", "rounding", "period_start")


@dataclass(frozen=True)
class Claims:
    """The claims of each stay, and the invoices that the reader may open; of others `numbers` has the number.

    Whoever does not see the invoices is told of those that pay nights or are attested, and of no others: the
    state of the rest is the invoice's to tell.
    """

    of_stay: dict[UUID, list[Claim]]
    invoices: dict[UUID, Invoice]
    numbers: dict[UUID, str]

    def of(self, stay: UUID) -> list[Claim]:
        return self.of_stay.get(stay, [])


def claims_of_stay(stay: Placement, user: User) -> Claims:
    """One query."""
    return _claims(_lines(user, PaidNight.objects.all()).filter(placement=stay), user)


def claims_in(month: Period, user: User) -> Claims:
    """What is charged for the month's nights, and on its days for anything else. One query.

    What is no night and has no date belongs to the first day of its invoice's period.
    """
    dated = Q(start__lt=month.end, end__gt=month.start)
    begun = Invoice.objects.visible_to(user).filter(period_start__gte=month.start, period_start__lt=month.end)
    nights = PaidNight.objects.filter(night__gte=month.start, night__lt=month.end)
    rows = _lines(user, nights).filter(dated | Q(start=None, invoice__in=begun.values("id")))
    return _claims(rows, user)


def _lines(user: User, nights: PaidNightQuerySet) -> LineQuerySet:
    """The matched lines, each with those of the nights that it pays. The invoice comes along for whoever sees
    the invoices: a join drops the lines of what is hidden.
    """
    own = nights.visible_to(user).standing().filter(line=OuterRef("pk")).order_by().values("night")
    rows = InvoiceLine.objects.visible_to(user).filter(placement__isnull=False)
    rows = rows.annotate(pays=ArraySubquery(own))
    if may_in_general(user, Can.SEE_INVOICES):
        rows = rows.select_related("invoice").only(*SHOWN, *(f"invoice__{name}" for name in OF_INVOICE))
    else:
        rows = rows.only(*SHOWN)
    return rows.order_by("number", "position", "id")


def _claims(lines: LineQuerySet, user: User) -> Claims:
    found: dict[UUID, list[Claim]] = {}
    invoices: dict[UUID, Invoice] = {}
    numbers: dict[UUID, str] = {}
    opens = may_in_general(user, Can.SEE_INVOICES)
    for line in lines:
        invoice = line.invoice if opens else None
        claim = _claim(line, invoice, frozenset(line.pays))  # type: ignore[attr-defined]
        if claim is None or line.placement_id is None:
            continue
        found.setdefault(line.placement_id, []).append(claim)
        numbers[line.invoice_id] = line.number
        if invoice is not None:
            invoices[invoice.pk] = invoice
    return Claims(found, invoices, numbers)


def _claim(line: InvoiceLine, invoice: Invoice | None, pays: frozenset[date]) -> Claim | None:
    """None for a line of an invoice that was turned down, or that the reader is told nothing of."""
    if invoice is None and not (pays or line.account_string):
        return None
    if invoice is not None and invoice.state == InvoiceState.REJECTED:
        return None
    attested = invoice.state in FROZEN if invoice else bool(line.account_string)
    start = line.start or (invoice.period_start if invoice else date.min)
    return Claim(
        invoice=line.invoice_id,
        where=Where.ATTESTED if attested else Where.WAITING,
        amount=line.amount,
        start=start,
        end=line.end or start + ONE_DAY,
        by_night=line.unit == InvoiceLine.Unit.NIGHT,
        pays=pays,
        asks=invoice is not None and invoice.state in OPEN and not invoice.is_credit,
    )
