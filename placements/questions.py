"""The questions about places that wait for a coordinator's answer."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.panels import Due
from placements.models import ApartQuestion


def due_questions(user: User, today: date) -> list[Due]:
    """The planners' cases whose place waits for an answer: one query, for coordinators alone."""
    if not may_in_general(user, Can.SEE_APART):
        return []
    rows = ApartQuestion.objects.visible_to(user).waiting().order_by("asked_at")
    return [
        Due(
            case_id,
            "Svara om en plats",
            timezone.localdate(at),
            reverse("apart_question", args=[case_id, key]),
        )
        for case_id, key, at in rows.values_list("case_id", "id", "asked_at")
    ]
