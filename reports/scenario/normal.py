"""A file's rows as they read once they are stored: the same facts, in the one form that can be compared."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from reports.scenario.document import AgreementRow, CaseRow, InvoiceRow, PlacementRow, RateRow, Scenario
from reports.scenario.inquiry_rows import AskedRow, InquiryRow
from reports.scenario.vocabulary import HANDLER_ROLES

#: What the pages require and a file may leave out is stored as this, and listed as a gap.
REASON_UNKNOWN = "Skälet framgår inte av den inlästa filen."
CLOSING_UNKNOWN = "ovrigt"


def as_stored(scenario: Scenario, stored: Scenario) -> Scenario:
    """The file's rows as they are stored beside those of `stored`.

    - Periods stand in order of time, and an absence without an end ends with the stay.
    - A plan's first price reaches back to the planned day. It is counted so anyway: nights before the first
      price are priced at the first rate.
    - A case closed for a reason that is not told has another reason; who cannot be a handler is none.
    - A line of an invoice has a number of nights.
    - Whoever is asked for a place is asked under the framework agreement of the day.
    - A person without a case is not registered: there is no ground to keep the data (2001:454 6 §).
    """
    roles = {user.username: user.role for user in (*scenario.users, *stored.users)}
    others = {name for name, role in roles.items() if role not in HANDLER_ROLES}
    wanted = {case.person for case in scenario.cases} | {person.ref for person in stored.persons}
    agreements = (*stored.agreements, *scenario.agreements)
    return replace(
        scenario,
        persons=tuple(row for row in scenario.persons if row.ref in wanted),
        cases=tuple(_case(row, others) for row in scenario.cases),
        placements=tuple(_placement(row) for row in scenario.placements),
        invoices=tuple(_invoice(row) for row in scenario.invoices),
        inquiries=tuple(_inquiry(row, agreements) for row in scenario.inquiries),
    )


def framework_on(agreements: Iterable[AgreementRow], provider: str, day: date) -> str | None:
    """The provider's agreement in force that day, the latest one where there are several."""
    found = [
        (one.start, one.ref)
        for one in agreements
        if one.provider == provider and one.start <= day and (one.end is None or day < one.end)
    ]
    return max(found)[1] if found else None


def _case(row: CaseRow, others: set[str]) -> CaseRow:
    reason = row.closing_reason or (CLOSING_UNKNOWN if row.closed else None)
    return replace(row, closing_reason=reason, handler=None if row.handler in others else row.handler)


def _invoice(row: InvoiceRow) -> InvoiceRow:
    return replace(row, lines=tuple(replace(line, quantity=line.count) for line in row.lines))


def _inquiry(row: InquiryRow, agreements: Iterable[AgreementRow]) -> InquiryRow:
    asked = sorted(row.asked, key=in_turn)
    return replace(
        row,
        asked=tuple(replace(one, agreement=framework_on(agreements, one.provider, one.on)) for one in asked),
    )


def in_turn(row: AskedRow) -> tuple[date, str]:
    """The order of those that were asked."""
    return row.on, row.provider


def _placement(row: PlacementRow) -> PlacementRow:
    prices = sorted(row.prices, key=_by_time)
    if prices and row.start is None and prices[0].start > row.planned_start:
        prices[0] = replace(prices[0], start=row.planned_start)
    absences = sorted((replace(one, end=one.end or row.end) for one in row.absences), key=_by_time)
    changes = sorted(row.extensions, key=lambda one: one.made)
    return replace(row, prices=tuple(prices), absences=tuple(absences), extensions=tuple(changes))


def _by_time(row: RateRow) -> tuple[date, date]:
    return row.start, row.end or date.max
