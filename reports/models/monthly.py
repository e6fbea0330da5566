"""One row per committee, month and version. The state lives here; Celery only nudges (DOMAIN.md 5)."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from cases.visibility import MunicipalityQuerySet


class ReportQuerySet(MunicipalityQuerySet):
    see = Can.SEE_REPORT

    def due(self) -> Self:
        """Reports to render: waiting, or running with a lease that has run out."""
        waiting = Q(status=MonthlyReport.Status.WAITING)
        return self.filter(waiting | Q(status=MonthlyReport.Status.RUNNING, lease_until__lt=Now()))

    def in_work(self) -> Self:
        return self.filter(status__in=[MonthlyReport.Status.WAITING, MonthlyReport.Status.RUNNING])

    def of_month(self, month: date) -> Self:
        return self.filter(month=month)


class MonthlyReport(models.Model):
    class Status(models.TextChoices):
        WAITING = "vantar", "Väntar"
        RUNNING = "pagar", "Skapas"
        DONE = "klar", "Klar för granskning"
        FAILED = "misslyckades", "Misslyckades"
        APPROVED = "godkand", "Godkänd"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="reports")
    month = models.DateField("månad")
    version = models.PositiveSmallIntegerField("version", default=1)
    status = models.CharField("läge", max_length=20, choices=Status, default=Status.WAITING)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField("beställd")
    correction_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField("vad som rättats", max_length=300, blank=True)

    as_of = models.DateField("siffrorna sedda från")
    figures = models.JSONField("frysta siffror", null=True, blank=True)
    figures_sha256 = models.CharField("kontrollsumma", max_length=64, blank=True)
    frozen_at = models.DateTimeField("siffrorna frystes", null=True, blank=True)

    lease_until = models.DateTimeField("arbetas på till", null=True, blank=True)
    fence = models.PositiveIntegerField("staket", default=0)
    attempts = models.PositiveSmallIntegerField("försök", default=0)
    error = models.CharField("felet", max_length=300, blank=True)
    public_sha256 = models.CharField("offentlig rapport", max_length=64, blank=True)
    annex_sha256 = models.CharField("bilaga", max_length=64, blank=True)
    finished_at = models.DateTimeField("färdig", null=True, blank=True)

    registry_no = models.CharField("diarienummer", max_length=40, blank=True)
    views = models.TextField("förvaltningens synpunkter", blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField("godkänd", null=True, blank=True)
    paragraph = models.CharField("nämndens paragraf", max_length=20, blank=True)
    paragraph_date = models.DateField("sammanträdesdag", null=True, blank=True)

    objects = ReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "månadsrapport"
        verbose_name_plural = "månadsrapporter"
        ordering = ["-month", "-version", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "month", "version"], name="one_report_per_month_and_version"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="report_month_is_a_first"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False, status="godkand"),
                name="approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["vantar", "pagar", "misslyckades"])
                | (Q(figures__isnull=False) & ~Q(public_sha256="") & ~Q(annex_sha256="")),
                name="done_with_both_files",
            ),
            models.CheckConstraint(
                condition=Q(paragraph="", paragraph_date=None)
                | (~Q(paragraph="") & Q(paragraph_date__isnull=False, status="godkand")),
                name="paragraph_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(version=1, correction_of=None) | Q(version__gt=1, correction_of__isnull=False),
                name="a_later_version_corrects",
            ),
            models.CheckConstraint(
                condition=Q(as_of__gte=F("month")), name="report_seen_from_the_month_or_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}, version {self.version}"

    @property
    def is_approved(self) -> bool:
        return self.status == self.Status.APPROVED

    @property
    def is_in_work(self) -> bool:
        return self.status in (self.Status.WAITING, self.Status.RUNNING)

    @property
    def has_files(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.APPROVED)
