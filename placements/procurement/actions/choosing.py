"""Choose among the offers, have a place outside the framework approved by somebody else, and place."""

from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.refusal import Refused
from cases import rules
from cases.actions.decision import delegation_on
from cases.models import Case
from placements.actions.placing import Terms
from placements.models import Placement
from placements.procurement import telling
from placements.procurement.actions.asking import held, note
from placements.procurement.models import Inquiry, Offer


def choose_offer(*, offer: Offer, reason: str, by: User, today: date) -> Inquiry:
    """This place, for this reason. Outside the framework somebody else approves it before anyone is placed.

    Raises:
        Refused: not_allowed, case_closed, already_chosen, nothing_offered, reason_missing.
    """
    inquiry = held(offer.inquiry, by)
    offer = Offer.objects.locked().get(pk=offer.pk)
    if offer.state != Offer.State.OFFERED:
        raise Refused("nothing_offered", "Utföraren har inte erbjudit någon plats.", field="offer")
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför den här platsen valdes.", field="reason")
    inquiry.chosen, inquiry.choice_reason = offer, reason.strip()
    inquiry.chosen_on, inquiry.chosen_by = today, by
    inquiry.save(update_fields=["chosen", "choice_reason", "chosen_on", "chosen_by"])
    note(inquiry, by, today, telling.chosen(inquiry.code, outside=offer.is_outside))
    return inquiry


def approve_choice(*, inquiry: Inquiry, until: date, by: User, today: date) -> Inquiry:
    """A place outside the framework may be used until `until`, by somebody else than the one who chose it.

    Whoever approves may decide as much by the delegation order of the day.

    Raises:
        Refused: not_allowed, case_closed, nothing_chosen, inside_framework, already_approved, own_choice,
            too_short, beyond_delegation, no_delegation.
    """
    demand(by, Can.DECIDE, inquiry.case)
    case = Case.objects.locked().get(pk=inquiry.case_id)
    if not case.is_open:
        raise Refused("case_closed", "Ärendet är avslutat.")
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    if inquiry.chosen is None:
        raise Refused("nothing_chosen", "Ingen plats är vald ännu.")
    if not inquiry.chosen.is_outside:
        raise Refused("inside_framework", "Platsen är inom ramavtal och behöver inte godkännas.")
    if inquiry.is_approved:
        raise Refused("already_approved", "Valet är redan godkänt.")
    if inquiry.chosen_by_id == by.pk:
        raise Refused("own_choice", "Den som valde platsen kan inte godkänna valet. Be en kollega.")
    begins = inquiry.chosen.start or today
    if until <= begins:
        raise Refused("too_short", f"Välj en dag efter {begins.isoformat()}.", field="until")
    wanted = rules.Wanted(inquiry.kind, (until - begins).days, True, inquiry.chosen.rate)
    rules.allowing_rule(by.role, wanted, delegation_on(municipality_id=case.municipality_id, day=today))
    inquiry.approved_on, inquiry.approved_by, inquiry.approved_to = today, by, until
    inquiry.save(update_fields=["approved_on", "approved_by", "approved_to"])
    note(inquiry, by, today, telling.approved(inquiry.code, until))
    return inquiry


def check_choice(*, inquiry: Inquiry, terms: Terms) -> None:
    """Whoever places from an inquiry places where it was chosen, and as it was approved.

    Raises:
        Refused: nothing_chosen, other_place, choice_not_approved, longer_than_approved.
    """
    offer = inquiry.chosen
    if offer is None or inquiry.placement_id is not None:
        raise Refused("nothing_chosen", "Förfrågan har ingen vald plats som väntar.")
    if terms.provider.pk != offer.provider_id:
        raise Refused("other_place", "En annan plats valdes i förfrågan.", field="place")
    if terms.agreement is not None:
        return
    if inquiry.approved_to is None:
        raise Refused(
            "choice_not_approved",
            "Platsen är utanför ramavtal. Någon annan än den som valde den ska godkänna valet först.",
            field="place",
        )
    if terms.end is None or terms.end > inquiry.approved_to:
        raise Refused(
            "longer_than_approved",
            f"Platsen är godkänd till {inquiry.approved_to.isoformat()}. Välj en avresa senast den dagen.",
            field="end",
        )


def note_placed(*, inquiry: Inquiry, placement: Placement, by: User, today: date) -> Inquiry:
    """The person was placed where it was chosen: the trail leads to the stay.

    Raises Refused not_allowed.
    """
    demand(by, Can.WRITE_PLACEMENT, placement)
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    inquiry.placement = placement
    inquiry.save(update_fields=["placement"])
    note(inquiry, by, today, telling.placed(inquiry.code))
    return inquiry
