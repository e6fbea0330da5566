"""The questions about places that wait for a coordinator's answer, among what is due about stays."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse

from avhopp.accounts.models import User
from cases.panels import Due
from placements.due_rows import Waiting
from placements.models import ApartQuestion


def _rows(user: User, today: date) -> tuple[QuerySet, Any]:
    """The planners' cases, for coordinators alone."""
    return ApartQuestion.objects.visible_to(user).waiting().order_by(), TruncDate("asked_at")


def _due(case_id: UUID, key: UUID, asked: date) -> Due:
    return Due(case_id, "Svara om en plats", asked, reverse("apart_question", args=[case_id, key]))


WAITING = Waiting("question", _rows, _due)
