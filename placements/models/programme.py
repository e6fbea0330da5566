"""Where money for single cases can be sought: programmes with their rules, as data with dates."""

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality
from avhopp.kernel.swedish_sql import SwedishKey
from cases.visibility import MunicipalityQuerySet


class ProgrammeQuerySet(MunicipalityQuerySet):
    see = Can.SEE_APPLICATION

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def in_force_on(self, day: date) -> Self:
        return self.filter(start__lte=day).filter(Q(end=None) | Q(end__gt=day))


class GrantProgramme(models.Model):
    """What a grant giver pays for from `start` to the day before `end`, and by what rules.

    `share` (0 to 1) of a case's costs can be sought. `criteria` are keys of placements/criteria.py, all of
    which an application must meet. New rules are a new row: an application keeps those it was made under.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="grant_programmes")
    name = models.CharField("namn", max_length=120)
    giver = models.CharField("bidragsgivare", max_length=120, default="Polismyndigheten")
    start = models.DateField("gäller från")
    end = models.DateField("gäller till", null=True, blank=True)
    share = models.DecimalField(
        "andel av kostnaden",
        max_digits=5,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    apply_by = models.DateField("sista ansökningsdag", null=True, blank=True)
    account_by = models.DateField("slutredovisning senast", null=True, blank=True)
    criteria = ArrayField(models.CharField(max_length=40), verbose_name="villkor", default=list, blank=True)
    rules = models.CharField("regler", max_length=2000, blank=True)

    objects = ProgrammeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "bidragsprogram"
        verbose_name_plural = "bidragsprogram"
        ordering = ["-start", SwedishKey("name"), "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end=None) | Q(end__gt=F("start")), name="programme_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="programme_share_of_one"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_in_force_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)
