"""The investigation and its limit in time."""

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from cases.models.case import Case
from cases.visibility import CaseScopedQuerySet

ANSWER_TIME = timedelta(days=14)


class InvestigationQuerySet(CaseScopedQuerySet):
    see = Can.SEE_INVESTIGATION


class Investigation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="investigations")
    opened = models.DateField("inledd")
    due = models.DateField("ska vara klar")
    extended_reason = models.TextField("skäl för förlängning", blank=True)
    communicated = models.DateField("kommunicerad", null=True, blank=True)
    concluded = models.DateField("avslutad", null=True, blank=True)
    situation = models.TextField("aktuell situation", blank=True)
    motivation = models.TextField("motivation att lämna", blank=True)
    needs = models.TextField("behov av stöd och skydd", blank=True)
    children_view = models.TextField("barnens situation", blank=True)
    own_view = models.TextField("personens egen uppfattning", blank=True)
    conclusion = models.TextField("bedömning", blank=True)

    objects = InvestigationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "utredning"
        verbose_name_plural = "utredningar"
        ordering = ["-opened", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(due__gte=F("opened")), name="investigation_due_after_opened"),
            models.CheckConstraint(
                condition=Q(concluded=None) | Q(concluded__gte=F("opened")),
                name="investigation_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(concluded=None), name="one_open_investigation"
            ),
        ]

    def __str__(self) -> str:
        return f"utredning {self.opened}"

    @property
    def answer_by(self) -> date | None:
        """The last day for the party to answer what was communicated (FL 25 §; 14 days is the routine)."""
        return self.communicated + ANSWER_TIME if self.communicated else None
