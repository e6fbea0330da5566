"""Place a person: a decision, a place, a period and a price."""

from dataclasses import dataclass
from datetime import date

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from cases.models import Case, Decision
from placements.actions.apart import refuse_apart
from placements.actions.mandate import check_cost_of, check_mandate_of
from placements.actions.refusals import told
from placements.actions.writing import enforce, opened, write_new
from placements.costs import PricePeriod, Stay, check_stay
from placements.models import FrameworkAgreement, Placement, Provider
from placements.rules import check_kind, check_within_decision
from placements.terms import later_fields


@dataclass(frozen=True)
class Terms:
    """What is agreed about a stay. `agreement` None is outside the framework, with its reason.

    `start` is the actual arrival, None when the person has not come yet; `end` None runs on.
    """

    decision: Decision
    provider: Provider
    agreement: FrameworkAgreement | None
    planned_start: date
    start: date | None
    end: date | None
    prices: tuple[PricePeriod, ...]
    outside_reason: str = ""

    @property
    def first_day(self) -> date:
        return self.start or self.planned_start

    def as_stay(self) -> Stay:
        return Stay(
            key="ny",
            start=self.first_day,
            end=self.end,
            prices=self.prices,
            charges_departure_day=bool(self.agreement and self.agreement.charges_departure_day),
        )


def check_terms(*, case: Case, terms: Terms, today: date, leaving: Placement | None = None) -> Stay:
    """The stay that the terms make, after everything that can be said against it.

    `leaving` is the placement that the person moves from.

    Raises:
        Refused: decision_not_granted, other_kind, provider_closed, agreement_of_other_provider,
            agreement_not_in_force, outside_without_reason, in_the_future, before_decision, after_decision,
            above_max_rate, outside_not_decided, above_max_cost, whole_cost_unknown, overlapping_stay,
            stay_outside_case, ask_coordinator, and those of check_stay.
    """
    decision = terms.decision
    if decision.case_id != case.pk or not decision.is_granted:
        raise Refused(
            "decision_not_granted", "Välj ett beslut om bifall i det här ärendet.", field="decision"
        )
    check_kind(decision.kind, terms.provider.kind)
    _check_place(terms)
    if terms.start is not None and terms.start > today:
        raise Refused(
            "in_the_future",
            "Ankomsten kan inte ligga efter i dag. Lämna den tom tills personen har kommit.",
            field="start",
        )
    if terms.first_day < case.received:
        raise Refused(
            "stay_outside_case",
            f"Ärendet öppnades {case.received.isoformat()}. Välj en senare dag.",
            field="planned_start",
        )
    check_within_decision(terms.first_day, terms.end, decision.start or decision.decided, decision.end)
    stay = terms.as_stay()
    check_stay(stay)
    for number, row in enumerate(terms.prices[1:], start=1):
        if terms.end is not None and row.start >= terms.end:
            field, _ = later_fields(number)
            raise Refused("later_price_order", "Det senare priset börjar efter avresan.", field=field)
    check_mandate_of(decision=decision, outside=terms.agreement is None, prices=terms.prices, today=today)
    check_cost_of(decision=decision, stay=stay, leaving=leaving, today=today)
    _check_free(case=case, stay=stay, leaving=leaving)
    refuse_apart(case=case, provider=terms.provider, first=stay.start, end=stay.end)
    return stay


def place_person(*, case: Case, terms: Terms, by: User, today: date) -> Placement:
    """Place the person of the case, or plan it. An actual arrival carries the decision out.

    Raises:
        Refused: not_allowed, case_closed, and those of check_terms.
    """
    case = opened(case, by)
    stay = check_terms(case=case, terms=terms, today=today)
    return write_placement(case=case, terms=terms, stay=stay, by=by, today=today)


def write_placement(
    *, case: Case, terms: Terms, stay: Stay, by: User, today: date, moved_from: Placement | None = None
) -> Placement:
    """The rows and events of a checked stay. The case is locked.

    Raises Refused for what only the database can see, such as a stay in a case that the user may not.
    """
    placement = Placement(
        case=case,
        person_id=case.person_id,
        decision=terms.decision,
        provider=terms.provider,
        agreement=terms.agreement,
        outside_reason=terms.outside_reason if terms.agreement is None else "",
        planned_start=terms.planned_start,
        start=terms.start,
        planned_end=terms.end,
        moved_from=moved_from,
    )
    placement.set_end(terms.end, today)
    refuse_apart(case=case, provider=terms.provider, first=stay.start, end=stay.end, uses=True)
    with told():
        write_new(placement, stay.prices)
    what = terms.decision.get_kind_display()
    when = format_day(placement.first_day)
    record(
        by=by,
        case=case,
        requires=Can.SEE_PLACEMENT,
        on=placement.first_day if placement.start else terms.planned_start,
        kind="placerad" if placement.start else "placering_planerad",
        object_id=placement.pk,
        text=f"{what} började {when}." if placement.start else f"{what} planerades från {when}.",
    )
    if placement.start is not None:
        enforce(decision=terms.decision, on=placement.start, by=by, today=today)
    return placement


def _check_place(terms: Terms) -> None:
    first = terms.first_day
    if not terms.provider.takes_new_on(first):
        raise Refused(
            "provider_closed",
            "Utföraren tar inte emot nya placeringar då. Välj en annan plats.",
            field="place",
        )
    if terms.agreement is None:
        if not terms.outside_reason.strip():
            raise Refused(
                "outside_without_reason", "Skriv varför platsen är utanför ramavtal.", field="outside_reason"
            )
        return
    if terms.agreement.provider_id != terms.provider.pk:
        raise Refused("agreement_of_other_provider", "Ramavtalet gäller en annan utförare.", field="place")
    if not terms.agreement.is_in_force_on(first):
        raise Refused(
            "agreement_not_in_force",
            "Ramavtalet gäller inte den första dagen. Välj en annan plats.",
            field="place",
        )


def _check_free(*, case: Case, stay: Stay, leaving: Placement | None) -> None:
    """No other stay or plan of the person on the same nights, as far as the user can see."""
    if stay.end is not None and stay.end <= stay.start:
        return
    others = Placement.objects.standing().filter(person_id=case.person_id)
    if leaving is not None:
        others = others.exclude(pk=leaving.pk)
    for other in others:
        begins_in_time = stay.end is None or other.first_day < stay.end
        if begins_in_time and (other.end is None or other.end > stay.start) and other.end != other.first_day:
            raise Refused(
                "overlapping_stay",
                f"Personen har redan en placering från {other.first_day.isoformat()} "
                f"{'tills vidare' if other.end is None else 'till ' + other.end.isoformat()}. "
                "Avsluta den, eller flytta personen därifrån.",
                field="planned_start",
            )
