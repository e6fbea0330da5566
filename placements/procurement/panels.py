"""The inquiries of a case, on its page."""

from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse

from avhopp.access.policy import may, may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.pages.tables import Heading
from cases.models import Case
from cases.panels import Brief, Panel
from cases.together import Found, Parts, Rows
from placements.models import Placement
from placements.procurement.models import Inquiry, Offer
from placements.procurement.showing import stage_of
from placements.stay_panels import StayPanel

COLUMNS = (
    Heading("Referens"),
    Heading("Insats"),
    Heading("Läge"),
    Heading("Tillfrågade", True),
    Heading("Svar", True),
)


def inquiry_rows(case: Case, user: User) -> Parts:
    """The case's inquiries, and whom they went to."""
    return {
        "inquiries": Rows(Inquiry.objects.visible_to(user).filter(case=case)),
        "offers": Rows(
            Offer.objects.visible_to(user).filter(case=case).order_by("asked_on", "id"),
            only=("id", "case", "inquiry", "state", "agreement"),
        ),
    }


def load_inquiries(case: Case, user: User, today: date, found: Found) -> dict[str, Any]:
    """The newest first, with how far each has come."""
    writes = (
        may_in_general(user, Can.WRITE_PLACEMENT) and case.is_open and may(user, Can.WRITE_PLACEMENT, case)
    )
    new_url = reverse("inquiry_new", args=[case.pk]) if writes else ""
    rows = []
    for inquiry in found["inquiries"]:
        offers = [row for row in found["offers"] if row.inquiry_id == inquiry.pk]
        rows.append(
            {
                "inquiry": inquiry,
                "stage": stage_of(inquiry, offers),
                "asked": len(offers),
                "answered": sum(row.state != Offer.State.ASKED for row in offers),
                "url": reverse("inquiry", args=[case.pk, inquiry.pk]),
            }
        )
    brief = Brief("Ingen förfrågan ännu.", (("Ny förfrågan", new_url),) if new_url else ())
    return {"brief": None if rows else brief, "rows": rows, "columns": COLUMNS, "new_url": new_url}


def load_trail(stay: Placement, user: User, today: date) -> dict[str, Any] | None:
    """The inquiry that led to the stay: how many were asked, who approved, how long it may last."""
    rows = Inquiry.objects.visible_to(user).filter(placement=stay).select_related("approved_by", "chosen_by")
    inquiry = rows.annotate(asked=Count("offers")).first()
    if inquiry is None:
        return None
    return {"inquiry": inquiry, "url": reverse("inquiry", args=[stay.case_id, inquiry.pk])}


STAY_PANELS = (
    StayPanel(
        "trail",
        10,
        "Hur platsen valdes",
        Can.SEE_INVESTIGATION,
        "procurement/trail.html",
        load_trail,
        "scale",
    ),
)
PANELS = (
    Panel(
        "inquiries",
        48,
        "Förfrågningar om plats",
        Can.SEE_INVESTIGATION,
        "procurement/panel.html",
        inquiry_rows,
        load_inquiries,
        "send",
    ),
)
