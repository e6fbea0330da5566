"""Journal entries: draft, then signed and locked for ever; a correction is a new version (SOSFS 2014:5)."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.sealing.fields import SealedTextField
from cases.models.case import Case
from cases.visibility import CaseScopedQuerySet


class JournalQuerySet(CaseScopedQuerySet):
    see = Can.SEE_JOURNAL

    def visible_to(self, user: User) -> Self:
        """Signed entries, and the drafts that `user` wrote: a draft is its author's working material."""
        return super().visible_to(user).filter(Q(signed_at__isnull=False) | Q(author=user))

    def drafts(self) -> Self:
        return self.filter(signed_at=None)

    def with_versions(self) -> Self:
        """With author, signer and the later version: what an entry shows about itself, in one query."""
        return self.select_related("author", "signed_by", "case", "superseded_by", "supersedes")

    def current(self) -> Self:
        """Entries that no later version replaces."""
        return self.filter(superseded_by=None)


class JournalEntry(models.Model):
    class Kind(models.TextChoices):
        CONTACT = "kontakt", "Kontakt"
        VISIT = "besok", "Besök"
        COLLABORATION = "samverkan", "Samverkan"
        ASSESSMENT = "bedomning", "Bedömning"
        DECISION = "beslut", "Beslut"
        SAFETY = "skydd", "Skydd och säkerhet"
        OTHER = "ovrigt", "Övrigt"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="journal")
    kind = models.CharField("slag", max_length=20, choices=Kind)
    occurred_on = models.DateField("händelsedag")
    occurred_at = models.TimeField("klockslag", null=True, blank=True)
    informant = SealedTextField("vem lämnade uppgiften och hur", blank=True, place="journalentry.informant")
    facts = SealedTextField("vad som hänt", place="journalentry.facts")
    assessment = SealedTextField("bedömning", blank=True, place="journalentry.assessment")
    own_view = SealedTextField("personens egen uppfattning", blank=True, place="journalentry.own_view")
    author = models.ForeignKey(User, models.PROTECT, related_name="journal_entries")
    author_title = models.CharField("befattning", max_length=100, blank=True)
    written_at = models.DateTimeField("skriven")
    signed_at = models.DateTimeField("signerad", null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    correction_reason = SealedTextField(
        "skäl för rättelse", blank=True, place="journalentry.correction_reason"
    )

    objects = JournalQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "journalanteckning"
        verbose_name_plural = "journalanteckningar"
        ordering = ["-occurred_on", "-written_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="signed_with_a_name",
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None, correction_reason="")
                | (Q(supersedes__isnull=False) & ~Q(correction_reason="")),
                name="correction_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["case", "-occurred_on"], name="journal_by_case")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.occurred_on}"

    @property
    def replaced_by(self) -> "JournalEntry | None":
        """The version that replaces this one. Costs a query unless `with_versions()` loaded it."""
        return getattr(self, "superseded_by", None)

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
