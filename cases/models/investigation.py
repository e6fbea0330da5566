"""The investigation and its limit in time."""

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.sealing.fields import SealedTextField
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
    extended_reason = SealedTextField(
        "skäl för förlängning", blank=True, place="investigation.extended_reason"
    )
    communicated = models.DateField("kommunicerad", null=True, blank=True)
    concluded = models.DateField("avslutad", null=True, blank=True)
    situation = SealedTextField("aktuell situation", blank=True, place="investigation.situation")
    motivation = SealedTextField("motivation att lämna", blank=True, place="investigation.motivation")
    needs = SealedTextField("behov av stöd och skydd", blank=True, place="investigation.needs")
    own_view = SealedTextField("personens egen uppfattning", blank=True, place="investigation.own_view")
    conclusion = SealedTextField("bedömning", blank=True, place="investigation.conclusion")

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


class HealthQuerySet(CaseScopedQuerySet):
    see = Can.SEE_HEALTH


class HealthPart(models.Model):
    """What the investigation says of health and dependency: a table of its own, for a right of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="health_parts")
    investigation = models.OneToOneField(Investigation, models.PROTECT, related_name="health_part")
    text = SealedTextField("hälsa och beroende", blank=True, place="healthpart.text")

    objects = HealthQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "utredningens del om hälsa"
        verbose_name_plural = "utredningarnas delar om hälsa"
        ordering = ["id"]

    def __str__(self) -> str:
        return "hälsa och beroende"


class ChildrenQuerySet(CaseScopedQuerySet):
    see = Can.SEE_CHILDREN


class ChildrenPart(models.Model):
    """What the investigation says of children and family: likewise."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="children_parts")
    investigation = models.OneToOneField(Investigation, models.PROTECT, related_name="children_part")
    text = SealedTextField("barnens situation", blank=True, place="childrenpart.text")

    objects = ChildrenQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "utredningens del om barnen"
        verbose_name_plural = "utredningarnas delar om barnen"
        ordering = ["id"]

    def __str__(self) -> str:
        return "barnens situation"
