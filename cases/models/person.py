"""The person. What makes the person an avhoppare stands on the case, never here."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality
from avhopp.kernel.identity import IdentityNumber, age_on
from avhopp.kernel.swedish import search_key
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.sealing.fields import BlindIndexField, SealedTextField
from avhopp.sealing.rings import indexes
from cases.visibility import CaseScopedQuerySet


class Sex(models.TextChoices):
    WOMAN = "kvinna", "Kvinna"
    MAN = "man", "Man"
    UNKNOWN = "okant", "Okänt"


class ProtectionLevel(models.TextChoices):
    """The register's protection. Every case is treated as protected whatever it says (DOMAIN.md 2.7)."""

    NONE = "ingen", "Ingen i folkbokföringen"
    MARKED = "sekretessmarkering", "Sekretessmarkering"
    PROTECTED_REGISTRATION = "skyddad_folkbokforing", "Skyddad folkbokföring"


class PersonQuerySet(CaseScopedQuerySet):
    case_path = "cases"
    see = Can.SEE_PERSON

    def with_number(self, number: str, municipality_id: uuid.UUID) -> Self:
        """Who has the identity number (twelve digits) in the municipality: by its blind index."""
        return self.filter(municipality=municipality_id, identity_index__in=indexes(number, municipality_id))

    def visible_to(self, user) -> Self:
        return super().visible_to(user).distinct()


class Person(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="persons")
    ref = models.CharField("beteckning", max_length=60, null=True, blank=True)
    name = models.CharField("namn", max_length=120, blank=True)
    name_key = models.CharField("sökform av namnet", max_length=160, blank=True, editable=False)
    identity = SealedTextField(
        "personnummer eller samordningsnummer",
        null=True,
        blank=True,
        ring="identity",
        place="person.identity",
    )
    identity_index = BlindIndexField("blint index av numret", of="identity")
    birth_year = models.PositiveSmallIntegerField("födelseår", null=True, blank=True)
    sex = models.CharField("juridiskt kön", max_length=10, choices=Sex, default=Sex.UNKNOWN)
    children_count = models.PositiveSmallIntegerField("antal barn", default=0)
    protection = models.CharField(
        "skyddade personuppgifter", max_length=30, choices=ProtectionLevel, default=ProtectionLevel.NONE
    )

    objects = PersonQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["identity_index"])

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "personer"
        ordering = [SwedishKey("name"), "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "ref"], name="person_ref_once"),
            models.CheckConstraint(
                condition=Q(identity__isnull=True, identity_index__isnull=True)
                | Q(identity__isnull=False, identity_index__isnull=False),
                name="identity_with_its_index",
            ),
            models.CheckConstraint(condition=Q(children_count__lte=30), name="children_count_is_plausible"),
        ]
        indexes = [
            models.Index(fields=["municipality", "identity_index"], name="person_by_identity"),
            models.Index(fields=["municipality", "name_key"], name="person_by_name"),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return self.name or "Okänd"

    @property
    def identity_number(self) -> IdentityNumber | None:
        return IdentityNumber(self.identity) if self.identity else None

    @property
    def birth_date(self) -> date | None:
        """The number's birth date, else 31 December of the birth year (scenario format)."""
        if self.identity_number:
            return self.identity_number.birth_date
        return date(self.birth_year, 12, 31) if self.birth_year else None

    def age(self, day: date) -> int | None:
        return age_on(self.birth_date, day) if self.birth_date else None

    def set_name(self, name: str) -> None:
        """Store the name together with the form that searches use."""
        self.name = name.strip()
        self.name_key = search_key(self.name)


class DuplicateFlag(models.Model):
    """Two persons with one identity number.

    Only the coordinator learns of it: to others it would tell that a case exists.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    newer = models.ForeignKey(Person, models.CASCADE, related_name="+")
    older = models.ForeignKey(Person, models.CASCADE, related_name="+")
    raised_at = models.DateTimeField("upptäckt")
    resolved_at = models.DateTimeField("hanterad", null=True, blank=True)

    class Meta:
        verbose_name = "möjlig dubblett"
        verbose_name_plural = "möjliga dubbletter"
        ordering = ["raised_at", "id"]
        constraints = [models.UniqueConstraint(fields=["newer", "older"], name="duplicate_flag_once")]

    def __str__(self) -> str:
        return f"möjlig dubblett {self.raised_at:%Y-%m-%d}"
