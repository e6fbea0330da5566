"""An invoice against the contract: what each night should cost, what was charged, and why they differ. Pure.

Every krona of difference is explained: the differences of a check add up to what is charged less what is
expected, exactly (tests/placements/test_invoice_checking.py). Amounts are Decimal kronor, not rounded here;
nights are half-open as in `placements.costs`, which knows the prices. Nothing here asks what day it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from avhopp.kernel.periods import ONE_DAY, Period
from placements.costs import NOTHING, Stay, cost, rate_on


class Why(Enum):
    """Why something differs, in the order that the page tells it."""

    DOUBLE = "dubbelt"  # the night is paid already, or stands twice on the invoice
    AFTER = "efter"  # after the departure
    DEPARTURE = "avresedag"  # the day of departure, which the agreement does not charge
    BEFORE = "fore"  # before the arrival, or of a stay that has not begun
    NOT_YET = "inte_an"  # after today
    UNDECIDED = "utan_beslut"  # outside the time of the decision
    PRICE = "pris"  # another price than the agreed one
    ABSENCE = "franvaro"  # away, at another price than the one for absence
    MISSING = "saknas"  # a night that was, and is not on the invoice
    QUANTITY = "antal"  # another number of nights than the dates span
    ARITHMETIC = "felraknad"  # quantity times price is not the amount
    NO_NIGHTS = "annat"  # charged otherwise than by the night: the contract says nothing of it
    UNMATCHED = "ej_kopplad"  # not matched to a stay
    VAT = "moms"  # care is exempt from VAT
    ROUNDING = "ore"


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """A line without VAT. By the night: [start, end). Otherwise without dates, and for no night."""

    start: date | None
    end: date | None
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal

    @property
    def nights(self) -> int:
        return 0 if self.start is None or self.end is None else (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Contract:
    """What was agreed, decided and known about one stay.

    `decided` is the time of the decision, `paid` the nights that other approved invoices pay, `known_to` the
    last day of which anything is known: today.
    """

    stay: Stay
    begun: bool
    decided: Period
    known_to: date
    paid: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """Kronor that are charged and not expected (less than zero: expected and not charged), and why.

    For nights: the first and the last of them, how many, and what each was charged and should cost.
    """

    why: Why
    amount: Decimal
    first: date | None = None
    last: date | None = None
    nights: int = 0
    charged: Decimal = NOTHING
    owed: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Night:
    """One night as it was charged, and as it should be."""

    night: date
    why: Why
    charged: Decimal
    owed: Decimal

    @property
    def amount(self) -> Decimal:
        return self.charged - self.owed


@dataclass(frozen=True, slots=True)
class Check:
    """What one stay, or a whole invoice, should cost, and every difference from what was charged."""

    charged: Decimal
    expected: Decimal
    differences: tuple[Difference, ...] = ()
    nights: tuple[Night, ...] = field(default=(), repr=False)

    @property
    def difference(self) -> Decimal:
        return self.charged - self.expected


def owed(contract: Contract, night: date) -> tuple[Decimal, Why]:
    """What the night should cost, in kronor, and why a charge that differs from it does."""
    stay = contract.stay
    if not contract.begun or night < stay.start:
        return NOTHING, Why.BEFORE
    if stay.end is not None and night > stay.end:
        return NOTHING, Why.AFTER
    if stay.end is not None and night == stay.end and not stay.charges_departure_day:
        return NOTHING, Why.DEPARTURE
    if night in contract.paid:
        return NOTHING, Why.DOUBLE
    if night > contract.known_to:
        return NOTHING, Why.NOT_YET
    if stay.end is not None and night == stay.end:
        return cost(stay, Period(night, night + ONE_DAY)), Why.PRICE
    if not contract.decided.contains(night):
        return NOTHING, Why.UNDECIDED
    away = any(one.start <= night and (one.end is None or night < one.end) for one in stay.absences)
    return rate_on(stay, night), Why.ABSENCE if away else Why.PRICE


def check_stay(lines: Iterable[ChargedLine], contract: Contract, period: Period) -> Check:
    """The lines for one stay, against its nights in the invoice's period and those that are charged.

    Raises Refused price_gap or price_overlap as `costs.rate_on`, ValueError for a period without an end.
    """
    found: list[Difference] = []
    nights: list[Night] = []
    charged, expected, seen = NOTHING, NOTHING, set[date]()
    for line in lines:
        charged += line.amount
        if line.start is None or line.end is None:
            found.append(Difference(Why.NO_NIGHTS, line.amount))
            continue
        found += _of_the_line(line)
        for night in Period(line.start, line.end).days():
            should, why = (NOTHING, Why.DOUBLE) if night in seen else owed(contract, night)
            seen.add(night)
            expected += should
            nights.append(Night(night, why, line.unit_price, should))
    for night in _real_nights(contract, period):
        if night not in seen:
            should, _ = owed(contract, night)
            expected += should
            nights.append(Night(night, Why.MISSING, NOTHING, should))
    nights.sort(key=lambda one: (one.night, one.why.value))
    found += _grouped(nights)
    return Check(charged, expected, _in_order(found), tuple(nights))


def check_invoice(
    stays: Sequence[Check], unmatched: Iterable[Decimal], vat: Decimal, rounding: Decimal
) -> Check:
    """The whole invoice: its stays, amounts of lines without one, VAT (which care has none of), rounding."""
    found = [one for stay in stays for one in stay.differences]
    loose = list(unmatched)
    found += [Difference(Why.UNMATCHED, amount) for amount in loose]
    found += [Difference(Why.VAT, vat)] if vat else []
    found += [Difference(Why.ROUNDING, rounding)] if rounding else []
    charged = sum((stay.charged for stay in stays), NOTHING) + sum(loose, NOTHING) + vat + rounding
    expected = sum((stay.expected for stay in stays), NOTHING)
    return Check(charged, expected, _in_order(found))


def check_credit(lines: Iterable[ChargedLine], vat: Decimal, rounding: Decimal) -> Check:
    """A credit note: what it credits is the invoice's to know (and the database's); its sums are checked."""
    charged, found = NOTHING, list[Difference]()
    for line in lines:
        charged += line.amount
        miscounted = line.amount + line.quantity * line.unit_price
        found += [Difference(Why.ARITHMETIC, miscounted)] if miscounted else []
    found += [Difference(Why.ROUNDING, rounding)] if rounding else []
    charged += vat + rounding
    expected = charged - sum((one.amount for one in found), NOTHING)
    return Check(charged, expected, _in_order(found))


def _of_the_line(line: ChargedLine) -> Iterator[Difference]:
    """What is wrong with the line by itself."""
    if miscounted := line.amount - line.quantity * line.unit_price:
        yield Difference(Why.ARITHMETIC, miscounted)
    if more := line.quantity - line.nights:
        yield Difference(
            Why.QUANTITY, more * line.unit_price, line.start, line.end and line.end - ONE_DAY,
            int(more), line.unit_price,
        )  # fmt: skip


def _real_nights(contract: Contract, period: Period) -> Iterator[date]:
    """The nights of the period that should be paid and are not; with a departure day that is charged."""
    if not contract.begun:
        return
    last = contract.known_to + ONE_DAY
    if contract.stay.end is not None:
        last = min(
            last, contract.stay.end + (ONE_DAY if contract.stay.charges_departure_day else timedelta())
        )
    shared = period.intersection(Period(contract.stay.start, max(contract.stay.start, last)))
    yield from shared.days() if shared is not None else ()


def _grouped(nights: Sequence[Night]) -> Iterator[Difference]:
    """Nights after each other that differ alike, as one difference."""
    run: list[Night] = []
    for why in Why:
        for one in (night for night in nights if night.why is why and night.amount):
            if run and not _goes_on(run[-1], one):
                yield _run(run)
                run = []
            run.append(one)
        if run:
            yield _run(run)
            run = []


def _goes_on(before: Night, after: Night) -> bool:
    alike = (before.charged, before.owed) == (after.charged, after.owed)
    return alike and after.night - before.night == ONE_DAY


def _run(run: Sequence[Night]) -> Difference:
    first, last = run[0], run[-1]
    amount = sum((one.amount for one in run), NOTHING)
    return Difference(first.why, amount, first.night, last.night, len(run), first.charged, first.owed)


def _in_order(found: Iterable[Difference]) -> tuple[Difference, ...]:
    order = list(Why)
    return tuple(sorted(found, key=lambda one: (order.index(one.why), one.first or date.min)))
