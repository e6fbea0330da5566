"""The delegation order: the versions that the committee decided, and their points, as dated data."""

import uuid
from datetime import date
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can, Role
from avhopp.accounts.models import Municipality, User
from cases.rules import RANK
from cases.states import MeasureKind
from cases.visibility import MunicipalityQuerySet


class DatedQuerySet(models.QuerySet):
    def in_force_on(self, day: date) -> Self:
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))

    def in_force_since(self, day: date) -> Self:
        """What held on `day` or has held at some time after it."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day))


class OrderQuerySet(MunicipalityQuerySet):
    see = Can.SEE_DELEGATION


class DelegationOrder(models.Model):
    """One version of the order, as the committee decided it. Its points are rows of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="delegation_orders")
    number = models.PositiveSmallIntegerField("version")
    decided = models.DateField("nämnden beslutade")
    minutes = models.CharField("paragraf i protokollet", max_length=60)
    valid_from = models.DateField("gäller från")
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField("registrerad")

    objects = OrderQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "version av delegationsordningen"
        verbose_name_plural = "versioner av delegationsordningen"
        ordering = ["-number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="order_number_once"),
            models.CheckConstraint(
                condition=Q(valid_from__gte=F("decided")) & ~Q(minutes=""),
                name="order_holds_after_its_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class DelegationQuerySet(DatedQuerySet, MunicipalityQuerySet):  # type: ignore[override]  # both make managers
    see = Can.SEE_DELEGATION


class DelegationRule(models.Model):
    """A point of the delegation order: who may decide what, how long and at what cost.

    It is never changed: a new version ends it (`valid_to`), and a decision keeps the row that it was made on.
    Without `order` it came with the set-up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="delegation_rules")
    order = models.ForeignKey(DelegationOrder, models.PROTECT, null=True, blank=True, related_name="rules")
    point = models.CharField("delegationspunkt", max_length=20)
    kind = models.CharField("insats", max_length=20, choices=MeasureKind)
    role = models.CharField("lägsta beslutsfattare", max_length=30, choices=Role)
    max_days = models.PositiveSmallIntegerField("längst antal dygn", null=True, blank=True)
    outside_framework = models.BooleanField("får avse plats utanför ramavtal", default=False)
    max_rate = models.DecimalField(
        "högst per dygn", max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    max_cost = models.DecimalField(
        "högst sammanlagt", max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    valid_from = models.DateField("gäller från")
    valid_to = models.DateField("gäller till", null=True, blank=True)

    objects = DelegationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "delegation"
        verbose_name_plural = "delegationsordning"
        ordering = ["point", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(max_rate=None) | Q(max_rate__gte=0)) & (Q(max_cost=None) | Q(max_cost__gte=0)),
                name="delegated_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(order=None)
                | Q(role__in=RANK)
                & (Q(max_days=None) | Q(max_days__gte=1))
                & (Q(max_rate=None) | Q(max_rate__gte=1))
                & (Q(max_cost=None) | Q(max_cost__gte=1)),
                name="somebody_decides_on_the_point",
            ),
            models.UniqueConstraint(fields=["order", "point"], name="point_once_in_a_version"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="point_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.point

    def is_in_force_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
