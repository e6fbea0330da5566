"""What the municipality knows of a provider by its own control: contacts, visits, incidents, remarks.

None of it belongs to a case: no text names a person or a case, and there is nowhere to point at one. What
happens to a person is a deviation in that person's case. Rows are added and closed, never deleted.
"""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.sealing.fields import SealedTextField
from cases.visibility import MunicipalityQuerySet
from placements.models.provider import Provider


class OversightQuerySet(MunicipalityQuerySet):
    see = Can.SEE_PROVIDERS

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class ProviderContact(models.Model):
    """Somebody to ring at the provider."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="contacts")
    name = models.CharField("namn", max_length=100)
    role = models.CharField("roll", max_length=100, blank=True)
    phone = models.CharField("telefon", max_length=40, blank=True)
    email = models.EmailField("e-post", blank=True)
    ended = models.DateField("upphörde", null=True, blank=True)

    objects = OversightQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "kontaktperson hos utförare"
        verbose_name_plural = "kontaktpersoner hos utförare"
        ordering = [SwedishKey("name"), "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""), name="provider_contact_can_be_reached"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProviderVisit(models.Model):
    """The municipality's own follow-up of the provider."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="visits")
    made_on = models.DateField("dag")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="av")
    result = SealedTextField("resultat", ring="case", place="providervisit.result")
    next_on = models.DateField("nästa", null=True, blank=True)

    objects = OversightQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "uppföljning av utförare"
        verbose_name_plural = "uppföljningar av utförare"
        ordering = ["-made_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_on=None) | Q(next_on__gt=F("made_on")), name="next_visit_after_this"
            ),
        ]

    def __str__(self) -> str:
        return f"uppföljning {self.made_on}"


class ProviderIncident(models.Model):
    """Something that went wrong at the provider, told without case and without name."""

    class Severity(models.TextChoices):
        LOW = "lag", "Mindre allvarlig"
        MEDIUM = "medel", "Allvarlig"
        HIGH = "hog", "Mycket allvarlig"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="incidents")
    happened_on = models.DateField("dag")
    severity = models.CharField("allvar", max_length=10, choices=Severity)
    text = SealedTextField("vad som hände", ring="case", place="providerincident.text")
    closed_on = models.DateField("avslutad", null=True, blank=True)
    measure = SealedTextField("åtgärd", blank=True, ring="case", place="providerincident.measure")

    objects = OversightQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "händelse hos utförare"
        verbose_name_plural = "händelser hos utförare"
        ordering = ["-happened_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None, measure="")
                | (Q(closed_on__isnull=False, closed_on__gte=F("happened_on")) & ~Q(measure="")),
                name="incident_closed_by_a_measure",
            ),
        ]

    def __str__(self) -> str:
        return f"händelse {self.happened_on}"


class ProviderRemark(models.Model):
    """A remark by the inspectorate (IVO)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="remarks")
    made_on = models.DateField("dag")
    reference = models.CharField("IVO:s diarienummer", max_length=60)
    text = models.CharField("anmärkning", max_length=1000)
    resolved_on = models.DateField("åtgärdad", null=True, blank=True)

    objects = OversightQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "anmärkning från IVO"
        verbose_name_plural = "anmärkningar från IVO"
        ordering = ["-made_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_on=None) | Q(resolved_on__gte=F("made_on")),
                name="remark_resolved_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"anmärkning {self.made_on}"
