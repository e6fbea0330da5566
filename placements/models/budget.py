"""Budget lines: what the committee or the council decided, by year and kind, and what was moved between."""

import uuid
from datetime import date
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import DecimalField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality
from cases.visibility import MunicipalityQuerySet


class BudgetQuerySet(MunicipalityQuerySet):
    see = Can.SEE_BUDGET

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def with_balance(self, as_of: date | None) -> Self:
        """With `balance`: the amount with what was moved to and from the line by decisions up to `as_of`.

        None counts every decision.
        """
        moves = BudgetReallocation.objects.order_by()
        moves = moves if as_of is None else moves.filter(decided__lte=as_of)
        return self.annotate(
            balance=F("amount") + _sum_of(moves, "target", "pk") - _sum_of(moves, "source", "pk")
        )


def _sum_of(moves: models.QuerySet, end: str, line: str) -> Coalesce:
    """The kronor of the moves whose `end` is the line."""
    sums = moves.filter(**{end: OuterRef(line)}).values(end).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), Value(0), output_field=DecimalField(max_digits=14, decimal_places=2))


class BudgetLine(models.Model):
    class Kind(models.TextChoices):
        PERMANENT = "ramhojande", "Ramhöjande"
        TARGETED = "riktad", "Riktad, endast året"
        FRAME = "ram", "Inom ram"
        STATE = "statsbidrag", "Statsbidrag"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="budget_lines")
    ref = models.CharField("beteckning", max_length=60)
    year = models.PositiveSmallIntegerField("år")
    kind = models.CharField("slag", max_length=20, choices=Kind)
    amount = models.DecimalField("belopp", max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    decided = models.DateField("beslutad")
    decision_ref = models.CharField("beslut", max_length=200, null=True, blank=True)
    position = models.PositiveIntegerField("ordning", default=0)

    objects = BudgetQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "budgetrad"
        verbose_name_plural = "budgetrader"
        ordering = ["year", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "ref"], name="budget_line_ref_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year}"


class ReallocationQuerySet(MunicipalityQuerySet):
    see = Can.SEE_BUDGET


class BudgetReallocation(models.Model):
    """Kronor from a line to another of the same year. Never changed: what was wrong is moved back.

    The database refuses one between years, and one that would take more than the line has on that day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="reallocations")
    ref = models.CharField("beteckning", max_length=60)
    source = models.ForeignKey(BudgetLine, models.PROTECT, related_name="moved_out", verbose_name="från")
    target = models.ForeignKey(BudgetLine, models.PROTECT, related_name="moved_in", verbose_name="till")
    amount = models.DecimalField("belopp", max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    decided = models.DateField("beslutad")
    decision_ref = models.CharField("beslut", max_length=200)

    objects = ReallocationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "omfördelning"
        verbose_name_plural = "omfördelningar"
        ordering = ["decided", "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "ref"], name="reallocation_ref_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reallocation_above_zero"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="reallocation_between_two_lines"),
            models.CheckConstraint(condition=~Q(decision_ref=""), name="reallocation_by_a_decision"),
        ]

    def __str__(self) -> str:
        return f"omfördelning {self.decided}"
