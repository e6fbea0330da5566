"""What a scenario file says, as frozen values. No database, no clock.

References are the file's own `ref` texts; a user's is the user name in small letters. All periods are
half-open [start, end), except validity, which the format counts to and including its last day. Rates and
amounts are kronor. `path` is where in the file the row stands (`placements[3]`), empty for a row read from
the database; it takes no part in comparisons.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal

from reports.scenario.inquiry_rows import InquiryRow
from reports.scenario.row import Row


@dataclass(frozen=True, slots=True)
class ScenarioFault:
    """One fault: where in the file, and what is wrong, in Swedish and without personal data."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class ScenarioRefused(Exception):
    """The whole file is refused, for these faults."""

    def __init__(self, faults: list[ScenarioFault]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalityRow(Row):
    code: str
    name: str
    board: str
    registry_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow(Row):
    ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceUnitRow(Row):
    ref: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow(Row):
    username: str
    role: str
    unit: str | None = None
    police_unit: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        return (self.username,)

    @property
    def key_name(self) -> str:
        return "username"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLineRow(Row):
    ref: str
    year: int
    kind: str
    amount: Decimal
    decided: date
    decision_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRow(Row):
    ref: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow(Row):
    ref: str
    provider: str
    start: date
    end: date | None
    rate: Decimal
    charges_departure_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow(Row):
    ref: str
    identity: str | None
    birth_year: int | None
    sex: str
    children: int
    protection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow(Row):
    ref: str
    person: str
    unit: str
    handler: str | None
    received: date
    source: str
    closed: date | None = None
    closing_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRow(Row):
    case: str
    police_unit: str
    received: date
    valid_to: date
    crime_degree: str
    threat: str
    protection_need: str
    preliminary: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """The whole row: two different assessments may come on the same day."""
        return tuple(getattr(self, name.name) for name in fields(self) if name.name != "path")

    @property
    def key_name(self) -> str:
        return "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow(Row):
    case: str
    recipient: str
    categories: tuple[str, ...]
    start: date
    end: date
    withdrawn: date | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """All but the withdrawal: a withdrawn consent never comes back because a file is loaded again."""
        return (self.case, self.recipient, self.categories, self.start, self.end)

    @property
    def key_name(self) -> str:
        return "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow(Row):
    ref: str
    case: str
    kind: str
    decided: date
    end: date | None = None
    enforced: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow(Row):
    """A price period, or an absence, of a placement."""

    start: date
    end: date | None
    rate: Decimal

    @property
    def key(self) -> tuple[object, ...]:
        return (self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRow(Row):
    """One change of an expected departure, or nights that nobody had decided; None runs on."""

    kind: str
    made: date
    reason: str
    start: date | None = None
    end: date | None = None
    decision: str | None = None
    authorised: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRow(Row):
    ref: str
    case: str
    decision: str
    provider: str
    agreement: str | None
    outside_reason: str
    planned_start: date
    start: date | None
    end: date | None
    moved_from: str | None = None
    prices: tuple[RateRow, ...] = ()
    absences: tuple[RateRow, ...] = ()
    end_reason: str = field(default="", compare=False)
    destination: str = field(default="", compare=False)
    resumption: str = field(default="", compare=False)
    extensions: tuple[ExtensionRow, ...] = field(default=(), compare=False)

    @property
    def first_day(self) -> date:
        """The day of arrival, or the planned one."""
        return self.start or self.planned_start


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow(Row):
    ref: str
    case: str
    sent: date
    applied: Decimal
    status: str
    decided: date | None = None
    granted: Decimal | None = None
    paid: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow(Row):
    case: str
    planned: date
    done: date | None = None
    deviation: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        return (self.case, self.planned)

    @property
    def key_name(self) -> str:
        return "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReallocationRow(Row):
    """Kronor moved between two budget lines of one year, by a decision."""

    ref: str
    source: str
    target: str
    amount: Decimal
    decided: date
    decision_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRuleRow(Row):
    """What the nights of one kind of care, inside or outside framework agreements, are booked on."""

    kind: str
    inside: bool
    account: str
    cost_centre: str
    start: date
    end: date | None = None
    operation: str = ""
    activity: str = ""
    counterpart: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        return (self.kind, self.inside, self.start)

    @property
    def key_name(self) -> str:
        return "from"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow(Row):
    """What a person did to an invoice, and the day."""

    by: str
    on: date
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLineRow(Row):
    """Nights [start, end) of a stay at a price without VAT, or something that is not nights (`annat`)."""

    placement: str
    price: Decimal
    start: date | None = None
    end: date | None = None
    kind: str = "dygn"
    quantity: Decimal | None = None
    vat: Decimal = Decimal(0)
    text: str = ""
    frees_nights: bool = field(default=False, compare=False)
    not_nights: str = field(default="", compare=False)

    @property
    def count(self) -> Decimal:
        """The quantity: where the file leaves it out, the number of nights."""
        if self.quantity is not None or self.start is None or self.end is None:
            return self.quantity or Decimal(0)
        return Decimal((self.end - self.start).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow(Row):
    """A provider's invoice, or with `credits` a note that credits one, and the steps that were taken with it.

    The steps are no facts of what was sent: they are taken with a new invoice, and never compared.
    """

    number: str
    provider: str
    dated: date
    due: date
    credits: str | None
    registered_by: str = field(compare=False)
    lines: tuple[InvoiceLineRow, ...] = ()
    approved: StepRow | None = field(default=None, compare=False)
    rejected: StepRow | None = field(default=None, compare=False)
    attested: StepRow | None = field(default=None, compare=False)
    exported: StepRow | None = field(default=None, compare=False)
    paid: StepRow | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[object, ...]:
        return (self.provider, self.number)

    @property
    def key_name(self) -> str:
        return "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One municipality's operation, each list in the order of the file."""

    municipality: MunicipalityRow
    units: tuple[UnitRow, ...] = ()
    police_units: tuple[PoliceUnitRow, ...] = ()
    users: tuple[UserRow, ...] = ()
    budget_lines: tuple[BudgetLineRow, ...] = ()
    providers: tuple[ProviderRow, ...] = ()
    agreements: tuple[AgreementRow, ...] = ()
    persons: tuple[PersonRow, ...] = ()
    cases: tuple[CaseRow, ...] = ()
    assessments: tuple[AssessmentRow, ...] = ()
    consents: tuple[ConsentRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    placements: tuple[PlacementRow, ...] = ()
    applications: tuple[ApplicationRow, ...] = ()
    checks: tuple[CheckRow, ...] = ()
    reallocations: tuple[ReallocationRow, ...] = ()
    account_rules: tuple[AccountRuleRow, ...] = ()
    invoices: tuple[InvoiceRow, ...] = ()
    inquiries: tuple[InquiryRow, ...] = ()

    def lists(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """The lists of the file, by their names, in the order of the format."""
        return ((name, getattr(self, name)) for name in LISTS)


LISTS = tuple(one.name for one in fields(Scenario) if one.name != "municipality")
