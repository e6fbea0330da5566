"""Release packages: frozen copies, addressed to a police unit. The portal shows these and nothing else."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Now
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit, User
from avhopp.sealing.fields import SealedJSONField
from cases.models import Case
from cases.models.decision import DatedQuerySet
from cases.visibility import CaseScopedQuerySet
from collaboration.models.consent import Consent

LONGEST = timedelta(days=90)


class LegalBasis(models.Model):
    """A rule that lets secrecy give way, as dated data. Only active ones can be chosen (DOMAIN.md 2.6)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField("bestämmelse", max_length=80)
    text = models.CharField("innebörd", max_length=300)
    needs_consent = models.BooleanField("kräver samtycke", default=False)
    is_active = models.BooleanField("får väljas", default=False)
    valid_from = models.DateField("gäller från")
    valid_to = models.DateField("gäller till", null=True, blank=True)

    objects = DatedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "rättslig grund"
        verbose_name_plural = "rättsliga grunder"
        ordering = ["code", "valid_from", "id"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="legal_basis_once")]

    def __str__(self) -> str:
        return self.code


class ReleaseQuerySet(CaseScopedQuerySet):
    see = Can.SEE_RELEASE

    def open(self) -> Self:
        """Packages that the recipient can read now."""
        return self.filter(closed_at=None, valid_from__lte=Now(), valid_to__gt=Now())

    def ended(self) -> Self:
        """Packages that were closed, or whose time is over."""
        return self.filter(Q(closed_at__isnull=False) | Q(valid_to__lte=Now()))

    def not_ended(self) -> Self:
        return self.filter(closed_at=None, valid_to__gt=Now())

    def with_assessment_of(self, unit: PoliceUnit) -> Self:
        """Packages to the unit that carry its assessment, other than the acknowledgement of it."""
        carried = self.filter(recipient=unit, sections__contains=["assessment"])
        return carried.exclude(kind=ReleasePackage.Kind.ACKNOWLEDGEMENT)

    def with_names(self) -> Self:
        return self.select_related("recipient", "released_by", "legal_basis", "consent", "case")


class ReleasePackage(models.Model):
    class Kind(models.TextChoices):
        RELEASE = "utlamnande", "Utlämnande"
        ACKNOWLEDGEMENT = "kvittens", "Registrerad så här"

    class Closing(models.TextChoices):
        CONSENT_WITHDRAWN = "samtycke_aterkallat", "Samtycket återkallades"
        RECALLED = "aterkallad", "Återkallad av samordnaren"
        REPLACED = "ersatt", "Ersatt av ett nytt paket"
        CASE_CLOSED = "arende_avslutat", "Ärendet avslutades"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="releases")
    recipient = models.ForeignKey(PoliceUnit, models.PROTECT, related_name="releases")
    kind = models.CharField("slag", max_length=20, choices=Kind)
    reference = models.CharField("referens", max_length=20, unique=True)
    legal_basis = models.ForeignKey(LegalBasis, models.PROTECT, related_name="releases")
    provision = models.CharField("bestämmelse vid utlämnandet", max_length=80)
    purpose = models.CharField("ändamål", max_length=300)
    harm_test = models.TextField("menprövning")
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, blank=True, related_name="releases")
    content = SealedJSONField("innehåll", ring="release", place="releasepackage.content")
    sections = ArrayField(models.CharField(max_length=20), verbose_name="slag av uppgifter", default=list)
    content_sha256 = models.CharField("kontrollsumma", max_length=64)
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    released_at = models.DateTimeField("utlämnat")
    valid_from = models.DateTimeField("gäller från")
    valid_to = models.DateTimeField("gäller till")
    closed_at = models.DateTimeField("stängt", null=True, blank=True)
    closed_because = models.CharField("skäl för stängning", max_length=30, choices=Closing, blank=True)

    objects = ReleaseQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "delningspaket"
        verbose_name_plural = "delningspaket"
        ordering = ["-released_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="release_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_because="")
                | (Q(closed_at__isnull=False) & ~Q(closed_because="")),
                name="release_closed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"), name="release_has_a_checksum"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__lte=F("valid_from") + LONGEST), name="release_at_most_ninety_days"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & Q(harm_test__regex=r"^\s*\S[\s\S]{18,}\S\s*$"),
                name="release_has_purpose_and_harm_test",
            ),
        ]
        indexes = [models.Index(fields=["recipient", "-released_at"], name="release_by_recipient")]

    def __str__(self) -> str:
        return self.reference

    def is_open_at(self, moment: datetime) -> bool:
        """Whether the recipient can read it at `moment`: the same rule as the portal's view."""
        return self.closed_at is None and self.valid_from <= moment < self.valid_to

    def has_ended_at(self, moment: datetime) -> bool:
        return self.closed_at is not None or self.valid_to <= moment


def police_reads(packages: Iterable[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """When the recipient last opened each package: the time alone, never who (views.sql, release_reads)."""
    with connection.cursor() as cursor:
        cursor.execute("select package, last_read from sec.release_reads(%s)", [list(packages)])
        return dict(cursor.fetchall())
