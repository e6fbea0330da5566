"""Decisions, with the law they rest on as dated data, never code."""

import uuid
from datetime import date
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.sealing.fields import SealedTextField
from cases import rules
from cases.models.case import Case
from cases.models.delegation import DatedQuerySet, DelegationRule
from cases.states import MeasureKind
from cases.visibility import CaseScopedQuerySet


class LegalProvision(models.Model):
    """A provision as it read from one day to another. A decision keeps the one that held on its day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField("lagrum", max_length=80)
    text = models.CharField("innebörd", max_length=200)
    valid_from = models.DateField("gäller från")
    valid_to = models.DateField("gäller till", null=True, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = DatedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "lagrum"
        verbose_name_plural = "lagrum"
        ordering = ["code", "valid_from", "id"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="provision_once")]

    def __str__(self) -> str:
        return self.code


class DecisionQuerySet(CaseScopedQuerySet):
    see = Can.SEE_DECISION

    def with_names(self) -> Self:
        """With the case, who decided, on which point and which provision."""
        return self.select_related("case", "decided_by", "delegation", "provision")


class Decision(models.Model):
    class Outcome(models.TextChoices):
        GRANTED = "bifall", "Bifall"
        PARTIAL = "delvis", "Delvis bifall"
        REJECTED = "avslag", "Avslag"

    class Body(models.TextChoices):
        """Who decides what goes beyond the delegation; empty is an official, on delegation."""

        SUBCOMMITTEE = "utskott", "Nämndens utskott"
        COMMITTEE = "namnd", "Nämnden"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    ref = models.CharField("beteckning", max_length=60, null=True, blank=True)
    kind = models.CharField("insats", max_length=20, choices=MeasureKind)
    outcome = models.CharField("utgång", max_length=10, choices=Outcome, default=Outcome.GRANTED)
    decided = models.DateField("beslutsdag")
    start = models.DateField("gäller från", null=True, blank=True)
    end = models.DateField("gäller till", null=True, blank=True)
    enforced = models.DateField("verkställt", null=True, blank=True)
    notified = models.DateField("parten fick del av beslutet", null=True, blank=True)
    outside_framework = models.BooleanField("får avse plats utanför ramavtal", default=False)
    max_rate = models.DecimalField(
        "högsta dygnskostnad",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    reasons = SealedTextField("skäl för beslutet", blank=True, place="decision.reasons")
    delegation = models.ForeignKey(
        DelegationRule, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    provision = models.ForeignKey(
        LegalProvision, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="decisions")
    body = models.CharField("fattat av", max_length=10, choices=Body, blank=True)
    minutes = models.CharField("protokoll och paragraf", max_length=60, blank=True)

    objects = DecisionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "beslut"
        verbose_name_plural = "beslut"
        ordering = ["-decided", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "ref"], name="decision_ref_once"),
            models.CheckConstraint(
                condition=Q(end=None)
                | Q(end__gte=F("decided"))
                | Q(start__isnull=False, end__gte=F("start")),
                name="decision_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(enforced=None) | ~Q(outcome="avslag"), name="a_rejection_is_not_enforced"
            ),
            models.CheckConstraint(
                condition=Q(notified=None) | Q(notified__gte=F("decided")),
                name="decision_notified_after_decided",
            ),
            models.CheckConstraint(
                condition=Q(body="", minutes="")
                | (Q(delegation=None, decided_by=None) & ~Q(body="") & ~Q(minutes="")),
                name="a_body_decides_by_its_minutes",
            ),
        ]
        indexes = [models.Index(fields=["decided"], name="decision_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.decided}"

    @property
    def is_granted(self) -> bool:
        return self.outcome != self.Outcome.REJECTED

    @property
    def appeal_by(self) -> date | None:
        """The last day to appeal: three weeks from the day the party got the decision (FL 44 §)."""
        return due(DeadlineKind.APPEAL, self.notified) if self.notified else None


class DecisionProposalQuerySet(CaseScopedQuerySet):
    see = Can.SEE_DECISION

    def waiting(self) -> Self:
        return self.filter(settled_on=None)


class DecisionProposal(models.Model):
    """A decision that somebody prepared and somebody else may make. At most one waits in a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="proposals")
    kind = models.CharField("insats", max_length=20, choices=MeasureKind)
    outcome = models.CharField(
        "utgång", max_length=10, choices=Decision.Outcome, default=Decision.Outcome.GRANTED
    )
    start = models.DateField("gäller från", null=True, blank=True)
    end = models.DateField("gäller till", null=True, blank=True)
    outside_framework = models.BooleanField("får avse plats utanför ramavtal", default=False)
    max_rate = models.DecimalField(
        "högsta dygnskostnad",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    reasons = SealedTextField("skäl för beslutet", place="decisionproposal.reasons")
    provision = models.ForeignKey(LegalProvision, models.PROTECT, null=True, blank=True, related_name="+")
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    prepared_on = models.DateField("förberett")
    settled_on = models.DateField("avgjort", null=True, blank=True)

    objects = DecisionProposalQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "förslag till beslut"
        verbose_name_plural = "förslag till beslut"
        ordering = ["-prepared_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(settled_on=None), name="one_waiting_proposal"
            ),
            models.CheckConstraint(
                condition=Q(end=None) | Q(start=None) | Q(end__gte=F("start")),
                name="proposal_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"förslag {self.prepared_on}"

    @property
    def wanted(self) -> rules.Wanted:
        """What the delegation order is asked about it."""
        return rules.wanted_by(
            kind=self.kind,
            rejected=self.outcome == Decision.Outcome.REJECTED,
            start=self.start,
            end=self.end,
            outside_framework=self.outside_framework,
            rate=self.max_rate,
        )
