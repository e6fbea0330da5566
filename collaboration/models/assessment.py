"""The police's assessment, registered by the coordinator from the police's document. Exactly three parts."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit, User
from avhopp.sealing.fields import SealedTextField
from cases.models import Case, Decision, Investigation
from cases.visibility import CaseScopedQuerySet


class CrimeDegree(models.TextChoices):
    LOW = "lag", "Låg"
    MEDIUM = "medel", "Medel"
    HIGH = "hog", "Hög"


class Threat(models.TextChoices):
    NONE_OR_RAISED = "ingen_eller_forhojd", "Ingen eller förhöjd"
    HIGH = "hog", "Hög"
    NOT_ASSESSED = "ej_bedomd", "Ej bedömd"


class ProtectionNeed(models.TextChoices):
    NO = "nej", "Nej"
    LOCAL = "ja_lokalt", "Ja, lokalt"
    ELSEWHERE = "ja_annan_ort", "Ja, placering på annan ort"
    NOA = "ja_noa", "Ja, genom NOA"


class AssessmentQuerySet(CaseScopedQuerySet):
    see = Can.SEE_ASSESSMENT

    def current(self) -> Self:
        """The newest version of each case's assessment."""
        return self.filter(replaced_by=None)

    def standing(self) -> Self:
        """Newest versions that the police have not taken back."""
        return self.current().filter(withdrawn=None)

    def taken_back(self) -> Self:
        """Newest versions that the police have withdrawn and not replaced."""
        return self.current().filter(withdrawn__isnull=False)

    def expired(self, today: date) -> Self:
        return self.standing().filter(valid_to__lt=today)

    def expiring(self, today: date, by: date) -> Self:
        return self.standing().filter(valid_to__gte=today, valid_to__lte=by)

    def waiting(self) -> Self:
        """Standing versions whose changed threat level nobody else has read yet."""
        return self.standing().filter(needs_second_reading=True, second_reader=None)

    def with_names(self) -> Self:
        return self.select_related("police_unit", "registered_by", "second_reader", "withdrawn_by", "case")

    def with_uses(self) -> Self:
        """Together with the decisions and investigations that relied on it."""
        return self.prefetch_related("uses__decision", "uses__investigation")


class PoliceAssessment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="assessments")
    police_unit = models.ForeignKey(PoliceUnit, models.PROTECT, related_name="assessments")
    version = models.PositiveSmallIntegerField("version", default=1)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    document_date = models.DateField("polisens handling daterad", null=True, blank=True)
    registry_no = SealedTextField("polisens diarienummer", blank=True, place="policeassessment.registry_no")
    received = models.DateField("mottagen")
    valid_to = models.DateField("gäller till och med")
    crime_degree = models.CharField("grad av kriminalitet", max_length=10, choices=CrimeDegree)
    threat = models.CharField("hotbild", max_length=25, choices=Threat)
    protection_need = models.CharField("skyddsbehov", max_length=20, choices=ProtectionNeed)
    preliminary = models.BooleanField("preliminär", default=False)
    wording = SealedTextField("polisens egen formulering", blank=True, place="policeassessment.wording")
    needs_second_reading = models.BooleanField("kräver andra läsning", default=False)
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    second_reader = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    second_read_at = models.DateTimeField("läst av en andra person", null=True, blank=True)
    withdrawn = models.DateField("återkallad", null=True, blank=True)  # the day it came to the municipality
    withdrawal_reason = SealedTextField(
        "polisens skäl för återkallelsen", blank=True, place="policeassessment.withdrawal_reason"
    )
    withdrawal_registry_no = SealedTextField(
        "återkallelsens diarienummer", blank=True, place="policeassessment.withdrawal_registry_no"
    )
    withdrawal_document_date = models.DateField("återkallelsen daterad", null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField("återkallelsen registrerad", null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "hotbildsbedömning"
        verbose_name_plural = "hotbildsbedömningar"
        ordering = ["-received", "-version", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="assessment_version_once"),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("received")), name="assessment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(second_reader=None, second_read_at=None)
                | Q(second_reader__isnull=False, second_read_at__isnull=False),
                name="second_reading_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(second_reader=None) | ~Q(second_reader=F("registered_by")),
                name="second_reader_is_another",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=None, withdrawn_by=None, withdrawn_at=None, withdrawal_reason="")
                & Q(withdrawal_registry_no="", withdrawal_document_date=None)
                | Q(withdrawn__isnull=False, withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                & ~Q(withdrawal_reason=""),
                name="withdrawn_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=None) | Q(withdrawn__gte=F("received")),
                name="assessment_withdrawn_after_it_came",
            ),
        ]

    def __str__(self) -> str:
        return f"hotbildsbedömning {self.received}, version {self.version}"

    @property
    def is_unread(self) -> bool:
        """Whether nobody but who registered it has read the changed threat level, withdrawn or not."""
        return self.needs_second_reading and self.second_reader_id is None

    @property
    def waits(self) -> bool:
        """Whether the changed threat level still waits for a second reader."""
        return self.is_unread and self.withdrawn is None

    def is_valid_on(self, day: date) -> bool:
        """Whether it holds on `day`, the last day of validity included."""
        return self.withdrawn is None and self.received <= day <= self.valid_to


class AssessmentUseQuerySet(CaseScopedQuerySet):
    see = Can.SEE_ASSESSMENT

    def with_names(self) -> Self:
        return self.select_related("decision", "investigation")


class AssessmentUse(models.Model):
    """Which version of the assessment an investigation or a decision relied on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    assessment = models.ForeignKey(PoliceAssessment, models.PROTECT, related_name="uses")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="assessments")
    investigation = models.ForeignKey(
        Investigation, models.PROTECT, null=True, blank=True, related_name="assessments"
    )

    objects = AssessmentUseQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "använd bedömning"
        verbose_name_plural = "använda bedömningar"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__isnull=False, investigation=None)
                | Q(decision=None, investigation__isnull=False),
                name="assessment_used_in_one_place",
            ),
        ]

    def __str__(self) -> str:
        return str(self.decision or self.investigation or "beslut eller utredning som du inte får se")
