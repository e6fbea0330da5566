"""An invoice held against what the stays' rows say, as far as the reader may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from avhopp.accounts.models import User
from avhopp.kernel.periods import Period
from placements.costs import NOTHING
from placements.invoices.checking import (
    ChargedLine,
    Check,
    Contract,
    Difference,
    check_credit,
    check_invoice,
    check_stay,
)
from placements.invoices.doubtful import Sign, signs
from placements.invoices.models import Invoice, InvoiceLine, PaidNight
from placements.invoices.telling import LABELS, sentence
from placements.models import Placement


@dataclass(frozen=True)
class Explained:
    """A difference in words: label, sentence, amount."""

    label: str
    text: str
    one: Difference

    @property
    def amount(self) -> Decimal:
        return self.one.amount


@dataclass(frozen=True)
class CheckedStay:
    """One stay of the invoice with its lines and what they should cost."""

    stay: Placement
    lines: tuple[InvoiceLine, ...]
    check: Check
    explained: tuple[Explained, ...]


@dataclass(frozen=True)
class Doubtful:
    """A line that is not charged by the night and looks like nights, and why it does."""

    line: InvoiceLine
    signs: tuple[Sign, ...]

    @property
    def why(self) -> str:
        return ", ".join(sign.value for sign in self.signs)

    @property
    def field(self) -> str:
        """What the form calls it."""
        return f"rad{self.line.position}"


@dataclass(frozen=True)
class Checked:
    """The whole invoice. `hidden` lines are of cases that the reader may not see; nothing is said of them."""

    check: Check
    stays: tuple[CheckedStay, ...]
    explained: tuple[Explained, ...]
    unmatched: tuple[InvoiceLine, ...]
    hidden: int

    @property
    def agrees(self) -> bool:
        return not self.check.differences

    def doubtful(self) -> list[Doubtful]:
        """The lines that look like nights of their stay and are charged as something else."""
        found = []
        for one in self.stays:
            rates = {row.rate for row in (*one.stay.prices.all(), *one.stay.absences.all())}
            for line in one.lines:
                if line.unit == InvoiceLine.Unit.OTHER:
                    said = signs(text=line.text, unit_price=line.unit_price, amount=line.amount, rates=rates)
                    found += [Doubtful(line, said)] if said else []
        return sorted(found, key=lambda one: one.line.position)


def checked(*, invoice: Invoice, lines: Sequence[InvoiceLine], user: User, today: date) -> Checked:
    """Five queries, however many lines. `lines` are those that `user` may see."""
    stays = _stays({line.placement_id for line in lines if line.placement_id}, user)
    by_stay = {key: tuple(line for line in lines if line.placement_id == key) for key in stays}
    loose = tuple(line for line in lines if line.placement_id not in stays)
    hidden = invoice.line_count - len(lines)
    if invoice.is_credit:
        found: list[CheckedStay] = [
            CheckedStay(stay, by_stay[key], check_credit(map(_charged, by_stay[key]), NOTHING, NOTHING), ())
            for key, stay in stays.items()
        ]
        whole = check_credit(map(_charged, lines), invoice.vat, invoice.rounding)
    else:
        paid = _paid(stays, lines, user)
        period = Period(invoice.period_start, invoice.period_end)
        found = []
        for key, stay in stays.items():
            contract = contract_of(stay, today, frozenset(paid.get(key, ())))
            check = check_stay(map(_charged, by_stay[key]), contract, period)
            found.append(CheckedStay(stay, by_stay[key], check, explained(check.differences)))
        whole = check_invoice(
            [one.check for one in found], [line.amount for line in loose], invoice.vat, invoice.rounding
        )
    in_stays = {id(one) for stay in found for one in stay.check.differences}
    rest = [one for one in whole.differences if id(one) not in in_stays]
    return Checked(whole, tuple(found), explained(rest), loose, hidden)


def contract_of(stay: Placement, today: date, paid: frozenset[date]) -> Contract:
    """What the check needs of a stay; needs `with_terms()` and `with_extensions()`."""
    decided_from = stay.decision.start or stay.decision.decided
    covered = stay.covered_to
    return Contract(
        stay=stay.as_stay(),
        begun=stay.has_begun,
        decided=Period(min(decided_from, stay.first_day), covered and max(covered, stay.first_day)),
        known_to=today,
        paid=paid,
    )


def explained(differences: Iterable[Difference]) -> tuple[Explained, ...]:
    return tuple(Explained(LABELS[one.why], sentence(one), one) for one in differences)


def _stays(ids: set[UUID], user: User) -> dict[UUID, Placement]:
    rows = Placement.objects.visible_to(user).filter(pk__in=ids).with_terms().with_extensions()
    return {row.pk: row for row in rows.select_related("case").order_by("case__case_no", "pk")}


def _paid(stays: Iterable[UUID], lines: Sequence[InvoiceLine], user: User) -> dict[UUID, list[date]]:
    """The nights of the stays that other approved invoices pay."""
    own = [line.pk for line in lines]
    rows = PaidNight.objects.visible_to(user).standing().filter(placement_id__in=list(stays))
    found: dict[UUID, list[date]] = {}
    for key, night in rows.exclude(line_id__in=own).order_by().values_list("placement_id", "night"):
        found.setdefault(key, []).append(night)
    return found


def _charged(line: InvoiceLine) -> ChargedLine:
    by_night = line.unit == InvoiceLine.Unit.NIGHT
    return ChargedLine(
        line.start if by_night else None,
        line.end if by_night else None,
        line.quantity,
        line.unit_price,
        line.amount,
    )


def nights_of(line: InvoiceLine) -> Period | None:
    """The nights that the line is about; None without dates."""
    return None if line.start is None or line.end is None else Period(line.start, line.end)
