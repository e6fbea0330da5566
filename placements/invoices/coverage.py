"""What of a stay's cost stands on an invoice, night by night. Pure.

Every night of the stay, and the departure day where it is charged, lies in exactly one of three parts:
attested, on an invoice that is not attested yet, or on none. So the parts add up to `placements.costs.cost`,
exactly. What the invoices charge stands beside, in the part where the invoice is: the difference from what
was agreed is told and never taken from anything. Amounts are Decimal kronor, not rounded but for the öre of a
line's nights.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from avhopp.kernel.money import round_kr
from avhopp.kernel.periods import ONE_DAY, Period
from placements.costs import NOTHING, ChargedDay, Key, Stay, charged_days


class Where(Enum):
    """How far an invoice has come."""

    ATTESTED = "attesterat"
    WAITING = "väntar"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one line of an invoice charges for the stay; a credit note's `amount` is below zero.

    By the night: for the nights [start, end). Otherwise the whole amount belongs to the day `start`. `pays`
    are the nights that it pays, as the database has written them; `asks` is a line of an open invoice, which
    pays nothing yet.
    """

    invoice: Key
    where: Where
    amount: Decimal
    start: date
    end: date
    by_night: bool = True
    pays: frozenset[date] = frozenset()
    asks: bool = False

    def amount_in(self, period: Period | None) -> Decimal:
        """What of the amount belongs to the period. The shares of all periods add up to the amount."""
        if period is None:
            return self.amount
        if not self.by_night:
            return self.amount if period.contains(self.start) else NOTHING
        last = self.end if period.end is None else min(self.end, period.end)
        first = max(self.start, period.start)
        return NOTHING if first >= last else self._up_to(last) - self._up_to(first)

    def covers(self) -> Iterable[date]:
        """The nights that it pays or asks to be paid for."""
        return Period(self.start, self.end).days() if self.asks and self.by_night else self.pays

    def _up_to(self, day: date) -> Decimal:
        return round_kr(self.amount * (day - self.start).days / (self.end - self.start).days)


@dataclass(frozen=True, slots=True)
class Part:
    """Nights and what they should cost, what is charged for nights, and what is charged for anything else."""

    nights: int = 0
    cost: Decimal = NOTHING
    charged: Decimal = NOTHING
    other: Decimal = NOTHING

    def __add__(self, more: "Part") -> "Part":
        return Part(
            self.nights + more.nights, self.cost + more.cost, self.charged + more.charged,
            self.other + more.other,
        )  # fmt: skip

    @property
    def difference(self) -> Decimal:
        """Kronor that are charged for nights and were not agreed; below zero: agreed and not charged."""
        return self.charged - self.cost


@dataclass(frozen=True, slots=True)
class Run:
    """Nights after each other that are on no invoice; a departure day is no night and costs."""

    first: date
    last: date
    nights: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class OnInvoice:
    """What one invoice charges for the stay: for so many of its nights, and for anything else."""

    invoice: Key
    where: Where
    nights: int
    charged: Decimal
    other: Decimal


@dataclass(frozen=True, slots=True)
class Coverage:
    """A stay's outcome in three parts, and the invoices that it is on."""

    attested: Part
    waiting: Part
    missing: Part
    runs: tuple[Run, ...] = ()
    invoices: tuple[OnInvoice, ...] = ()

    @property
    def nights(self) -> int:
        return self.attested.nights + self.waiting.nights + self.missing.nights

    @property
    def cost(self) -> Decimal:
        """The outcome."""
        return self.attested.cost + self.waiting.cost + self.missing.cost

    def __add__(self, more: "Coverage") -> "Coverage":
        """The sums; the runs and the invoices are each stay's own."""
        return Coverage(
            self.attested + more.attested, self.waiting + more.waiting, self.missing + more.missing
        )

    def __bool__(self) -> bool:
        return bool(self.nights or self.cost or self.invoices)


EMPTY = Coverage(Part(), Part(), Part())


def coverage(
    stay: Stay | None, lived: Period, claims: Iterable[Claim], within: Period | None = None
) -> Coverage:
    """The nights of the stay in `lived`, and what the claims charge in `within` (None: ever).

    `stay` None has no nights: it was planned and never began. `lived` has an end.

    Raises what `costs.cost` does.
    """
    claims = tuple(claims)
    attested = {day for one in claims if one.where is Where.ATTESTED for day in one.covers()}
    waiting = {day for one in claims if one.where is Where.WAITING for day in one.covers()} - attested
    days = () if stay is None else tuple(charged_days(stay, lived))
    parts = [[one for one in days if one[0] in found] for found in (attested, waiting)]
    rest = [one for one in days if one[0] not in attested and one[0] not in waiting]
    return Coverage(
        _part(parts[0], claims, Where.ATTESTED, within),
        _part(parts[1], claims, Where.WAITING, within),
        _part(rest, (), None, within),
        tuple(_runs(rest)),
        tuple(_by_invoice(claims, within)),
    )


def _part(
    days: Iterable[ChargedDay], claims: Iterable[Claim], where: Where | None, within: Period | None
) -> Part:
    found = Part()
    for _, nights, price in days:
        found += Part(nights, price)
    for one in claims:
        if one.where is where:
            found += _charged(one, within)
    return found


def _charged(one: Claim, within: Period | None) -> Part:
    amount = one.amount_in(within)
    return Part(charged=amount) if one.by_night else Part(other=amount)


def _by_invoice(claims: Iterable[Claim], within: Period | None) -> Iterator[OnInvoice]:
    """In the order of the claims; those that charge nothing in the period are left out."""
    found: dict[Key, list[Claim]] = {}
    for one in claims:
        found.setdefault(one.invoice, []).append(one)
    for key, own in found.items():
        touching = [one for one in own if within is None or _touches(one, within)]
        if touching:
            nights = {day for one in own for day in one.covers() if within is None or within.contains(day)}
            sums = sum((_charged(one, within) for one in own), Part())
            yield OnInvoice(key, own[0].where, len(nights), sums.charged, sums.other)


def _touches(one: Claim, within: Period) -> bool:
    return Period(one.start, one.end).overlaps(within) if one.by_night else within.contains(one.start)


def _runs(days: Iterable[ChargedDay]) -> Iterator[Run]:
    run: Run | None = None
    for day, nights, price in days:
        if run is not None and day == run.last + ONE_DAY:
            run = Run(run.first, day, run.nights + nights, run.cost + price)
            continue
        if run is not None:
            yield run
        run = Run(day, day, nights, price)
    if run is not None:
        yield run
