"""The lines of an invoice, the stays they are for, and the nights that have been paid."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can, kinds_opening
from avhopp.accounts.models import Municipality, User
from avhopp.kernel.periods import ONE_DAY
from avhopp.sealing.fields import SealedTextField
from cases.models import Case
from cases.visibility import CaseScopedQuerySet, opened_to
from placements.invoices.models.invoice import Invoice
from placements.models import Placement


class LineQuerySet(CaseScopedQuerySet):
    see = Can.SEE_MONEY

    def visible_to(self, user: User) -> Self:
        """Matched: by the case's money. Not matched yet: with the invoices of the municipality."""
        if not user.is_active:
            return self.none()
        seen = Q(pk=None)
        if kinds_opening(user.role, self.see):
            seen |= opened_to(user, self.see, self.case_path)
        if may_in_general(user, Can.SEE_INVOICES):
            seen |= Q(case=None, municipality=user.municipality_id)
        return self.filter(seen)

    def of_invoices(self, *ids: uuid.UUID) -> Self:
        return self.filter(invoice_id__in=ids)

    def unmatched(self) -> Self:
        return self.filter(placement=None)


class InvoiceLine(models.Model):
    """One line as the provider wrote it, and the stay that a person has said it is for.

    The nights are [start, end): `end` is the day after the last night that is charged. Only lines in nights
    have dates for certain; what is charged otherwise is for a stay too, and pays for no night. When it looks
    like nights all the same, whoever approves it says why it is not, and whoever attests it has seen that.
    """

    class Unit(models.TextChoices):
        NIGHT = "dygn", "Dygn"
        OTHER = "annat", "Annat"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    number = models.CharField("fakturanummer", max_length=40)
    position = models.PositiveSmallIntegerField("rad")
    text = SealedTextField("text", blank=True, place="invoiceline.text")
    reference = SealedTextField("utförarens referens", blank=True, place="invoiceline.reference")
    unit = models.CharField("enhet", max_length=6, choices=Unit, default=Unit.NIGHT)
    start = models.DateField("från", null=True, blank=True)
    end = models.DateField("till och med dagen före", null=True, blank=True)
    quantity = models.DecimalField("antal", max_digits=10, decimal_places=2)
    unit_price = models.DecimalField("à-pris", max_digits=12, decimal_places=2)
    amount = models.DecimalField("belopp", max_digits=14, decimal_places=2)
    vat_rate = models.DecimalField("momssats", max_digits=5, decimal_places=2, default=0)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+")
    placement = models.ForeignKey(Placement, models.PROTECT, null=True, blank=True, related_name="+")
    frees_nights = models.BooleanField("krediterar hela dygn", default=False)
    account_string = models.CharField("kontering", max_length=80, blank=True)
    not_nights = SealedTextField("varför det inte är dygn", blank=True, place="invoiceline.not_nights")
    not_nights_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    not_nights_seen_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = LineQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "fakturarad"
        verbose_name_plural = "fakturarader"
        ordering = ["invoice", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(case=None, placement=None) | Q(case__isnull=False, placement__isnull=False),
                name="line_matched_to_a_stay_of_a_case",
            ),
            models.CheckConstraint(
                condition=Q(start=None, end=None) | Q(start__isnull=False, end__gt=F("start")),
                name="line_period_has_nights",
            ),
            models.CheckConstraint(
                condition=~Q(unit="dygn") | Q(start__isnull=False), name="nights_have_dates"
            ),
            models.CheckConstraint(
                condition=Q(frees_nights=False) | Q(unit="dygn", amount__lt=0),
                name="only_credit_frees_nights",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, unit_price__gte=0, vat_rate__gte=0, vat_rate__lte=100),
                name="line_measures_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(not_nights_by=None, not_nights_seen_by=None)
                | (Q(unit="annat", not_nights_by__isnull=False) & ~Q(not_nights="")),
                name="not_nights_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(not_nights_seen_by=None) | ~Q(not_nights_seen_by=F("not_nights_by")),
                name="not_nights_seen_by_a_second_person",
            ),
        ]
        indexes = [
            models.Index(fields=["invoice"], name="line_by_invoice"),
            models.Index(fields=["case"], name="line_by_case"),
        ]

    def __str__(self) -> str:
        return f"rad {self.position}"

    @property
    def nights(self) -> int:
        """How many nights its dates span; none for what is not charged by the night."""
        if self.unit != self.Unit.NIGHT or self.start is None or self.end is None:
            return 0
        return (self.end - self.start).days

    @property
    def last(self) -> date | None:
        """The last day that is charged."""
        return self.end - ONE_DAY if self.end else None

    @property
    def accounts(self) -> tuple[str, ...]:
        """Konto, ansvar, verksamhet, aktivitet, motpart; nothing before the attest."""
        return tuple(self.account_string.split("|")) if self.account_string else ()


class PaidNightQuerySet(CaseScopedQuerySet):
    see = Can.SEE_MONEY

    def standing(self) -> Self:
        return self.filter(freed_by=None)


class PaidNight(models.Model):
    """One night of one stay that an approved invoice pays. The database writes it by itself, and nobody else.

    A credit note that credits the night frees it: it can then be paid again, once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, models.PROTECT, related_name="+")
    line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="paid_nights")
    night = models.DateField("dygn")
    freed_by = models.ForeignKey(
        InvoiceLine, models.PROTECT, null=True, blank=True, related_name="freed_nights"
    )

    objects = PaidNightQuerySet.as_manager()

    class Meta:
        verbose_name = "betalt dygn"
        verbose_name_plural = "betalda dygn"
        ordering = ["placement", "night", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "night"], condition=Q(freed_by=None), name="a_night_is_paid_once"
            )
        ]
        indexes = [models.Index(fields=["line"], name="paid_night_by_line")]

    def __str__(self) -> str:
        return f"{self.night}"
