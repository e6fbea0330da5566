"""A new price from a day. What was agreed before stays as it was up to that day."""

from datetime import date
from decimal import Decimal

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.money import format_kr
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from placements import terms
from placements.actions.mandate import check_cost_of, check_mandate_of, decision_for
from placements.actions.refusals import told
from placements.actions.writing import held, write_stay
from placements.costs import PricePeriod, Stay
from placements.models import Placement


def repriced_stay(*, placement: Placement, day: date, rate: Decimal, today: date) -> Stay:
    """The stay with the new price; used to count beforehand as well. Needs `with_extensions()`.

    Raises:
        Refused: above_max_rate, outside_not_decided, above_max_cost, whole_cost_unknown, price_outside_stay,
            and those of check_stay.
    """
    decision = decision_for(placement, day)
    check_mandate_of(
        decision=decision,
        outside=not placement.is_inside_framework,
        prices=[PricePeriod(day, None, rate)],
        today=today,
    )
    stay = terms.repriced(placement.as_stay(), day, rate)
    check_cost_of(decision=decision, stay=stay, placement=placement, today=today)
    return stay


def change_price(
    *, placement: Placement, day: date, rate: Decimal, reason: str, by: User, today: date
) -> Placement:
    """The price is `rate` kronor per night from `day` until the next price that is already agreed.

    Raises:
        Refused: not_allowed, case_closed, never_began, reason_missing, and those of repriced_stay.
    """
    placement = held(placement, by)
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför priset ändras.", field="reason")
    stay = repriced_stay(placement=placement, day=day, rate=rate, today=today)
    with told():
        write_stay(placement, stay)
    record(
        by=by,
        case=placement.case,
        kind="nytt_pris",
        requires=Can.SEE_MONEY,
        on=today,
        object_id=placement.pk,
        text=f"Priset är {format_kr(rate, 0 if rate == int(rate) else 2)} per dygn från {format_day(day)}.",
        reason=reason,
    )
    return placement
