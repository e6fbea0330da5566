"""Applications to the police for money towards one person's case."""

import uuid
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.sealing.fields import SealedTextField
from cases.models import Case
from cases.visibility import CaseScopedQuerySet
from placements.models.programme import GrantProgramme


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
        REPAID = "aterbetald", "Slutredovisad, rest återbetald"
        DISMISSED = "avskriven", "Avskriven"

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
    programme = models.ForeignKey(
        GrantProgramme, models.PROTECT, null=True, blank=True, related_name="applications"
    )
    period_from = models.DateField("avser från", null=True, blank=True)
    period_to = models.DateField("avser till", null=True, blank=True)  # the first day that it does not cover
    paid_on = models.DateField("utbetald", null=True, blank=True)
    used = models.DecimalField("förbrukat", max_digits=12, decimal_places=2, null=True, blank=True)
    accounted_on = models.DateField("slutredovisad", null=True, blank=True)
    repaid = models.DecimalField("återbetalt", max_digits=12, decimal_places=2, null=True, blank=True)
    repaid_on = models.DateField("återbetald", null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(period_from=None, period_to=None)
                | Q(period_from__isnull=False, period_to__isnull=False, period_to__gt=F("period_from")),
                name="application_period_whole",
            ),
            models.CheckConstraint(
                condition=Q(used=None) | Q(paid__isnull=False, used__gte=0, used__lte=F("paid")),
                name="used_at_most_paid",
            ),
            models.CheckConstraint(
                condition=Q(repaid=None, repaid_on=None)
                | Q(
                    used__isnull=False,
                    repaid__isnull=False,
                    repaid__gt=0,
                    repaid__lte=F("paid") - F("used"),
                    repaid_on__isnull=False,
                ),
                name="repaid_at_most_what_is_left",
            ),
        ]

    def __str__(self) -> str:
        return f"ansökan {self.sent or 'utkast'}"

    @property
    def left_to_repay(self) -> Decimal:
        """Kronor that were paid out, not used, and not repaid yet; nothing before the final account."""
        if self.paid is None or self.used is None:
            return Decimal(0)
        return self.paid - self.used - (self.repaid or Decimal(0))


class RequestQuerySet(CaseScopedQuerySet):
    see = Can.SEE_APPLICATION

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def unanswered(self) -> Self:
        return self.filter(answered=None)


class GrantRequest(models.Model):
    """The grant giver asks for more before it decides (komplettering)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    application = models.ForeignKey(GrantApplication, models.PROTECT, related_name="requests")
    asked = models.DateField("begärd")
    due = models.DateField("senast")
    what = SealedTextField("vad som begärs", place="grantrequest.what")
    answered = models.DateField("besvarad", null=True, blank=True)

    objects = RequestQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "begäran om komplettering"
        verbose_name_plural = "begäranden om komplettering"
        ordering = ["-asked", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(due__gte=F("asked")), name="request_due_after_asked"),
            models.CheckConstraint(
                condition=Q(answered=None) | Q(answered__gte=F("asked")), name="request_answered_after_asked"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered=None), name="one_open_request"
            ),
        ]

    def __str__(self) -> str:
        return f"komplettering {self.asked}"
