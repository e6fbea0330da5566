"""Those who give the care, and the framework agreements with them."""

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.kernel.identity import shown_organisation_number
from avhopp.kernel.swedish_sql import SwedishKey
from cases.states import MeasureKind
from cases.visibility import MunicipalityQuerySet
from placements.agreement_rules import AbsenceRule
from placements.costs import PricePeriod
from placements.counties import CHOICES as COUNTY_CHOICES


class ProviderQuerySet(MunicipalityQuerySet):
    see = Can.SEE_PROVIDERS

    def named_like(self, text: str) -> Self:
        """Providers whose name has the text in it, or whose code is the text."""
        return self.filter(Q(name__icontains=text) | Q(code__iexact=text))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def open_for_placements(self, day: date) -> Self:
        return self.filter(Q(no_new_placements_from=None) | Q(no_new_placements_from__gt=day))

    def in_use(self) -> Self:
        """Without those that were deactivated."""
        return self.filter(deactivated=None)

    def of_organisation(self, number: str) -> Self:
        """Every home of one company: each home has a permit, a kind of care and a card of its own."""
        return self.filter(organisation_number=number) if number else self.none()


class Provider(models.Model):
    """One home or service with one kind of care and, where the law asks for it, one permit.

    A company with several is several rows with the same organisation number. A provider is closed for new
    placements or deactivated, never deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="providers")
    ref = models.CharField("beteckning", max_length=60)
    code = models.CharField("utförarkod", max_length=20, blank=True)
    name = models.CharField("namn", max_length=120)
    kind = models.CharField("slag", max_length=20, choices=MeasureKind)
    organisation_number = models.CharField("organisationsnummer", max_length=10, blank=True)  # digits alone
    target_groups = ArrayField(
        models.CharField(max_length=80), verbose_name="målgrupper", default=list, blank=True
    )
    age_from = models.PositiveSmallIntegerField("ålder från", null=True, blank=True)
    age_to = models.PositiveSmallIntegerField("ålder till och med", null=True, blank=True)
    county = models.CharField("län", max_length=2, choices=COUNTY_CHOICES, blank=True)
    permit_number = models.CharField("tillståndsnummer hos IVO", max_length=40, blank=True)
    permit_verified = models.DateField("tillståndet kontrollerat", null=True, blank=True)
    permit_verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kontrollerat av"
    )
    no_new_placements_from = models.DateField("tar inte emot nya från", null=True, blank=True)
    deactivated = models.DateField("avaktiverad", null=True, blank=True)

    objects = ProviderQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "utförare"
        verbose_name_plural = "utförare"
        ordering = [SwedishKey("name"), "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "ref"], name="provider_ref_once"),
            models.CheckConstraint(
                condition=Q(organisation_number="") | Q(organisation_number__regex=r"^[0-9]{10}$"),
                name="organisation_number_is_ten_digits",
            ),
            models.CheckConstraint(
                condition=Q(age_from=None) | Q(age_to=None) | Q(age_to__gte=F("age_from")),
                name="provider_ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(permit_verified=None, permit_verified_by=None)
                | (~Q(permit_number="") & Q(permit_verified__isnull=False, permit_verified_by__isnull=False)),
                name="permit_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(deactivated=None)
                | Q(no_new_placements_from__isnull=False, no_new_placements_from__lte=F("deactivated")),
                name="deactivated_takes_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_organisation_number(self) -> str:
        return shown_organisation_number(self.organisation_number)

    def takes_new_on(self, day: date) -> bool:
        """Whether new placements may begin on the day."""
        return self.no_new_placements_from is None or day < self.no_new_placements_from

    def takes_age(self, years: int) -> bool:
        """Whether somebody of this age belongs to those the provider receives."""
        old_enough = self.age_from is None or years >= self.age_from
        return old_enough and (self.age_to is None or years <= self.age_to)


class AgreementQuerySet(MunicipalityQuerySet):
    see = Can.SEE_PROVIDERS

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def ending_after(self, day: date) -> Self:
        """Agreements that hold on the day or later."""
        return self.filter(Q(end=None) | Q(end__gt=day))

    def in_force_on(self, day: date) -> Self:
        return self.filter(start__lte=day).filter(Q(end=None) | Q(end__gt=day))

    def with_prices(self) -> Self:
        """With their price lists, which `price_list` needs."""
        return self.prefetch_related("prices")

    def ending_within(self, first: date, last: date) -> Self:
        """Agreements whose end lies from `first` to `last`, both included."""
        return self.filter(end__gte=first, end__lte=last)


class FrameworkAgreement(models.Model):
    """What is agreed with one provider, from `start` to the day before `end`.

    `rate` is the first price, the first row of the price list (models/agreement.py). Once somebody has
    stayed under it, the database keeps start, provider, first price and the rules for the departure day and
    for absence as they were.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="agreements")
    ref = models.CharField("beteckning", max_length=60)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="agreements")
    parties = models.CharField("parter", max_length=300, blank=True)
    registry_no = models.CharField("diarienummer", max_length=60, blank=True)
    ranking = models.PositiveSmallIntegerField(
        "rangordning", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    start = models.DateField("gäller från")
    end = models.DateField("gäller till", null=True, blank=True)
    notice_months = models.PositiveSmallIntegerField("uppsägningstid i månader", null=True, blank=True)
    rate = models.DecimalField(
        "dygnspris", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    charges_departure_day = models.BooleanField("debiterar utskrivningsdagen", default=False)
    absence_full_nights = models.PositiveSmallIntegerField(
        "dygn med fullt pris vid frånvaro", null=True, blank=True
    )
    absence_share = models.DecimalField(
        "andel av priset därefter",
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    index_clause = models.CharField("indexklausul", max_length=500, blank=True)
    index_name = models.CharField("index", max_length=80, blank=True)
    index_month = models.PositiveSmallIntegerField(
        "indexmånad", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    index_share = models.DecimalField(
        "andel av priset som följer index",
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )

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
            models.CheckConstraint(
                condition=Q(absence_full_nights=None, absence_share=None)
                | Q(
                    absence_full_nights__isnull=False,
                    absence_share__isnull=False,
                    absence_share__gte=0,
                    absence_share__lte=1,
                ),
                name="absence_rule_whole",
            ),
            models.CheckConstraint(
                condition=Q(index_name="", index_month=None, index_share=None)
                | (
                    ~Q(index_name="")
                    & Q(index_month__isnull=False, index_month__gte=1, index_month__lte=12)
                    & Q(index_share__isnull=False, index_share__gt=0, index_share__lte=1)
                ),
                name="index_clause_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"ramavtal från {self.start}"

    def is_in_force_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def price_list(self, level: str = "") -> tuple[PricePeriod, ...]:
        """The prices of a level, the first one first; "" is the ordinary one. Needs `with_prices()`."""
        rows = sorted((row for row in self.prices.all() if row.level == level), key=lambda row: row.start)
        return tuple(PricePeriod(row.start, row.end, row.rate) for row in rows)

    def levels(self) -> list[str]:
        """The levels of care that have prices of their own, by name. Needs `with_prices()`."""
        return sorted({row.level for row in self.prices.all()} - {""})

    @property
    def absence_rule(self) -> AbsenceRule | None:
        """What nights away cost, None when nothing is agreed about them."""
        if self.absence_full_nights is None or self.absence_share is None:
            return None
        return AbsenceRule(self.absence_full_nights, self.absence_share)

    @property
    def has_index(self) -> bool:
        return bool(self.index_name)
