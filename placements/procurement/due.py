"""What is due between a decision and a place: nobody is asked yet, or nobody has answered (DOMAIN.md 4.9)."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse

from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from cases.models import Decision
from cases.panels import Due
from placements.due_rows import Waiting
from placements.marks import UNENFORCED_AFTER
from placements.models import Placement
from placements.procurement.models import Inquiry, Offer

#: The list of alerts says "N days" and leaves N open. A week after the decision the search for a place has
#: begun; a provider that has a place answers within five days. What is older is left to other marks: a
#: decision to that of three months, a question to whoever asked it in vain for so long.
SEARCH_WITHIN = timedelta(days=7)
ANSWER_WITHIN = timedelta(days=5)
AT_MOST = UNENFORCED_AFTER


def _may_search(user: User) -> bool:
    return role_can(user.role, Can.WRITE_PLACEMENT) and role_can(user.role, Can.SEE_INVESTIGATION)


def _due_search(case_id: UUID, key: UUID, decided: date) -> Due:
    place = f"{reverse('place', args=[case_id])}?beslut={key}"
    return Due(case_id, "Sök plats: beslutet har ingen placering", decided + SEARCH_WITHIN, place)


def _due_answer(case_id: UUID, key: UUID, asked: date) -> Due:
    label = "Påminn om förfrågan: en utförare har inte svarat"
    return Due(case_id, label, asked + ANSWER_WITHIN, reverse("inquiry", args=[case_id, key]))


def _without_place(user: User, today: date) -> tuple[QuerySet, str] | None:
    """Granted, not carried out, and neither a stay, a plan nor an inquiry since."""
    if not _may_search(user):
        return None
    stays = Placement.objects.visible_to(user).standing().filter(decision=OuterRef("pk")).order_by()
    asked = Inquiry.objects.visible_to(user).filter(
        case=OuterRef("case"), kind=OuterRef("kind"), made_on__gte=OuterRef("decided")
    )
    rows = Decision.objects.visible_to(user).exclude(outcome=Decision.Outcome.REJECTED).order_by()
    waiting = rows.filter(
        ~Exists(stays),
        ~Exists(asked.order_by()),
        enforced=None,
        decided__lte=today - SEARCH_WITHIN,
        decided__gt=today - AT_MOST,
    )
    return waiting, "decided"


def _unanswered(user: User, today: date) -> tuple[QuerySet, str] | None:
    """No place is chosen, and somebody who was asked has not answered in time."""
    if not _may_search(user):
        return None
    silent = Offer.objects.visible_to(user).filter(
        inquiry=OuterRef("pk"), state=Offer.State.ASKED,
        asked_on__lte=today - ANSWER_WITHIN, asked_on__gt=today - AT_MOST,
    )  # fmt: skip
    first = Subquery(silent.order_by("asked_on").values("asked_on")[:1])
    rows = Inquiry.objects.visible_to(user).filter(chosen=None).order_by()
    return rows.annotate(asked_first=first).filter(asked_first__isnull=False), "asked_first"


WAITING = (
    Waiting("search", _without_place, _due_search),
    Waiting("answer", _unanswered, _due_answer),
)
