"""A month that finance has closed, and what was booked in it, stay by stay."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncMonth

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality
from cases.models import Case
from cases.visibility import CaseScopedQuerySet, MunicipalityQuerySet
from placements.models.placement import Placement


class ClosingQuerySet(MunicipalityQuerySet):
    see = Can.SEE_BUDGET


class MonthClosing(models.Model):
    """The month `month` (its first day) as it was closed. Written once, never changed.

    What becomes known later is booked with the next month that is closed, as an adjustment of the month it
    concerns. So everything booked adds up to what was known when the last month was closed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="closings")
    month = models.DateField("månad")
    closed_at = models.DateTimeField("stängd")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    nights = models.IntegerField("dygn")
    cost = models.DecimalField("kostnad", max_digits=14, decimal_places=2)
    brought = models.DecimalField("ingående, före den första stängda", max_digits=14, decimal_places=2)
    adjusted = models.DecimalField("justeringar av stängda månader", max_digits=14, decimal_places=2)

    objects = ClosingQuerySet.as_manager()

    class Meta:
        verbose_name = "stängd månad"
        verbose_name_plural = "stängda månader"
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "month"], name="month_closed_once"),
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="month_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"stängd {self.month:%Y-%m}"


class BookedCostQuerySet(CaseScopedQuerySet):
    see = Can.SEE_MONEY


class BookedCost(models.Model):
    """Nights and kronor of one stay in one month, booked when `closing` was made.

    Several rows of one stay and month add up; those after the first are adjustments and may be negative.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    closing = models.ForeignKey(MonthClosing, models.PROTECT, related_name="booked")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, models.PROTECT, related_name="booked")
    month = models.DateField("månad")
    nights = models.IntegerField("dygn")
    cost = models.DecimalField("kronor", max_digits=14, decimal_places=2)

    objects = BookedCostQuerySet.as_manager()

    class Meta:
        verbose_name = "bokförd kostnad"
        verbose_name_plural = "bokförda kostnader"
        ordering = ["month", "id"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "placement", "month"], name="booked_once_a_closing"),
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="booked_on_a_first_day"),
            models.CheckConstraint(condition=~Q(nights=0, cost=0), name="booked_is_something"),
        ]
        indexes = [models.Index(F("placement"), F("month"), name="booked_by_stay_and_month")]

    def __str__(self) -> str:
        return f"bokfört {self.month:%Y-%m}"
