"""From a chosen offer to the page where the person is placed."""

from typing import Any
from uuid import UUID

from avhopp.accounts.models import User
from avhopp.kernel.periods import add_months
from cases.models import Case
from placements.forms.terms import AGREEMENT, OUTSIDE, proposed
from placements.procurement.models import Inquiry


def inquiry_of(case: Case, user: User, asked: str) -> Inquiry | None:
    """The inquiry of the case that the address names, when a place is chosen and nobody is placed yet."""
    try:
        key = UUID(asked)
    except ValueError:
        return None
    rows = Inquiry.objects.visible_to(user).filter(case=case, pk=key, placement=None, chosen__isnull=False)
    return rows.select_related("chosen__agreement").prefetch_related("chosen__agreement__prices").first()


def offered_terms(inquiry: Inquiry) -> dict[str, Any]:
    """The chosen place, its price and days, as the placing form's initial values.

    When it offered the agreement's own price, what the agreement says of later days comes along.
    """
    offer = inquiry.chosen
    if offer is None or offer.start is None:
        return {}
    end = add_months(offer.start, inquiry.months)
    if inquiry.approved_to is not None:
        end = min(end, inquiry.approved_to)
    inside = offer.agreement_id is not None
    listed = proposed(offer.agreement, offer.start, end) if offer.agreement is not None else {}
    return {
        "place": f"{AGREEMENT}:{offer.agreement_id}" if inside else f"{OUTSIDE}:{offer.provider_id}",
        "outside_reason": "" if inside else f"Vald genom förfrågan {inquiry.code}.",
        "planned_start": offer.start,
        "end": end,
        **(listed if listed.get("rate") == offer.rate else {"rate": offer.rate}),
    }
