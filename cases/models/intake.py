"""The first contact and what was learnt in it."""

import uuid

from django.db import models
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.sealing.fields import SealedTextField
from cases.models.case import Case
from cases.states import Source
from cases.visibility import CaseScopedQuerySet


class IntakeQuerySet(CaseScopedQuerySet):
    see = Can.SEE_INTAKE


class Intake(models.Model):
    class Kind(models.TextChoices):
        APPLICATION = "ansokan", "Ansökan"
        REPORT = "anmalan", "Anmälan"
        INFORMATION = "information", "Information på annat sätt"
        TRANSFER = "overflyttning", "Överflyttning"

    class Channel(models.TextChoices):
        VISIT = "besok", "Besök"
        PHONE = "telefon", "Telefon"
        LETTER = "brev", "Brev eller säker post"
        MEETING = "mote", "Samverkansmöte"
        OTHER = "annat", "Annat"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="intakes")
    kind = models.CharField("slag", max_length=20, choices=Kind)
    channel = models.CharField("kontaktväg", max_length=20, choices=Channel)
    source = models.CharField("vem tog kontakt", max_length=20, choices=Source)
    received = models.DateField("inkom")
    informant = SealedTextField("uppgiftslämnare", blank=True, place="intake.informant")
    text = SealedTextField("vad som framkom", blank=True, place="intake.text")
    concerns_child = models.BooleanField("gäller ett barn", default=False)
    child_safety_assessed_on = models.DateField("skyddsbedömning gjord", null=True, blank=True)

    objects = IntakeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "aktualisering"
        verbose_name_plural = "aktualiseringar"
        ordering = ["-received", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.received}"


class ChildSafetyQuerySet(CaseScopedQuerySet):
    see = Can.SEE_CHILDREN


class ChildSafety(models.Model):
    """The immediate assessment of a child's safety; the intake says only that it was made, and when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="child_safety")
    intake = models.OneToOneField(Intake, models.PROTECT, related_name="child_safety")
    text = SealedTextField("skyddsbedömning", place="childsafety.text")

    objects = ChildSafetyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "skyddsbedömning"
        verbose_name_plural = "skyddsbedömningar"
        ordering = ["id"]

    def __str__(self) -> str:
        return "skyddsbedömning"
