"""The police's register checks, as occurrences only, and what deviates. Never extracts from registers."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case as CaseWhen
from django.db.models import F, Q, Value, When
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit
from avhopp.sealing.fields import SealedTextField
from cases.models import Case
from cases.visibility import CaseScopedQuerySet


class CheckQuerySet(CaseScopedQuerySet):
    see = Can.SEE_CHECKS

    def overdue(self, today: date) -> Self:
        return self.filter(done=None, planned__lt=today)

    def upcoming(self, today: date) -> Self:
        return self.filter(done=None, planned__gte=today).order_by("planned", "id")


class RegisterCheck(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="checks")
    planned = models.DateField("planerad")
    done = models.DateField("utförd", null=True, blank=True)
    deviation = models.BooleanField("avvikelse", default=False)

    objects = CheckQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "slagning"
        verbose_name_plural = "slagningar"
        ordering = ["-planned", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "planned"], name="check_once_a_day"),
            models.CheckConstraint(
                condition=Q(deviation=False) | Q(done__isnull=False), name="deviation_when_done"
            ),
        ]

    def __str__(self) -> str:
        return f"slagning {self.planned}"


class DeviationQuerySet(CaseScopedQuerySet):
    see = Can.SEE_CHECKS

    def unassessed(self) -> Self:
        return self.filter(severity="")

    def most_urgent_first(self) -> Self:
        """Acute ones first, then what nobody has assessed, then the others by severity; closed ones last."""
        order = ["akut", "", "hog", "medel", "lag"]
        rank = CaseWhen(*[When(severity=value, then=Value(place)) for place, value in enumerate(order)])
        return self.annotate(is_closed=Q(closed__isnull=False), rank=rank).order_by(
            "is_closed", "rank", "-received", "id"
        )


class Deviation(models.Model):
    class Origin(models.TextChoices):
        POLICE = "polis", "Polisen"
        PROVIDER = "utforare", "Utföraren"
        OWN = "egen", "Egen personal"

    class Severity(models.TextChoices):
        LOW = "lag", "Låg"
        MEDIUM = "medel", "Medel"
        HIGH = "hog", "Hög"
        ACUTE = "akut", "Akut"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="deviations")
    check_made = models.ForeignKey(
        RegisterCheck, models.PROTECT, null=True, blank=True, related_name="deviations"
    )
    origin = models.CharField("från", max_length=10, choices=Origin)
    police_unit = models.ForeignKey(
        PoliceUnit, models.PROTECT, null=True, blank=True, related_name="deviations"
    )
    received = models.DateField("inkom")
    channel = models.CharField("hur den inkom", max_length=100, blank=True)
    text = SealedTextField("beskrivning", place="deviation.text")
    severity = models.CharField("allvar", max_length=10, choices=Severity, blank=True)
    assessed = models.DateField("bedömd", null=True, blank=True)
    measure = SealedTextField("åtgärd", blank=True, place="deviation.measure")
    closed = models.DateField("avslutad", null=True, blank=True)

    objects = DeviationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "avvikelse"
        verbose_name_plural = "avvikelser"
        ordering = ["-received", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assessed=None, severity="") | (Q(assessed__isnull=False) & ~Q(severity="")),
                name="deviation_assessed_with_a_severity",
            ),
            models.CheckConstraint(
                condition=Q(closed=None) | Q(assessed__isnull=False, closed__gte=F("received")),
                name="deviation_closed_after_assessment",
            ),
        ]

    def __str__(self) -> str:
        return f"avvikelse {self.received}"
