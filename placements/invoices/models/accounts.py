"""The account plan as data with dates, and the journal of what left for the finance system."""

import uuid
from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.sealing.fields import SealedBytesField
from cases.states import MeasureKind
from cases.visibility import MunicipalityQuerySet

CODE = RegexValidator(
    r"^[0-9A-Za-zÅÄÖåäö]{0,12}$", "Skriv koden med bokstäver och siffror, högst tolv tecken."
)


class AccountRuleQuerySet(MunicipalityQuerySet):
    see = Can.SEE_INVOICES

    def on(self, day: date) -> Self:
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class AccountRule(models.Model):
    """What the nights of one kind of care, inside or outside framework agreements, are booked on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    kind = models.CharField("slag av insats", max_length=20, choices=MeasureKind)
    inside = models.BooleanField("inom ramavtal")
    account = models.CharField("konto", max_length=12, validators=[CODE])
    cost_centre = models.CharField("ansvar", max_length=12, validators=[CODE])
    operation = models.CharField("verksamhet", max_length=12, blank=True, validators=[CODE])
    activity = models.CharField("aktivitet", max_length=12, blank=True, validators=[CODE])
    counterpart = models.CharField("motpart", max_length=12, blank=True, validators=[CODE])
    valid_from = models.DateField("gäller från")
    valid_to = models.DateField("gäller till", null=True, blank=True)

    objects = AccountRuleQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "konteringsregel"
        verbose_name_plural = "konteringsregler"
        ordering = ["kind", "-inside", "-valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="account_rule_has_days"
            ),
            models.CheckConstraint(
                condition=~Q(account="") & ~Q(cost_centre=""), name="account_rule_has_account"
            ),
            ExclusionConstraint(
                name="one_account_rule_at_a_time",
                expressions=[
                    ("municipality", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (Func(F("inside"), function="int4", template="(%(expressions)s)::int"), "="),
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"konteringsregel från {self.valid_from}"

    @property
    def string(self) -> str:
        """What is frozen on a line: konto|ansvar|verksamhet|aktivitet|motpart."""
        return "|".join((self.account, self.cost_centre, self.operation, self.activity, self.counterpart))


class ExportFormat(models.TextChoices):
    """How the file's letters are written: what the finance system asks for."""

    UTF8 = "utf-8-sig", "UTF-8"
    WINDOWS = "cp1252", "Windows (cp1252)"


class ExportQuerySet(MunicipalityQuerySet):
    see = Can.SEE_INVOICES

    def without_content(self) -> Self:
        return self.defer("content")


class InvoiceExport(models.Model):
    """One file to the finance system. It is written once, and can be fetched again byte for byte."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    exported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    exported_at = models.DateTimeField("exporterad")
    encoding = models.CharField("teckenkodning", max_length=12, choices=ExportFormat)
    invoice_count = models.PositiveIntegerField("antal fakturor")
    total = models.DecimalField("summa", max_digits=14, decimal_places=2)
    sha256 = models.CharField("kontrollsumma", max_length=64)
    content = SealedBytesField("innehåll", place="invoiceexport.content")

    objects = ExportQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["content"])

    class Meta:
        verbose_name = "export"
        verbose_name_plural = "exporter"
        ordering = ["-exported_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(invoice_count__gt=0), name="export_has_invoices"),
            models.CheckConstraint(
                condition=Q(encoding__in=ExportFormat.values), name="export_in_a_known_encoding"
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.exported_at:%Y-%m-%d}"

    @property
    def plain(self) -> bytes:
        """The file. Raises Unreadable when it was changed or moved."""
        field: Any = self._meta.get_field("content")
        return field.plain(self)
