"""The questions about places that wait for a coordinator's answer, among what is due about stays."""

from datetime import date
from uuid import UUID

from django.db.models import BooleanField, CharField, DateField, QuerySet, UUIDField, Value
from django.db.models.functions import TruncDate
from django.urls import reverse

from avhopp.accounts.models import User
from cases.panels import Due
from placements.models import ApartQuestion

NO_DAY, NO_ID = Value(None, DateField()), Value(None, UUIDField())


def waiting_questions(user: User) -> QuerySet:
    """As rows of panels.due_placements: the planners' cases, for coordinators alone."""
    rows = ApartQuestion.objects.visible_to(user).waiting().order_by()
    return rows.values_list(
        Value("question", CharField()), "case_id", "id", TruncDate("asked_at"), NO_DAY, NO_DAY, NO_ID,
        NO_DAY, NO_ID, NO_DAY, NO_DAY, Value(False, BooleanField()),
    )  # fmt: skip


def due_question(case_id: UUID, key: UUID, asked: date) -> Due:
    return Due(case_id, "Svara om en plats", asked, reverse("apart_question", args=[case_id, key]))
