"""Those who give the care, and the framework agreements with them."""

import uuid
from datetime import date
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality
from avhopp.kernel.swedish_sql import SwedishKey
from cases.states import MeasureKind
from cases.visibility import MunicipalityQuerySet


class ProviderQuerySet(MunicipalityQuerySet):
    see = Can.SEE_PROVIDERS

    def named_like(self, text: str) -> Self:
        """Providers whose name has the text in it, or whose code is the text."""
        return self.filter(Q(name__icontains=text) | Q(code__iexact=text))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def open_for_placements(self, day: date) -> Self:
        return self.filter(Q(no_new_placements_from=None) | Q(no_new_placements_from__gt=day))


class Provider(models.Model):
    """A provider of residential or open care. It is closed for new placements, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="providers")
    ref = models.CharField("beteckning", max_length=60)
    code = models.CharField("utförarkod", max_length=20, blank=True)
    name = models.CharField("namn", max_length=120)
    kind = models.CharField("slag", max_length=20, choices=MeasureKind)
    no_new_placements_from = models.DateField("tar inte emot nya från", null=True, blank=True)

    objects = ProviderQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "utförare"
        verbose_name_plural = "utförare"
        ordering = [SwedishKey("name"), "id"]
        constraints = [models.UniqueConstraint(fields=["municipality", "ref"], name="provider_ref_once")]

    def __str__(self) -> str:
        return self.name

    def takes_new_on(self, day: date) -> bool:
        """Whether new placements may begin on the day."""
        return self.no_new_placements_from is None or day < self.no_new_placements_from


class AgreementQuerySet(MunicipalityQuerySet):
    see = Can.SEE_PROVIDERS

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def ending_after(self, day: date) -> Self:
        """Agreements that hold on the day or later."""
        return self.filter(Q(end=None) | Q(end__gt=day))

    def in_force_on(self, day: date) -> Self:
        return self.filter(start__lte=day).filter(Q(end=None) | Q(end__gt=day))


class FrameworkAgreement(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="agreements")
    ref = models.CharField("beteckning", max_length=60)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="agreements")
    start = models.DateField("gäller från")
    end = models.DateField("gäller till", null=True, blank=True)
    rate = models.DecimalField(
        "dygnspris", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    charges_departure_day = models.BooleanField("debiterar utskrivningsdagen", default=False)

    objects = AgreementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "ramavtal"
        verbose_name_plural = "ramavtal"
        ordering = [SwedishKey("provider__name"), "start", "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "ref"], name="agreement_ref_once"),
            models.CheckConstraint(
                condition=Q(end=None) | Q(end__gte=F("start")), name="agreement_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(rate__gte=0), name="agreement_rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"ramavtal från {self.start}"

    def is_in_force_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)
