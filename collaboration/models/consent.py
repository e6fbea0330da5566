"""The person's consent to share: with whom, what, from and to. It can be withdrawn at any time."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit
from avhopp.sealing.fields import SealedTextField
from cases.models import Case
from cases.visibility import CaseScopedQuerySet
from collaboration.contents import Category


class ConsentQuerySet(CaseScopedQuerySet):
    see = Can.SEE_CONSENT

    def in_force_on(self, day: date) -> Self:
        return self.filter(start__lte=day, end__gte=day, withdrawn=None)

    def covering(self, recipient: PoliceUnit, categories: Iterable[str], day: date) -> Self:
        """In force on `day` for exactly this recipient, and for all of these kinds of information."""
        return self.in_force_on(day).filter(recipient=recipient, categories__contains=sorted(categories))


class Consent(models.Model):
    class Form(models.TextChoices):
        WRITTEN = "skriftligt", "Skriftligt"
        ORAL = "muntligt", "Muntligt, dokumenterat"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="consents")
    recipient = models.ForeignKey(PoliceUnit, models.PROTECT, related_name="consents")
    categories = ArrayField(models.CharField(max_length=30), verbose_name="uppgifter")
    purpose = models.CharField("ändamål", max_length=200, blank=True)
    form = models.CharField("form", max_length=20, choices=Form, default=Form.WRITTEN)
    start = models.DateField("gäller från")
    end = models.DateField("gäller till och med")
    withdrawn = models.DateField("återkallat", null=True, blank=True)
    withdrawal_note = SealedTextField("hur det återkallades", blank=True, place="consent.withdrawal_note")

    objects = ConsentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "samtycke"
        verbose_name_plural = "samtycken"
        ordering = ["-start", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="consent_ends_after_start"),
            models.CheckConstraint(
                condition=Q(withdrawn=None) | Q(withdrawn__gte=F("start")),
                name="consent_withdrawn_after_start",
            ),
            models.CheckConstraint(condition=Q(categories__len__gt=0), name="consent_covers_something"),
        ]

    def __str__(self) -> str:
        return f"samtycke {self.start}"

    @property
    def category_labels(self) -> list[str]:
        known = dict(Category.choices)
        return [known.get(category, category) for category in self.categories]

    def holds_on(self, day: date) -> bool:
        return self.withdrawn is None and self.start <= day <= self.end
