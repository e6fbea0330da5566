"""What is due between a decision and a place: nobody is asked yet, or nobody has answered (DOMAIN.md 4.9)."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.urls import reverse

from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from cases.due import of_open_cases
from cases.models import Decision
from cases.panels import Due
from placements.marks import UNENFORCED_AFTER
from placements.models import Placement
from placements.procurement.models import Inquiry, Offer

#: The list of alerts says "N days" and leaves N open. A week after the decision the search for a place has
#: begun; a provider that has a place answers within five days. What is older is left to other marks: a
#: decision to that of three months, a question to whoever asked it in vain for so long.
SEARCH_WITHIN = timedelta(days=7)
ANSWER_WITHIN = timedelta(days=5)
AT_MOST = UNENFORCED_AFTER


def due_inquiries(user: User, today: date) -> list[Due]:
    """Decisions that nobody looks for a place for, inquiries that wait for an answer: one query."""
    if not role_can(user.role, Can.WRITE_PLACEMENT) or not role_can(user.role, Can.SEE_INVESTIGATION):
        return []
    rows = _without_place(user, today).union(_unanswered(user, today), all=True)
    return [_due(*row) for row in rows]


def _due(what: str, case_id: UUID, id: UUID, day: date) -> Due:
    if what == "inquiry":
        label = "Påminn om förfrågan: en utförare har inte svarat"
        return Due(case_id, label, day + ANSWER_WITHIN, reverse("inquiry", args=[case_id, id]))
    place = f"{reverse('place', args=[case_id])}?beslut={id}"
    return Due(case_id, "Sök plats: beslutet har ingen placering", day + SEARCH_WITHIN, place)


def _without_place(user: User, today: date) -> QuerySet:
    """Granted, not carried out, and neither a stay, a plan nor an inquiry since."""
    stays = Placement.objects.visible_to(user).standing().filter(decision=OuterRef("pk")).order_by()
    asked = Inquiry.objects.visible_to(user).filter(
        case=OuterRef("case"), kind=OuterRef("kind"), made_on__gte=OuterRef("decided")
    )
    rows = Decision.objects.visible_to(user).exclude(outcome=Decision.Outcome.REJECTED).order_by()
    waiting = rows.filter(
        of_open_cases(user),
        ~Exists(stays),
        ~Exists(asked.order_by()),
        enforced=None,
        decided__lte=today - SEARCH_WITHIN,
        decided__gt=today - AT_MOST,
    )
    return waiting.values_list(Value("decision", CharField()), "case_id", "id", "decided")


def _unanswered(user: User, today: date) -> QuerySet:
    """No place is chosen, and somebody who was asked has not answered in time."""
    silent = Offer.objects.visible_to(user).filter(
        inquiry=OuterRef("pk"), state=Offer.State.ASKED,
        asked_on__lte=today - ANSWER_WITHIN, asked_on__gt=today - AT_MOST,
    )  # fmt: skip
    first = Subquery(silent.order_by("asked_on").values("asked_on")[:1])
    rows = Inquiry.objects.visible_to(user).filter(of_open_cases(user), chosen=None).order_by()
    waiting = rows.annotate(asked_first=first).filter(asked_first__isnull=False)
    return waiting.values_list(Value("inquiry", CharField()), "case_id", "id", "asked_first")
