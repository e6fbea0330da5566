"""Applications to the police for money towards one person's case."""

import uuid
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.sealing.fields import SealedTextField
from cases.models import Case
from cases.visibility import CaseScopedQuerySet


class ApplicationQuerySet(CaseScopedQuerySet):
    see = Can.SEE_APPLICATION

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def pending(self) -> Self:
        return self.filter(decided=None).exclude(sent=None)


class GrantApplication(models.Model):
    class Status(models.TextChoices):
        DRAFT = "utkast", "Utkast"
        SENT = "inskickad", "Inskickad"
        GRANTED = "beviljad", "Beviljad"
        PARTLY = "delvis", "Delvis beviljad"
        REFUSED = "avslagen", "Avslagen"
        PAID = "utbetald", "Utbetald"
        ACCOUNTED = "slutredovisad", "Slutredovisad"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="applications")
    ref = models.CharField("beteckning", max_length=60, null=True, blank=True)
    sent = models.DateField("inskickad", null=True, blank=True)
    applied = models.DecimalField(
        "sökt belopp", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    status = models.CharField("läge", max_length=20, choices=Status, default=Status.DRAFT)
    decided = models.DateField("beslutad", null=True, blank=True)
    granted = models.DecimalField(
        "beviljat belopp",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    paid = models.DecimalField(
        "utbetalt belopp",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    registry_no = SealedTextField("polisens diarienummer", blank=True, place="grantapplication.registry_no")

    objects = ApplicationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "ansökan om statliga medel"
        verbose_name_plural = "ansökningar om statliga medel"
        ordering = ["-sent", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "ref"], name="application_ref_once"),
            models.CheckConstraint(condition=Q(applied__gte=0), name="applied_not_negative"),
            models.CheckConstraint(
                condition=Q(granted=None) | Q(granted__gte=0, granted__lte=F("applied")),
                name="granted_at_most_applied",
            ),
            models.CheckConstraint(
                condition=Q(paid=None) | Q(granted__isnull=False, paid__gte=0, paid__lte=F("granted")),
                name="paid_at_most_granted",
            ),
            models.CheckConstraint(
                condition=Q(decided=None, granted=None) | Q(decided__isnull=False), name="granted_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(decided=None) | Q(sent__isnull=False, decided__gte=F("sent")),
                name="decided_after_sent",
            ),
            models.CheckConstraint(
                condition=Q(status="utkast") | Q(sent__isnull=False), name="sent_on_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"ansökan {self.sent or 'utkast'}"
