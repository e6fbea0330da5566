"""Whatever is done in whatever order: no night is paid twice, and what is attested stays as it was."""

import os
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.kernel.refusal import Refused
from placements.invoices.actions import deciding
from placements.invoices.actions.exporting import export_invoices
from placements.invoices.models import Invoice, InvoiceLine, PaidNight
from placements.invoices.states import FROZEN, HOLDING
from tests.placements.invoicing import NOW, Desk, nights

DEEP = bool(os.environ.get("AVHOPP_DEEP"))
EXAMPLES, STEPS = (60, 40) if DEEP else (8, 20)
WHO = st.sampled_from(["eskil", "eskil", "elsa", "bo", "siri"])
OFFSET, COUNT = st.integers(0, 12), st.integers(1, 5)
PRICE = st.sampled_from([3000, 3000, 3000, 3200, 1])
PAST_THE_APPLICATION = [
    "update invoices_invoice set state = 'granskad', reviewed_by_id = sec.actor(), reviewed_at = now(), "
    "expected = 0 where id = %s",
    "update invoices_invoice set state = 'attesterad', attested_by_id = sec.actor(), attested_at = now() "
    "where id = %s",
    "update invoices_invoice set state = 'mottagen' where id = %s",
    "update invoices_invoice set net = net + 1, total = total + 1 where id = %s",
    "update invoices_invoiceline set amount = -amount where invoice_id = %s",
    "update invoices_invoiceline set account_string = 'x' where invoice_id = %s",
    "update invoices_invoiceline set start = start + 1 where invoice_id = %s",
    "update invoices_invoiceline set not_nights = 'x', not_nights_by_id = sec.actor() where invoice_id = %s",
    "update invoices_invoiceline set not_nights = '', not_nights_by_id = null where invoice_id = %s",
    "update invoices_invoiceline set not_nights_seen_by_id = sec.actor() where invoice_id = %s",
    "delete from invoices_paidnight where line_id in "
    "(select id from invoices_invoiceline where invoice_id = %s)",
]


