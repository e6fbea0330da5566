"""How places were found: the inquiries of a file, with offers, choices and approvals.

They are written as rows, as stays and their extensions are, and not by the actions, as invoices are. An
invoice's steps move money and are taken by people who still hold the right. An inquiry of a file is history:
the actions refuse a closed case, and whoever has left the case, and those trails are what an auditor asks a
municipality that moves in for. Nothing is let in that way that the pages would stop. The importer writes
under the row-level security, the constraints and the history triggers of the two tables, in cases that are
open to it; `inquiry_faults` asks what the actions ask, with the right of each person by the role. Asked here
is what only the database knows: whether the text names somebody, and whether the delegation order of the day
let the approval be given. Where no order of that day is registered, that is a gap.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from avhopp.accounts.models import Municipality
from avhopp.kernel.refusal import Refused
from cases import rules
from cases.models import Case, DelegationRule, Person
from placements.procurement.models import Inquiry, Need, Offer
from placements.procurement.wording import check_names_nobody
from reports.scenario.batches import write
from reports.scenario.document import ScenarioFault, ScenarioRefused
from reports.scenario.gaps import Gap, lacking
from reports.scenario.inquiry_rows import ApprovedRow, AskedRow, ChosenRow, InquiryRow
from reports.scenario.normal import REASON_UNKNOWN, in_turn
from reports.scenario.telling import Teller

#: The reference of the row with a primary key, as the file would call it.
Called = Callable[[Any], str]
PEOPLE = ("made_by", "chosen_by", "approved_by")


def stored_inquiries(cases: Mapping[UUID, str], called: Called) -> tuple[InquiryRow, ...]:
    """The inquiries of the cases, by their primary keys and references, as a file says them."""
    offers: dict[UUID, list[Offer]] = defaultdict(list)
    for offer in Offer.objects.filter(case__in=cases).with_place():
        offers[offer.inquiry_id].append(offer)
    rows = Inquiry.objects.filter(case__in=cases).select_related(*PEOPLE, "placement")
    return tuple(_stored(row, cases[row.case_id], offers[row.pk], called) for row in rows)


def _stored(row: Inquiry, case: str, offers: Iterable[Offer], called: Called) -> InquiryRow:
    offers = tuple(offers)
    chosen = next((one for one in offers if one.pk == row.chosen_id), None)
    found = None
    if chosen is not None and row.chosen_by is not None and row.chosen_on is not None:
        reason = "" if row.choice_reason == REASON_UNKNOWN else row.choice_reason
        found = ChosenRow(
            provider=chosen.provider.ref, by=row.chosen_by.handle, on=row.chosen_on, because=reason
        )
    approved = None
    if row.approved_by is not None and row.approved_on is not None and row.approved_to is not None:
        approved = ApprovedRow(by=row.approved_by.handle, on=row.approved_on, to=row.approved_to)
    return InquiryRow(
        case=case,
        kind=row.kind,
        made=row.made_on,
        made_by=row.made_by.handle,
        age_span=row.age_span,
        needs=tuple(sorted(row.needs)),
        start_from=row.start_from,
        start_to=row.start_to,
        months=row.months,
        county=row.county,
        text=row.text,
        asked=tuple(sorted((_asked(one) for one in offers), key=in_turn)),
        chosen=found,
        approved=approved,
        placement=called(row.placement) if row.placement is not None else None,
    )


def _asked(row: Offer) -> AskedRow:
    return AskedRow(
        provider=row.provider.ref,
        on=row.asked_on,
        how=row.asked_how,
        answered=row.answered_on,
        declined=row.state == Offer.State.DECLINED,
        rate=row.rate,
        start=row.start,
        fits=row.fits,
        distance=row.distance,
        note=row.note,
    )


def undelegated(rows: Iterable[InquiryRow], home: Municipality) -> Iterator[Gap]:
    """The approvals of days of which no delegation order is registered."""
    rows = tuple(rows)
    orders = _orders(rows, home)
    for row in rows:
        if row.approved is not None and not orders[row.approved.on]:
            yield lacking(row, row.approved.path, "delegation för godkännandet av platsen")


def _orders(rows: Iterable[InquiryRow], home: Municipality) -> dict[date, list[rules.Rule]]:
    days = {row.approved.on for row in rows if row.approved is not None}
    points = list(DelegationRule.objects.filter(municipality=home)) if days else []
    return {day: [rules.Rule.of(one) for one in points if one.is_in_force_on(day)] for day in days}


def write_inquiries(
    home: Municipality, rows: Iterable[InquiryRow], known: Mapping[str, Mapping[str, Any]], teller: Teller
) -> None:
    """Write the inquiries and their offers. `known` are the rows of the other lists by reference.

    Raises:
        ScenarioRefused: a text that names the person, an approval beyond the delegation order of its day, and
            what the database refuses.
    """
    rows = tuple(rows)
    people = {person.pk: person for person in known["persons"].values()}
    cases = {row.case: known["cases"][row.case] for row in rows}
    faults = [fault for row in rows for fault in _naming(row, cases[row.case], people)]
    faults += _beyond(rows, home, known["users"])
    if faults:
        raise ScenarioRefused(faults)
    inquiries: list[tuple[Inquiry, InquiryRow]] = []
    offers: dict[UUID, list[tuple[Offer, AskedRow]]] = {}
    for row in rows:
        inquiry = _inquiry(row, known)
        made = [(_offer(one, inquiry, known), one) for one in row.asked]
        if row.chosen is not None:
            inquiry.chosen = next(offer for offer, one in made if one.provider == row.chosen.provider)
        inquiries.append((inquiry, row))
        offers[inquiry.pk] = made
    write(inquiries)
    write([pair for made in offers.values() for pair in made])
    for inquiry, _ in inquiries:
        teller.searched(inquiry, [offer for offer, _ in offers[inquiry.pk]])


def _naming(row: InquiryRow, case: Case, people: Mapping[UUID, Person]) -> Iterator[ScenarioFault]:
    person = people[case.person_id]
    try:
        check_names_nobody(row.text, names=[person.name], numbers=[case.case_no, person.identity or ""])
    except Refused as refused:
        yield ScenarioFault(f"{row.path}.text", refused.text)


def _beyond(
    rows: Iterable[InquiryRow], home: Municipality, users: Mapping[str, Any]
) -> Iterator[ScenarioFault]:
    rows = tuple(rows)
    orders = _orders(rows, home)
    for row in rows:
        offer, step = row.offer, row.approved
        if offer is None or offer.start is None or step is None or not orders[step.on]:
            continue
        wanted = rules.Wanted(row.kind, (step.to - offer.start).days, True, offer.rate)
        try:
            rules.allowing_rule(users[step.by].role, wanted, orders[step.on])
        except Refused:
            text = "Delegationsordningen den dagen låter inte användaren godkänna platsen så länge."
            yield ScenarioFault(f"{step.path}.by", text)


def _inquiry(row: InquiryRow, known: Mapping[str, Mapping[str, Any]]) -> Inquiry:
    users, chosen, approved = known["users"], row.chosen, row.approved
    inquiry = Inquiry(
        case=known["cases"][row.case],
        kind=row.kind,
        age_span=row.age_span,
        needs=[need for need in Need.values if need in row.needs],
        start_from=row.start_from,
        start_to=row.start_to,
        months=row.months,
        county=row.county,
        text=row.text,
        made_on=row.made,
        made_by=users[row.made_by],
        placement=known["placements"][row.placement] if row.placement else None,
    )
    if chosen is not None:
        inquiry.choice_reason = chosen.because or REASON_UNKNOWN
        inquiry.chosen_on, inquiry.chosen_by = chosen.on, users[chosen.by]
    if approved is not None:
        inquiry.approved_on, inquiry.approved_by = approved.on, users[approved.by]
        inquiry.approved_to = approved.to
    return inquiry


def _offer(row: AskedRow, inquiry: Inquiry, known: Mapping[str, Mapping[str, Any]]) -> Offer:
    state = Offer.State.OFFERED if row.has_offered else Offer.State.ASKED
    return Offer(
        case=inquiry.case,
        inquiry=inquiry,
        provider=known["providers"][row.provider],
        agreement=known["agreements"][row.agreement] if row.agreement else None,
        asked_on=row.on,
        asked_how=row.how,
        state=Offer.State.DECLINED if row.declined else state,
        answered_on=row.answered,
        rate=row.rate,
        start=row.start,
        fits=row.fits,
        distance=row.distance,
        note=row.note,
    )
