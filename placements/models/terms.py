"""The terms of a stay: dated prices, and nights away."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from cases.models import Case
from cases.visibility import CaseScopedQuerySet
from placements.models.placement import Placement, as_range


class PlacementPart(models.Model):
    """What belongs to a placement and carries its case, so that one rule guards them all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    start = models.DateField("från")
    rate = models.DecimalField(
        "kronor per dygn", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta:
        abstract = True


class PriceQuerySet(CaseScopedQuerySet):
    see = Can.SEE_MONEY


class PlacementPrice(PlacementPart):
    """The agreed price of some nights. A new price is a new row; what was decided never changes."""

    placement = models.ForeignKey(Placement, models.CASCADE, related_name="prices")
    end = models.DateField("till", null=True, blank=True)

    objects = PriceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "prisperiod"
        verbose_name_plural = "prisperioder"
        ordering = ["start", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end=None) | Q(end__gte=F("start")), name="price_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(rate__gte=0), name="price_not_negative"),
            ExclusionConstraint(
                name="no_overlapping_prices",
                expressions=[
                    ("placement", RangeOperators.EQUAL),
                    (as_range("start", "end"), RangeOperators.OVERLAPS),
                ],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate} från {self.start}"


class AbsenceQuerySet(CaseScopedQuerySet):
    see = Can.SEE_PLACEMENT


class PlacementAbsence(PlacementPart):
    """Nights away, at the rate that replaces the price."""

    placement = models.ForeignKey(Placement, models.CASCADE, related_name="absences")
    end = models.DateField("till")
    reason = models.CharField("skäl", max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "frånvaro"
        verbose_name_plural = "frånvaro"
        ordering = ["start", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="absence_rate_not_negative"),
            ExclusionConstraint(
                name="no_overlapping_absences",
                expressions=[
                    ("placement", RangeOperators.EQUAL),
                    (as_range("start", "end"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"frånvaro från {self.start}"