class Walk(RuleBasedStateMachine):
    """Everything that people can do with the invoices of one stay, and some things that they cannot."""

    done: Counter[str] = Counter()
    steps = [0]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.made: list[Invoice] = []
        self.frozen: dict[object, tuple] = {}
        self.number = 0
        self.whole = transaction.atomic()
        self.whole.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    def attempt(self, what: str, work) -> object:
        """Do it, or be refused in a sentence. Anything else fails the walk."""
        try:
            with transaction.atomic():
                found = work()
            self.done[what] += 1
            return found
        except Refused as refused:
            if not refused.text.endswith("."):
                raise
            self.done[f"{what}: {refused.code}"] += 1
            return None

    def one(self, number: int) -> Invoice:
        return self.made[number % len(self.made)]

    def night(self, offset: int) -> date:
        assert self.desk.stay.start is not None
        return self.desk.stay.start + timedelta(days=offset)

    @rule(offset=OFFSET, count=COUNT, price=PRICE, again=st.booleans(), twice=st.booleans(), by=WHO)
    def register(self, offset, count, price, again, twice, by):
        self.number += not again
        lines = [nights(self.night(offset), count, price)]
        lines += [nights(self.night(offset + count), 1, price)] if twice else []
        number = f"F-{self.number}"
        made = self.attempt("register", lambda: self.desk.register(number, *lines, by=by))
        if isinstance(made, Invoice):
            self.made.append(made)
            if offset % 3:
                self.attempt("match", lambda: self.desk.match(made))

    @rule(offset=OFFSET, count=COUNT, price=PRICE, attests=st.booleans())
    def the_whole_way(self, offset, count, price, attests):
        self.number += 1
        line = nights(self.night(offset), count, price)
        made = self.desk.register(f"W-{self.number}", line)
        self.made.append(made)
        self.desk.match(made)
        if self.attempt("approve", lambda: self.desk.approve(made, "Förklarat")) and attests:
            self.attempt("attest", lambda: self.desk.attest(made))

    @rule(count=COUNT, price=st.sampled_from([3000, 450]), says=st.booleans(), seen=st.booleans())
    def something_else(self, count, price, says, seen):
        """Not by the night: at the price of a night, or at another."""
        self.number += 1
        line = replace(nights(self.night(0), count, price), unit="annat", start=None, end=None)
        dates = {"period_start": self.night(0), "period_end": self.night(30)}
        made = self.desk.register(f"A-{self.number}", line, **dates)
        self.made.append(made)
        self.desk.match(made)
        said = "En flygresa" if says else ""
        work = partial(self.desk.approve, made, "Förklarat", not_nights=said)
        if self.attempt("approve", work):
            self.attempt("attest", lambda: self.desk.attest(made, seen=seen))

    @precondition(lambda self: self.made)
    @rule(of=st.integers(0, 9), offset=OFFSET, count=COUNT, price=PRICE, frees=st.booleans())
    def credit(self, of, offset, count, price, frees):
        self.number += 1
        line = nights(self.night(offset), count, price)
        line = replace(line, amount=-line.amount)
        more = {"kind": "kredit", "credited": self.one(of).number}
        made = self.attempt("credit", lambda: self.desk.register(f"K-{self.number}", line, **more))
        if isinstance(made, Invoice):
            self.made.append(made)
            self.attempt("match", lambda: self.desk.match(made, frees=frees))

    @precondition(lambda self: self.made)
    @rule(of=st.integers(0, 9), frees=st.booleans())
    def match(self, of, frees):
        self.attempt("match", lambda: self.desk.match(self.one(of), frees=frees))

    @precondition(lambda self: self.made)
    @rule(of=st.integers(0, 9), by=WHO)
    def approve(self, of, by):
        self.attempt("approve", lambda: self.desk.approve(self.one(of), "Förklarat", by=by))

    @precondition(lambda self: self.made)
    @rule(of=st.integers(0, 9), by=WHO)
    def attest(self, of, by):
        self.attempt("attest", lambda: self.desk.attest(self.one(of), by=by))

    @precondition(lambda self: self.made)
    @rule(
        of=st.integers(0, 9), by=WHO, step=st.sampled_from(["ask", "answer", "reject", "attest", "approval"])
    )
    def step(self, of, by, step):
        invoice, today = self.one(of), self.desk.today
        steps = {
            "ask": lambda on: deciding.ask_provider(invoice=invoice, question="Vad?", **on),
            "answer": lambda on: deciding.take_answer(invoice=invoice, **on),
            "reject": lambda on: deciding.reject_invoice(invoice=invoice, reason="Fel", **on),
            "attest": lambda on: deciding.undo_attest(invoice=invoice, reason="Fel", **on),
            "approval": lambda on: deciding.undo_approval(invoice=invoice, reason="Fel", **on),
        }
        work = steps[step]
        self.attempt(step, lambda: self.desk.act(by, lambda user: work({"by": user, "today": today})))

    @rule(by=WHO)
    def export(self, by):
        def work(user):
            return export_invoices(encoding="utf-8-sig", by=user, at=NOW)

        self.attempt("export", lambda: self.desk.act(by, work))

    @precondition(lambda self: self.made)
    @rule(of=st.integers(0, 9), by=WHO, statement=st.sampled_from(PAST_THE_APPLICATION))
    def past_the_application(self, of, by, statement):
        """Straight at the tables, as the web process: refused, or it changes nothing that matters."""
        try:
            with transaction.atomic(), acting(self.desk.cast.people[by]), connection.cursor() as cursor:
                cursor.execute(statement, [self.one(of).pk])
                cursor.execute("set constraints all immediate")
                cursor.execute("set constraints all deferred")
        except DatabaseError:
            self.done["past: refused"] += 1

    @invariant()
    def nights_are_paid_at_most_once(self):
        with acting(self.desk.cast.eskil):
            lines = list(InvoiceLine.objects.filter(invoice__state__in=HOLDING).select_related("invoice"))
            standing = Counter(PaidNight.objects.standing().values_list("placement_id", "night"))
        paid: Counter = Counter()
        for line in lines:
            for number in range(line.nights):
                night = (line.placement_id, line.start + timedelta(days=number))
                if not line.invoice.is_credit:
                    paid[night] += 1
                elif line.frees_nights:
                    paid[night] -= 1
        assert all(count in (0, 1) for count in paid.values()), paid
        assert +paid == standing

    @invariant()
    def what_looks_like_nights_is_said_not_to_be(self):
        self.steps[0] += 1
        with acting(self.desk.cast.eskil):
            lines = InvoiceLine.objects.filter(invoice__state__in=HOLDING, unit="annat")
            for line in lines.select_related("invoice"):
                if line.unit_price == 3000:
                    assert line.not_nights
                    assert line.not_nights_by_id == line.invoice.reviewed_by_id
                attested = line.invoice.attested_by_id if line.not_nights else None
                assert line.not_nights_seen_by_id == attested

    @invariant()
    def sums_have_their_signs(self):
        with acting(self.desk.cast.eskil):
            rows = list(Invoice.objects.all())
            lines = list(InvoiceLine.objects.select_related("invoice"))
        assert not any((line.amount < 0) != line.invoice.is_credit and line.amount for line in lines)
        for row in rows:
            credits = [one.total for one in rows if one.credited_id == row.pk and one.state in HOLDING]
            if credits:
                assert row.state in HOLDING
                assert row.total + sum(credits, Decimal(0)) >= 0

    @invariant()
    def what_is_attested_stays(self):
        with acting(self.desk.cast.eskil):
            rows = {row.pk: row for row in Invoice.objects.filter(state__in=FROZEN)}
            lines = list(InvoiceLine.objects.filter(invoice__in=rows).order_by("pk"))
        for key, row in rows.items():
            assert row.attested_by_id not in (row.registered_by_id, row.reviewed_by_id)
            now = (
                row.number, row.net, row.vat, row.total, row.expected, row.reviewed_by_id, row.attested_by_id,
                tuple(
                    (line.amount, line.start, line.end, line.placement_id, line.account_string)
                    for line in lines if line.invoice_id == key
                ),
            )  # fmt: skip
            assert all(line[-1] for line in now[-1])
            assert self.frozen.setdefault(key, now) == now
        for gone in set(self.frozen) - set(rows):
            del self.frozen[gone]


def test_no_sequence_of_steps_pays_twice(desk):
    desk.rule()
    desk.cast.add("elsa", Role.FINANCE_OFFICER)
    Walk.done.clear()
    Walk.steps[0] = 0
    run_state_machine_as_test(
        lambda: Walk(desk),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck), database=None,
        ),
    )  # fmt: skip
    done = {what for what in Walk.done if ":" not in what}
    assert {"register", "match", "approve"} <= done, Walk.done
    if DEEP:
        assert {"attest", "export", "credit", "approval"} <= done, Walk.done
        assert {"approve: night_paid", "past: refused", "attest: second_person"} <= set(Walk.done)
        assert {"approve: not_nights_missing", "attest: not_nights_unseen"} <= set(Walk.done)
        assert Walk.steps[0] >= 2000, Walk.steps
