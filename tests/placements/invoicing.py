"""Invoices for the tests: a provider's stay, and what is charged for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from avhopp.access.context import acting
from avhopp.accounts.models import User
from placements.invoices.actions import deciding
from placements.invoices.actions.accounts import add_account_rule
from placements.invoices.actions.registering import register_invoice
from placements.invoices.facts import InvoiceFacts, LineFacts
from placements.invoices.models import AccountRule, Invoice, InvoiceLine
from placements.models import Placement, Provider
from tests.cast import Cast

NOW = datetime.now(UTC)


def nights(first: date, count: int, price: int | Decimal = 3000, **more: object) -> LineFacts:
    """So many nights from the first, at the price."""
    values = {
        "quantity": Decimal(count), "unit_price": Decimal(price), "amount": count * Decimal(price),
        "start": first, "end": first + timedelta(days=count),
    }  # fmt: skip
    return LineFacts(**(values | more))


def facts(number: str, *lines: LineFacts, **more: object) -> InvoiceFacts:
    """An invoice of these lines, for the nights that they span."""
    net = sum((line.amount for line in lines), Decimal(0))
    dates = [day for line in lines for day in (line.start, line.end) if day]
    first, end = (min(dates), max(dates)) if dates else (date(2026, 1, 1), date(2026, 2, 1))
    values = {
        "number": number, "invoice_date": end, "due": end + timedelta(days=30), "period_start": first,
        "period_end": end, "net": net, "vat": Decimal(0), "total": net, "lines": lines,
    }  # fmt: skip
    return InvoiceFacts(**(values | more))


@dataclass
class Desk:
    """Eskil registers and approves, Bo attests; everything at Granen, for one stay."""

    cast: Cast
    provider: Provider
    stay: Placement
    today: date
    made: list[Invoice] = field(default_factory=list)

    def act(self, who: str, work: Callable[[User], object]) -> object:
        user = self.cast.people[who]
        with acting(user):
            return work(user)

    def register(self, number: str, *lines: LineFacts, by: str = "eskil", **more: object) -> Invoice:
        made = self.act(
            by,
            lambda user: register_invoice(
                provider=self.provider, facts=facts(number, *lines, **more), by=user, at=NOW
            ),
        )
        assert isinstance(made, Invoice)
        self.made.append(made)
        return made

    def match(self, invoice: Invoice, *, stay: Placement | None = None, frees: bool = False) -> None:
        chosen = (stay or self.stay).pk

        def work(user: User) -> None:
            lines = InvoiceLine.objects.filter(invoice=invoice)
            matches = {line.pk: deciding.Match(chosen, frees) for line in lines}
            deciding.match_lines(invoice=invoice, matches=matches, by=user, today=self.today)

        self.act("eskil", work)

    def approve(
        self, invoice: Invoice, because: str = "", by: str = "eskil", not_nights: str = ""
    ) -> Invoice:
        """`not_nights`: what is said of every line that looks like nights and is something else."""

        def work(user: User) -> Invoice:
            lines = InvoiceLine.objects.filter(invoice=invoice)
            said = {line.pk: not_nights for line in lines}
            return deciding.approve_invoice(
                invoice=invoice, explanation=because, not_nights=said, by=user, at=NOW
            )

        return self.act(by, work)  # type: ignore[return-value]

    def attest(self, invoice: Invoice, by: str = "bo", *, seen: bool = False) -> Invoice:
        return self.act(  # type: ignore[return-value]
            by, lambda user: deciding.attest_invoice(invoice=invoice, by=user, at=NOW, seen=seen)
        )

    def approved(self, number: str, *lines: LineFacts, because: str = "", **more: object) -> Invoice:
        invoice = self.register(number, *lines, **more)
        self.match(invoice, frees=invoice.is_credit)
        return self.approve(invoice, because)

    def rule(self, **more: object) -> AccountRule:
        values = {
            "kind": "hvb", "inside": True, "account": "55410", "cost_centre": "3120", "operation": "57300",
            "activity": "A1", "counterpart": "8610", "valid_from": self.today - timedelta(days=2000),
        }  # fmt: skip
        made = self.act(
            "eskil",
            lambda user: add_account_rule(rule=AccountRule(**(values | more)), by=user, today=self.today),
        )
        assert isinstance(made, AccountRule)
        return made

    def fresh(self, invoice: Invoice) -> Invoice:
        with acting(self.cast.people["eskil"]):
            return Invoice.objects.get(pk=invoice.pk)
