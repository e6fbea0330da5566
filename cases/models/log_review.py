"""Loggkontroll: the month's draw from the read log, a mark on each read, the signature (2001:454 10 §)."""

import uuid
from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can, Role, role_can
from avhopp.accounts.models import Municipality, User
from avhopp.kernel.periods import add_months
from avhopp.sealing.fields import SealedTextField
from cases.log_review import states
from cases.log_review.flags import BY_CODE
from cases.visibility import MunicipalityQuerySet

#: Days after the month's end within which its review is signed.
SIGNED_WITHIN = timedelta(days=30)


class LogReviewQuerySet(MunicipalityQuerySet):
    see = Can.SEE_LOG_REVIEW

    def followed_by(self, user: User) -> Self:
        return self.visible_to(user)

    def unsigned(self) -> Self:
        return self.exclude(state=states.SIGNED)

    def late(self, today: date) -> Self:
        """Not signed thirty days after the month's end."""
        return self.unsigned().filter(month__lt=_first_not_late(today))

    def with_counts(self) -> Self:
        """With `counts`, the numbers that the database gives to those who see no read."""
        counts = Func(F("id"), function="sec.log_review_counts", output_field=models.JSONField())
        return self.annotate(counts=counts)


def _first_not_late(today: date) -> date:
    """The earliest month whose review may still wait on `today`."""
    month = today.replace(day=1)
    while _due(add_months(month, -1)) >= today:
        month = add_months(month, -1)
    return month


def _due(month: date) -> date:
    return add_months(month, 1) - timedelta(days=1) + SIGNED_WITHIN


class LogReview(models.Model):
    """One municipality's review of one month. The draw is frozen: seed, method, rules and what there was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    month = models.DateField("månad")  # its first day
    state = models.CharField("läge", max_length=20, choices=list(states.LABELS.items()), default=states.DRAWN)
    drawn_at = models.DateTimeField("dragen")
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    seed = models.CharField("frö", max_length=64)
    method = models.JSONField("metod")
    rules = models.JSONField("regler")
    units = models.JSONField("per enhet")
    everything = models.BooleanField("allt är draget")
    read_count = models.PositiveIntegerField("läsningar i månaden")
    case_count = models.PositiveIntegerField("ärenden som lästes")
    reads_sha256 = models.CharField("kontrollsumma för läsningarna", max_length=64)
    item_count = models.PositiveIntegerField("dragna läsningar")
    measures = SealedTextField("iakttagelser och åtgärder", blank=True, place="logreview.measures")
    signed_at = models.DateTimeField("undertecknad", null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.JSONField("resultat", null=True, blank=True)  # the numbers when it was signed

    objects = LogReviewQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "loggkontroll"
        verbose_name_plural = "loggkontroller"
        ordering = ["-month", "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "month"], name="one_log_review_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="log_review_is_of_a_month"),
            models.CheckConstraint(
                condition=Q(state=states.SIGNED, signed_at__isnull=False, signed_by__isnull=False)
                & ~Q(measures="")
                & Q(result__isnull=False)
                | ~Q(state=states.SIGNED) & Q(signed_at=None, signed_by=None),
                name="log_review_is_signed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"loggkontroll {self.month:%Y-%m}"

    @property
    def is_signed(self) -> bool:
        return self.state == states.SIGNED

    @property
    def due(self) -> date:
        """The last day on which it is signed in time."""
        return _due(self.month)

    @property
    def state_label(self) -> str:
        return states.LABELS[self.state]

    @property
    def tone(self) -> str:
        return states.TONES[self.state]


class LogReviewItemQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """All of the municipality's for the auditor; for a manager those that the manager was asked about."""
        if not user.is_active:
            return self.none()
        if role_can(user.role, Can.REVIEW_LOG):
            return self.filter(municipality=user.municipality_id)
        return self.filter(questions__to=user)

    def unmarked(self) -> Self:
        return self.filter(verdict="")

    def plain(self) -> Self:
        """Drawn by chance alone: what may be marked many at a time."""
        return self.filter(is_flagged=False, is_break_glass=False, is_police=False)

    def not_read_by(self, user: User) -> Self:
        return self.exclude(actor_id=user.pk)


