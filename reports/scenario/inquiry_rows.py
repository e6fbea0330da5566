"""How a place was found, as a file says it: the question, who was asked, what they offered, the choice. Pure.

Rates are kronor per night. All that is here is compared when the row is met again, but an answer, a choice,
an approval and a placement only when the file has them: they may have come on the pages since.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reports.scenario.row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRow(Row):
    """A provider that was asked, and its answer when it has come.

    `agreement` is no key of the file: the one in force that day, under which the provider was asked.
    """

    provider: str
    on: date
    how: str
    answered: date | None = None
    declined: bool = False
    rate: Decimal | None = None
    start: date | None = None
    fits: bool | None = None
    distance: str = ""
    note: str = ""
    agreement: str | None = field(default=None, compare=False)

    @property
    def has_offered(self) -> bool:
        return self.answered is not None and not self.declined


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenRow(Row):
    provider: str
    by: str
    on: date
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedRow(Row):
    """Somebody else's word that a place outside the framework may be used until `to`."""

    by: str
    on: date
    to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryRow(Row):
    """What was asked for, in the format's words; `text` is free and names nobody."""

    case: str
    kind: str
    made: date
    made_by: str
    age_span: str
    needs: tuple[str, ...]
    start_from: date
    start_to: date
    months: int
    county: str
    text: str = ""
    asked: tuple[AskedRow, ...] = ()
    chosen: ChosenRow | None = None
    approved: ApprovedRow | None = None
    placement: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        return (self.case, self.kind, self.made)

    @property
    def key_name(self) -> str:
        return "made"

    @property
    def offer(self) -> AskedRow | None:
        """The answer of the provider that was chosen."""
        chosen = self.chosen
        return None if chosen is None else self.asked_of(chosen.provider)

    def asked_of(self, provider: str) -> AskedRow | None:
        return next((one for one in self.asked if one.provider == provider), None)
