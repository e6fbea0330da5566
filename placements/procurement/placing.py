"""From a chosen offer to the page where the person is placed."""

from datetime import date
from typing import Any
from uuid import UUID

from avhopp.accounts.models import User
from avhopp.kernel.periods import add_months
from cases.models import Case
from placements.forms.terms import Place, proposed
from placements.procurement.models import Inquiry, Offer


def inquiry_of(case: Case, user: User, asked: str) -> Inquiry | None:
    """The inquiry of the case that the address names, when a place is chosen and nobody is placed yet."""
    try:
        key = UUID(asked)
    except ValueError:
        return None
    rows = Inquiry.objects.visible_to(user).filter(case=case, pk=key, placement=None, chosen__isnull=False)
    found = rows.select_related("chosen__agreement", "chosen__provider")
    return found.prefetch_related("chosen__agreement__prices").first()


def offered_terms(inquiry: Inquiry) -> dict[str, Any]:
    """The chosen place, its price and days, as the placing form's initial values.

    When it offered the agreement's price, of a level or the ordinary one, later agreed prices come along.
    """
    offer = inquiry.chosen
    if offer is None or offer.start is None:
        return {}
    end = add_months(offer.start, inquiry.months)
    if inquiry.approved_to is not None:
        end = min(end, inquiry.approved_to)
    place, prices = _priced(offer, offer.start, end)
    return {
        "place": place.key,
        "outside_reason": "" if place.agreement else f"Vald genom förfrågan {inquiry.code}.",
        "planned_start": offer.start,
        "end": end,
        **prices,
    }


def _priced(offer: Offer, first: date, end: date) -> tuple[Place, dict[str, Any]]:
    """The place at the level whose price was offered, or at the ordinary one; and the prices."""
    agreement = offer.agreement
    if agreement is not None:
        for level in ("", *agreement.levels()):
            listed = proposed(agreement, first, end, level)
            if listed.get("rate") == offer.rate:
                return Place(offer.provider, agreement, level), listed
    return Place(offer.provider, agreement), {"rate": offer.rate}
