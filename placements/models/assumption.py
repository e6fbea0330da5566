"""What the forecast takes for granted for a year, set by somebody who may; its history is kept."""

import uuid
from decimal import Decimal
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality
from cases.visibility import MunicipalityQuerySet
from placements.lengths import DEFAULT_MONTHS
from placements.nightly import StepDown
from placements.simulation import Assumptions


class AssumptionQuerySet(MunicipalityQuerySet):
    see = Can.SEE_BUDGET

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)


def no_arrivals() -> list[Decimal]:
    """Nobody is assumed to come, in any of the twelve months (DOMAIN.md 7.3: off by default)."""
    return [Decimal(0)] * 12


class ForecastAssumption(models.Model):
    """One row for each year; without a row the defaults of R-33 and R-34 hold."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="forecast_assumptions")
    year = models.PositiveSmallIntegerField("år")
    arrivals = ArrayField(
        models.DecimalField(max_digits=4, decimal_places=1),
        size=12,
        default=no_arrivals,
        verbose_name="nya ärenden per månad",
    )
    rate = models.DecimalField(
        "dygnspris för nya", max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    default_months = models.DecimalField(
        "antagen längd i månader", max_digits=4, decimal_places=1, default=DEFAULT_MONTHS,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )  # fmt: skip
    step_down_months = models.PositiveSmallIntegerField("månader till lägre pris", default=12)
    step_down_percent = models.PositiveSmallIntegerField("lägre pris i procent", default=50)
    ends_hold_percent = models.PositiveSmallIntegerField("beslutade slut som håller, procent", default=70)
    complete_from = models.DateField("alla placeringar finns med från", null=True, blank=True)

    objects = AssumptionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "prognosantagande"
        verbose_name_plural = "prognosantaganden"
        ordering = ["year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "year"], name="one_assumption_for_a_year"),
            models.CheckConstraint(condition=Q(arrivals__len=12), name="arrivals_of_twelve_months"),
            models.CheckConstraint(
                condition=Q(rate=None) | Q(rate__gte=0), name="arrivals_rate_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(default_months__gte=1, default_months__lte=60), name="assumed_length_in_reason"
            ),
            models.CheckConstraint(
                condition=Q(step_down_months__gte=1, step_down_months__lte=60, step_down_percent__lte=100),
                name="assumed_step_down_in_reason",
            ),
            models.CheckConstraint(condition=Q(ends_hold_percent__lte=100), name="share_of_ends_at_most_all"),
        ]

    def __str__(self) -> str:
        return f"antaganden för {self.year}"

    def as_assumptions(self) -> Assumptions:
        """The row as the simulation takes it."""
        return Assumptions(
            default_months=Decimal(self.default_months),
            step_down=StepDown(self.step_down_months, Decimal(self.step_down_percent) / 100),
            ends_hold=Decimal(self.ends_hold_percent) / 100,
            arrivals=tuple(self.arrivals),
            rate=self.rate,
            complete_from=self.complete_from,
        )
