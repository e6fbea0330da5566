"""Budget lines: what the committee or the council decided, by year and kind."""

import uuid
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality
from cases.visibility import MunicipalityQuerySet


class BudgetQuerySet(MunicipalityQuerySet):
    see = Can.SEE_BUDGET

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)


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
