"""What a decision lets be spent: its own highest price, and the limits of the delegation it was made under.

Source: DOMAIN.md 2.8. A decision of the committee has no such limits, only what it says itself.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from avhopp.kernel.periods import ONE_DAY, Period
from avhopp.kernel.refusal import Refused
from cases import rules
from cases.actions.decision import delegation_on
from cases.models import Decision
from placements import terms
from placements.costs import NOTHING, PricePeriod, Stay, cost
from placements.marks import latest_cover
from placements.models import Placement
from placements.rules import check_mandate, check_whole_cost


def check_mandate_of(
    *, decision: Decision, outside: bool, prices: Iterable[PricePeriod], today: date
) -> None:
    """As `placements.rules.check_mandate`, with who may decide more by the delegation of the day.

    Raises Refused above_max_rate, outside_not_decided.
    """
    rates = [row.rate for row in prices]
    limits = [decision.max_rate, decision.delegation.max_rate if decision.delegation else None]
    check_mandate(
        outside=outside,
        outside_decided=decision.outside_framework,
        max_rate=min((limit for limit in limits if limit is not None), default=None),
        rates=rates,
        decider=_decider(decision, outside, max(rates, default=NOTHING), today),
    )


def check_cost_of(
    *,
    decision: Decision,
    stay: Stay,
    today: date,
    placement: Placement | None = None,
    leaving: Placement | None = None,
) -> None:
    """Every night that rests on the decision, with `stay`, costs no more than it may.

    `stay` is what `placement` becomes, or a new one; the person moves to it from `leaving`. The placement
    comes `with_extensions()`. No query besides the delegation's when that has no such limit.

    Raises Refused above_max_cost, whole_cost_unknown.
    """
    limit = decision.delegation.max_cost if decision.delegation else None
    if limit is None:
        return
    costs: list[Decimal | None] = []
    rows = Placement.objects.standing().filter(case_id=decision.case_id).with_terms().with_extensions()
    for row in rows.exclude(pk=placement.pk) if placement is not None else rows:
        was = row.as_stay()
        if leaving is not None and row.pk == leaving.pk:
            was = terms.ended(was, stay.start)
        costs += [_cost_within(was, *span) for span in resting_on(row, decision)]
    if placement is None:
        spans = [(stay.start, decision.end)]
    else:
        spans = resting_on(placement, decision) or [(_first_on(placement.covered_to, decision), decision.end)]
    costs += [_cost_within(stay, *span) for span in spans]
    known = [amount for amount in costs if amount is not None]
    rate = max((row.rate for row in stay.prices), default=NOTHING)
    check_whole_cost(
        cost=sum(known, NOTHING) if len(known) == len(costs) else None,
        limit=limit,
        decider=_decider(decision, decision.outside_framework, rate, today),
    )


def resting_on(placement: Placement, decision: Decision) -> list[tuple[date, date | None]]:
    """The nights of the placement that rest on the decision: from a day to a day, None runs on.

    They are decided by the placement's own decision until it ends, then by each one it was extended on.
    """
    covered, spans = placement.decision.end, []
    if placement.decision_id == decision.pk:
        spans.append((placement.first_day, covered))
    for row in placement.extensions.all():
        if row.decision is not None:
            if row.decision_id == decision.pk:
                spans.append((_first_on(covered, row.decision), row.decision.end))
            covered = latest_cover(covered, [row.decision.end])
    return spans


def decision_for(placement: Placement, day: date) -> Decision:
    """The decision that covers the night, the last one when none does; needs `with_extensions()`."""
    made = [placement.decision, *(row.decision for row in placement.extensions.all() if row.decision)]
    return next((one for one in made if one.end is None or one.end > day), made[-1])


def _first_on(covered: date | None, decision: Decision) -> date:
    return covered or decision.start or decision.decided


def _cost_within(stay: Stay, first: date, until: date | None) -> Decimal | None:
    """The cost of the nights [first, until) of the stay and of its charged departure; None without an end."""
    ends = [day for day in (stay.end and stay.end + ONE_DAY, until) if day is not None]
    if not ends:
        return None
    first = max(first, stay.start)
    return cost(stay, Period(first, min(ends))) if first < min(ends) else NOTHING


def _decider(decision: Decision, outside: bool, rate: Decimal, today: date) -> str:
    """Who may decide as much as this, in a sentence."""
    order = delegation_on(municipality_id=decision.case.municipality_id, day=today)
    if not order:
        return "Delegationsordningen säger inte vem som får besluta mer: fråga din enhetschef."
    wanted = rules.wanted_by(
        kind=decision.kind, rejected=False, start=decision.start or decision.decided, end=decision.end,
        outside_framework=outside, rate=rate,
    )  # fmt: skip
    try:
        rule = rules.allowing_rule(rules.RANK[-1], wanted, order)
    except Refused:
        return "Det ska beslutas av nämnden eller dess utskott."
    return f"Det beslutas av {rules.Role(rule.role).label.lower()} enligt delegationspunkt {rule.point}."
