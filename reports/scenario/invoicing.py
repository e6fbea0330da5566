"""The invoices of a file: each step is taken as on the pages, by whom and on the day that the file says.

There is no other way in: the actions ask the rights of the person, the database the second person, the nights
that are paid once and the sums. Steps are taken in order of their days, and in the order of the file.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, User
from avhopp.kernel.money import round_kr
from avhopp.kernel.periods import ONE_DAY
from avhopp.kernel.refusal import Refused
from placements.invoices.actions import deciding
from placements.invoices.actions.accounts import add_account_rule
from placements.invoices.actions.exporting import export_invoices, to_export
from placements.invoices.actions.registering import register_invoice
from placements.invoices.facts import CREDIT, INVOICE, InvoiceFacts, LineFacts
from placements.invoices.models import AccountRule, Invoice, InvoiceLine
from reports.scenario.document import (
    AccountRuleRow,
    InvoiceLineRow,
    InvoiceRow,
    Scenario,
    ScenarioFault,
    ScenarioRefused,
    StepRow,
)  # fmt: skip
from reports.scenario.keys import STEPS
from reports.scenario.telling import REASON

ENCODING = "utf-8-sig"
NOON = time(12)
RULE_FIELDS = ("kind", "inside", "account", "cost_centre", "operation", "activity", "counterpart")


def stored_invoices(home: Municipality) -> dict[str, Any]:
    """The account rules and invoices that are stored, as somebody in finance sees them; else none."""
    officer = _officer(home)
    if officer is None:
        return {"account_rules": (), "invoices": ()}
    with acting(officer):
        lines: dict[Any, list[InvoiceLine]] = {}
        for line in (
            InvoiceLine.objects.filter(municipality=home).select_related("placement").order_by("position")
        ):
            lines.setdefault(line.invoice_id, []).append(line)
        invoices = Invoice.objects.filter(municipality=home).select_related(
            "provider", "credited", "registered_by"
        )
        return {
            "account_rules": tuple(
                AccountRuleRow(
                    start=row.valid_from,
                    end=row.valid_to,
                    **{name: getattr(row, name) for name in RULE_FIELDS},
                )
                for row in AccountRule.objects.filter(municipality=home)
            ),
            "invoices": tuple(_stored(row, lines.get(row.pk, [])) for row in invoices),
        }


def _stored(row: Invoice, lines: list[InvoiceLine]) -> InvoiceRow:
    return InvoiceRow(
        number=row.number,
        provider=row.provider.ref,
        dated=row.invoice_date,
        due=row.due,
        credits=row.credited.number if row.credited else None,
        registered_by=row.registered_by.handle,
        lines=tuple(
            InvoiceLineRow(
                placement=line.placement.ref or str(line.placement_id) if line.placement else "",
                price=line.unit_price,
                start=line.start,
                end=line.end,
                kind=line.unit,
                quantity=line.quantity,
                vat=line.vat_rate,
                text=line.text,
            )
            for line in lines
        ),
    )


class Clerk:
    """Makes the new invoices. `rows` are the stored and written rows of other lists by reference."""

    def __init__(self, home: Municipality, rows: Mapping[str, Mapping[str, Any]]) -> None:
        self.home = home
        self.rows = rows
        self.made: dict[tuple[object, ...], Invoice] = {}
        self.invoices: tuple[InvoiceRow, ...] = ()
        self.exports: set[tuple[str, date]] = set()

    def write(self, new: Scenario) -> None:
        """Everything in `new`.

        Raises:
            ScenarioRefused: with the path of the step that was refused.
        """
        self._rules(new.account_rules)
        self.invoices = new.invoices
        for _, _, path, work, row, step in sorted(self._steps(), key=lambda one: one[:2]):
            by = self.rows["users"][step.by]
            self._try(path, by, partial(work, self, row, step, by))

    def _rules(self, rows: tuple[AccountRuleRow, ...]) -> None:
        officer = _officer(self.home)
        for row in rows:
            if officer is None:
                text = "Konteringsregler läggs till av en ekonom, och ingen användare är det."
                raise ScenarioRefused([ScenarioFault(row.path, text)])
            values = {name: getattr(row, name) for name in RULE_FIELDS}
            rule = AccountRule(valid_from=row.start, valid_to=row.end, **values)
            self._try(
                f"{row.path}.from", officer,
                partial(add_account_rule, rule=rule, by=officer, today=row.start),
            )  # fmt: skip

    def _try(self, path: str, by: User, work: Callable[[], object]) -> None:
        try:
            with acting(by, reason=REASON):
                work()
        except Refused as refused:
            raise ScenarioRefused([ScenarioFault(path, refused.text)]) from None

    def _steps(self) -> Iterator[tuple[date, int, str, Any, InvoiceRow, StepRow]]:
        """Every step with its day, its place among those of the day, where it stands and what is done."""
        order = {
            "rejected": _reject,
            "approved": _approve,
            "attested": _attest,
            "exported": _export,
            "paid": _pay,
        }
        for row in self.invoices:
            came = StepRow(path=row.path, by=row.registered_by, on=row.dated)
            yield row.dated, 0, row.path, _register, row, came
            for place, name in enumerate(STEPS, start=1):
                step = getattr(row, name)
                if step is not None:
                    yield step.on, place, step.path, order[name], row, step

    def fresh(self, row: InvoiceRow) -> Invoice:
        return Invoice.objects.get(pk=self.made[row.key].pk)


def _register(clerk: Clerk, row: InvoiceRow, step: StepRow, by: User) -> None:
    sign = -1 if row.credits else 1
    lines = tuple(_line(line, sign) for line in row.lines)
    net = sum((line.amount for line in lines), Decimal(0))
    vat = round_kr(sum((line.amount * line.vat_rate / 100 for line in lines), Decimal(0)))
    dates = [day for line in lines for day in (line.start, line.end) if day] or [
        row.dated,
        row.dated + ONE_DAY,
    ]
    facts = InvoiceFacts(
        number=row.number, invoice_date=row.dated, due=row.due, period_start=min(dates),
        period_end=max(dates), net=net, vat=vat, total=net + vat, lines=lines,
        kind=CREDIT if row.credits else INVOICE,
        credited=row.credits or "",
    )  # fmt: skip
    provider = clerk.rows["providers"][row.provider]
    invoice = register_invoice(provider=provider, facts=facts, by=by, at=_at(step.on))
    clerk.made[row.key] = invoice
    found = InvoiceLine.objects.visible_to(by).of_invoices(invoice.pk).order_by("position")
    matches = {
        line.pk: deciding.Match(clerk.rows["placements"][said.placement].pk, said.frees_nights)
        for line, said in zip(found, row.lines, strict=True)
    }
    deciding.match_lines(invoice=invoice, matches=matches, by=by, today=step.on)


def _approve(clerk: Clerk, row: InvoiceRow, step: StepRow, by: User) -> None:
    invoice = clerk.fresh(row)
    lines = InvoiceLine.objects.visible_to(by).of_invoices(invoice.pk).order_by("position")
    said = {line.pk: one.not_nights for line, one in zip(lines, row.lines, strict=True)}
    deciding.approve_invoice(
        invoice=invoice, explanation=step.because, not_nights=said, by=by, at=_at(step.on)
    )


def _reject(clerk: Clerk, row: InvoiceRow, step: StepRow, by: User) -> None:
    deciding.reject_invoice(invoice=clerk.fresh(row), reason=step.because, by=by, today=step.on)


def _attest(clerk: Clerk, row: InvoiceRow, step: StepRow, by: User) -> None:
    deciding.attest_invoice(invoice=clerk.fresh(row), by=by, at=_at(step.on), seen=True)


def _export(clerk: Clerk, row: InvoiceRow, step: StepRow, by: User) -> None:
    """One file to the finance system takes every invoice that the day's export of the person names."""
    if (step.by, step.on) in clerk.exports:
        return
    clerk.exports.add((step.by, step.on))
    wanted = {
        clerk.made[other.key].pk
        for other in clerk.invoices
        if other.exported and (other.exported.by, other.exported.on) == (step.by, step.on)
    }
    if {found.pk for found in to_export(by)} != wanted:
        raise Refused("other_invoices", "Exporten tar med alla attesterade fakturor, också andra än filens.")
    export_invoices(encoding=ENCODING, by=by, at=_at(step.on))


def _pay(clerk: Clerk, row: InvoiceRow, step: StepRow, by: User) -> None:
    deciding.mark_paid(invoice=clerk.fresh(row), on=step.on, by=by, today=step.on)


def _line(line: InvoiceLineRow, sign: int) -> LineFacts:
    quantity = line.count
    return LineFacts(
        quantity=quantity, unit_price=line.price, amount=sign * round_kr(quantity * line.price),
        unit=line.kind, start=line.start, end=line.end, text=line.text, vat_rate=line.vat,
    )  # fmt: skip


def _officer(home: Municipality) -> User | None:
    rows = User.objects.of(home).filter(role=Role.FINANCE_OFFICER, is_active=True)
    return rows.order_by("username").first()


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, NOON))
