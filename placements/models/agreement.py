"""The price list of a framework agreement: rows with dates, for each level one after the other."""

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality
from cases.visibility import MunicipalityQuerySet
from placements.models.provider import FrameworkAgreement


class AgreementPriceQuerySet(MunicipalityQuerySet):
    see = Can.SEE_PROVIDERS

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def of_level(self, level: str = "") -> Self:
        return self.filter(level=level)

    def on(self, day: date) -> Self:
        """The rows that give the price of the night that begins on the day."""
        return self.filter(start__lte=day).filter(Q(end=None) | Q(end__gt=day))


class AgreementPrice(models.Model):
    """The agreed rate for the nights [start, end); `end` None runs on, and the last row always does.

    `level` "" is the ordinary price; other names are levels of care with a price of their own. Stays carry
    their prices themselves: a new row here changes none of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="agreement_prices")
    agreement = models.ForeignKey(FrameworkAgreement, models.PROTECT, related_name="prices")
    level = models.CharField("nivå", max_length=60, blank=True)
    start = models.DateField("från")
    end = models.DateField("till", null=True, blank=True)
    rate = models.DecimalField(
        "dygnspris", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    basis = models.CharField("grund", max_length=200, blank=True)  # how the price was arrived at

    objects = AgreementPriceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "avtalspris"
        verbose_name_plural = "avtalspriser"
        ordering = ["agreement", "level", "start", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(rate__gte=0), name="agreement_price_not_negative"),
            models.CheckConstraint(
                condition=Q(end=None) | Q(end__gt=F("start")), name="agreement_price_ends_after_start"
            ),
            ExclusionConstraint(
                name="no_overlapping_agreement_prices",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("level", RangeOperators.EQUAL),
                    (
                        Func(F("start"), F("end"), Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"avtalspris från {self.start}"

    @classmethod
    def first_of(cls, agreement: FrameworkAgreement) -> Self:
        """The row that a price list begins with: the agreement's own price from its first day. Not saved."""
        return cls(
            municipality_id=agreement.municipality_id,
            agreement=agreement,
            start=agreement.start,
            rate=agreement.rate,
        )
