"""Follow-ups: planned, held, some of them together with the police."""

import uuid

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.sealing.fields import SealedTextField
from cases.models.case import Case
from cases.visibility import CaseScopedQuerySet


class FollowUpQuerySet(CaseScopedQuerySet):
    see = Can.SEE_FOLLOW_UP


class FollowUp(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="follow_ups")
    planned = models.DateField("planerad")
    with_police = models.BooleanField("gemensam med polisen", default=False)
    held = models.DateField("genomförd", null=True, blank=True)
    summary = SealedTextField("sammanfattning", blank=True, place="followup.summary")

    objects = FollowUpQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "uppföljning"
        verbose_name_plural = "uppföljningar"
        ordering = ["-planned", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(held=None) | Q(summary=""), name="follow_up_summary_when_held"
            ),
        ]

    def __str__(self) -> str:
        return f"uppföljning {self.planned}"
