"""The demonstration's invoices: one that is right and attested, one whose price has risen, one that waits."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from avhopp.accounts.models import User
from avhopp.kernel.periods import ONE_DAY
from cases.states import MeasureKind
from placements.costs import rate_on
from placements.invoices.actions.accounts import add_account_rule
from placements.invoices.actions.deciding import Match, approve_invoice, attest_invoice, match_lines
from placements.invoices.actions.registering import register_invoice
from placements.invoices.facts import InvoiceFacts, LineFacts
from placements.invoices.models import AccountRule, Invoice, InvoiceLine
from placements.models import Placement

ACCOUNTS = ((MeasureKind.HVB, "55410"), (MeasureKind.SUPPORTED_HOUSING, "55420"))
EXPLANATION = "Kontrollerad mot avtalet (påhittat)."
WANTED = 3


def add_rules(*, by: User, since: date, today: date) -> None:
    """What the demonstration's kinds of care are booked on."""
    for kind, account in ACCOUNTS:
        for inside in (True, False):
            rule = AccountRule(
                kind=kind, inside=inside, account=account, cost_centre="3120", operation="5730",
                activity="10" if inside else "20", counterpart="8610", valid_from=since,
            )  # fmt: skip
            add_account_rule(rule=rule, by=by, today=today)


def add_invoices(*, by: User, attester: User, at: datetime, today: date) -> list[Invoice]:
    """As many of the three as there are stays with a week behind them in the attester's unit, as `by`."""
    stays = Placement.objects.visible_to(by).standing().with_terms().with_place()
    ready = stays.filter(start__lte=today - timedelta(days=14), case__unit=attester.unit)
    ready = ready.filter(decision__kind__in=[kind for kind, _ in ACCOUNTS])
    chosen = [stay for stay in ready.order_by("start", "pk") if _nights(stay) >= 7][:WANTED]
    made = []
    for number, stay in enumerate(chosen):
        rise = Decimal(200) if number == 1 else Decimal(0)
        invoice = _registered(stay, f"{10417 + 31 * number}", rise, by=by, at=at)
        if number != 1:
            approve_invoice(invoice=invoice, explanation=EXPLANATION, by=by, at=at)
        made.append(invoice)
    return made


def attest_the_first(*, invoices: list[Invoice], by: User, at: datetime) -> None:
    """The right one. Acts as `by`."""
    for invoice in invoices[:1]:
        attest_invoice(invoice=invoice, by=by, at=at)


def _nights(stay: Placement) -> int:
    """At most four weeks from the arrival, at one price."""
    first, price = stay.first_day, min(stay.prices.all(), key=lambda row: row.start)
    ends = [day for day in (stay.end, price.end, first + timedelta(days=28)) if day is not None]
    return (min(ends) - first).days


def _registered(stay: Placement, number: str, rise: Decimal, *, by: User, at: datetime) -> Invoice:
    first, count = stay.first_day, _nights(stay)
    end = first + timedelta(days=count)
    price = rate_on(stay.as_stay(), first) + rise
    amount = count * price
    line = LineFacts(
        quantity=Decimal(count), unit_price=price, amount=amount, start=first, end=end,
        text="Vårddygn (påhittat)", reference=stay.ref or "",
    )  # fmt: skip
    facts = InvoiceFacts(
        number=number, invoice_date=end, due=end + 30 * ONE_DAY, period_start=first, period_end=end,
        net=amount, vat=Decimal(0), total=amount, lines=(line,),
    )  # fmt: skip
    invoice = register_invoice(provider=stay.provider, facts=facts, by=by, at=at)
    rows = InvoiceLine.objects.visible_to(by).of_invoices(invoice.pk)
    matches = {row.pk: Match(stay.pk) for row in rows}
    match_lines(invoice=invoice, matches=matches, by=by, today=timezone.localdate(at))
    return invoice