class LogReviewItem(models.Model):
    """One drawn read: what the log said and what gave the right then, frozen, and the auditor's mark.

    It holds the read's id and copies, no foreign key: the log's own entry is what the ledger answers for.
    """

    class Verdict(models.TextChoices):
        NONE = "ingen", "Ingen anmärkning"
        EXPLAIN = "forklaras", "Behöver förklaras"
        REMARK = "anmarkning", "Anmärkning"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(LogReview, models.PROTECT, related_name="items")
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("nummer")
    read_id = models.UUIDField("läsning")
    by_chance = models.BooleanField("slumpad")
    is_break_glass = models.BooleanField("nödåtkomst")
    is_police = models.BooleanField("polis")
    is_flagged = models.BooleanField("flaggad")  # by a rule that draws
    flags = ArrayField(models.CharField(max_length=30), verbose_name="flaggor")
    read_at = models.DateTimeField("läst")
    actor_id = models.UUIDField("läst av")
    role = models.CharField("roll", max_length=30, choices=Role)
    unit_id = models.UUIDField("enhet", null=True)
    what = models.CharField("uppgift", max_length=40)
    object_type = models.CharField("slag", max_length=60)
    source = models.CharField("källa", max_length=20)
    ground = models.CharField("grund", max_length=40)
    held = ArrayField(models.CharField(max_length=20), verbose_name="behörigheter då")
    unheld = models.PositiveIntegerField("ärenden utan behörighet då")
    case_nos = ArrayField(models.CharField(max_length=20), verbose_name="ärenden")
    shown = models.PositiveIntegerField("antal rader", null=True)
    searched_by = models.CharField("sökt på", max_length=20, blank=True)
    verdict = models.CharField("bedömning", max_length=20, choices=Verdict, blank=True)
    reason = SealedTextField("skäl", blank=True, place="logreviewitem.reason")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("bedömd", null=True, blank=True)

    objects = LogReviewItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "granskad läsning"
        verbose_name_plural = "granskade läsningar"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="log_item_number_once"),
            models.UniqueConstraint(fields=["review", "read_id"], name="log_item_read_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="log_items_count_from_one"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("actor_id")),
                name="nobody_reviews_the_own_read",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", reason="", decided_by=None, decided_at=None)
                | Q(verdict="ingen", decided_by__isnull=False, decided_at__isnull=False)
                | Q(
                    verdict__in=["forklaras", "anmarkning"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~Q(reason=""),
                name="log_item_is_marked_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["review", "verdict"], name="log_item_by_verdict")]

    def __str__(self) -> str:
        return f"läsning {self.number}"

    @property
    def is_marked(self) -> bool:
        return self.verdict != ""

    @property
    def is_plain(self) -> bool:
        """Whether nothing but chance has drawn it."""
        return not (self.is_flagged or self.is_break_glass or self.is_police)

    @property
    def flag_labels(self) -> list[str]:
        return [BY_CODE[code].label for code in self.flags if code in BY_CODE]


class LogReviewQuestionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The own ones; all of the municipality's for the auditor."""
        if not user.is_active:
            return self.none()
        if role_can(user.role, Can.REVIEW_LOG):
            return self.filter(municipality=user.municipality_id)
        return self.filter(to=user)

    def waiting_for(self, user: User) -> Self:
        return self.visible_to(user).filter(to=user, answered_at=None)


class LogReviewQuestion(models.Model):
    """The auditor asks a manager about one read; the manager answers once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    item = models.ForeignKey(LogReviewItem, models.PROTECT, related_name="questions")
    to = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = SealedTextField("fråga", place="logreviewquestion.text")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("ställd")
    answer = SealedTextField("svar", blank=True, place="logreviewquestion.answer")
    answered_at = models.DateTimeField("besvarad", null=True, blank=True)

    objects = LogReviewQuestionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "fråga om en läsning"
        verbose_name_plural = "frågor om läsningar"
        ordering = ["-asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "to"], name="log_question_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="log_question_is_answered_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"fråga {self.asked_at:%Y-%m-%d}"

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None
