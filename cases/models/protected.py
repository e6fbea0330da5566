"""Where the person is and how to reach them: apart from the case, sealed with keys of its own.

A reading is a row before anything is shown: the database gives the contact only to a transaction that has one
(cases/walls.py). The case's handlers write that row themselves; all others need another person's approval,
for one reading within half an hour (DOMAIN.md 2.7 and 3.2).
"""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.sealing.fields import SealedTextField
from cases.models.case import Case
from cases.visibility import CaseScopedQuerySet

APPROVED_FOR = timedelta(minutes=30)
#: A question that nobody has answered is not asked any more after this.
WAITS_FOR = timedelta(days=1)


class ContactQuerySet(CaseScopedQuerySet):
    see = Can.SEE_PROTECTED_CONTACT


class ProtectedContact(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="protected_contact")
    address = SealedTextField("adress", blank=True, ring="protected", place="protectedcontact.address")
    whereabouts = SealedTextField(
        "var personen vistas", blank=True, ring="protected", place="protectedcontact.whereabouts"
    )
    channel = SealedTextField(
        "säker kontaktväg", blank=True, ring="protected", place="protectedcontact.channel"
    )
    written_at = models.DateTimeField("skriven")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = ContactQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "skyddad kontaktuppgift"
        verbose_name_plural = "skyddade kontaktuppgifter"
        ordering = ["id"]

    def __str__(self) -> str:
        return "skyddad kontaktuppgift"


class ReadingQuerySet(CaseScopedQuerySet):
    see = Can.SEE_ACCESS

    def waiting(self, at: datetime | Now) -> Self:
        """Questions that somebody can still answer."""
        return self.filter(named=False, answered_at=None, asked_at__gt=at - WAITS_FOR)

    def usable(self, at: datetime) -> Self:
        """Approved, not used and not run out."""
        return self.filter(approved=True, used_at=None, valid_to__gt=at)

    def with_names(self) -> Self:
        return self.select_related("asked_by", "answered_by")


class ProtectedReading(models.Model):
    """One reading: by a handler of the case (`named`), or asked for, answered by another and used once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="protected_readings")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("begärd")
    reason = SealedTextField("skäl", ring="protected", place="protectedreading.reason")
    named = models.BooleanField("av ärendets handläggare", default=False)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField("besvarad", null=True, blank=True)
    approved = models.BooleanField("godkänd", default=False)
    valid_to = models.DateTimeField("gäller till", null=True, blank=True)
    used_at = models.DateTimeField("läst", null=True, blank=True)

    objects = ReadingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "läsning av skyddad kontaktuppgift"
        verbose_name_plural = "läsningar av skyddade kontaktuppgifter"
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")),
                name="nobody_approves_the_own_reading",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None, approved=False, valid_to=None)
                | Q(named=False, answered_by__isnull=False, answered_at__isnull=False)
                & (Q(approved=False, valid_to=None) | Q(approved=True, valid_to__isnull=False)),
                name="reading_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__lte=F("answered_at") + APPROVED_FOR),
                name="reading_within_half_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None, named=False)
                | Q(named=True, used_at__isnull=False)
                | Q(approved=True, used_at__lt=F("valid_to")),
                name="reading_by_a_handler_or_approved",
            ),
        ]
        indexes = [models.Index(fields=["case", "-asked_at"], name="reading_by_case")]

    def __str__(self) -> str:
        return f"läsning {self.asked_at:%Y-%m-%d}"

    @property
    def last_answer(self) -> datetime:
        """Nobody can answer after this."""
        return self.asked_at + WAITS_FOR

    def state_at(self, moment: datetime) -> str:
        """What became of it, in a word for the list."""
        if self.used_at:
            return "Läst"
        if self.answered_at is None:
            return "Väntar" if self.asked_at > moment - WAITS_FOR else "Ingen svarade"
        if not self.approved:
            return "Nekad"
        return "Godkänd" if self.valid_to and self.valid_to > moment else "Godkänd, inte läst i tid"


#: The transaction's own moment: what the database compares `used_at` with.
THIS_TRANSACTION = TransactionNow()
