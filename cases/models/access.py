"""How somebody comes to a case that is not theirs: by asking, or in an emergency.

Neither row says whether the number that was typed belongs to a case, except where that case was opened.
"""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.timezone import localtime
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import Municipality, User
from cases.models.case import Case
from cases.models.grants import LONGEST_BREAK_GLASS, SHORTEST_REASON
from cases.visibility import IsGranted

#: How long a request waits for its answer, and an emergency for its review.
ANSWERED_WITHIN = timedelta(days=14)
REVIEWED_WITHIN = timedelta(days=7)


def _has_a_reason(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=GreaterThanOrEqual(Length("reason"), SHORTEST_REASON), name=f"{name}_has_a_reason"
    )


class AccessRequestQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The user's own requests, and those that the user may answer."""
        if not user.is_active:
            return self.none()
        own = Q(asked_by=user)
        if role_can(user.role, Can.SEE_REQUESTS):
            return self.filter(own | Q(municipality=user.municipality_id))
        if not role_can(user.role, Can.ASSIGN):
            return self.filter(own)
        held = Case.objects.filter(IsGranted("id", user, Can.ASSIGN))
        to_answer = Q(municipality=user.municipality_id, case_no__in=held.order_by().values("case_no"))
        return self.filter(own | to_answer)

    def asked_by(self, user: User) -> Self:
        return self.filter(asked_by=user)

    def to_answer(self, user: User, at: datetime | Now) -> Self:
        """Those that wait for somebody else than the one who asked, and have not run out."""
        return self.waiting(at).exclude(asked_by=user)

    def waiting(self, at: datetime | Now) -> Self:
        return self.filter(answered_at=None, asked_at__gt=at - ANSWERED_WITHIN)


class AccessRequest(models.Model):
    """Begäran om åtkomst: a case number, a reason, and an answer by somebody else.

    It holds no reference to a case: a number that no case has is stored, shown and answered like any other.
    """

    class Refusal(models.TextChoices):
        """Reasons that fit a number with and without a case: a refusal tells nothing of which it was."""

        NOT_NEEDED = "behovs_inte", "Åtkomsten behövs inte för uppgiften."
        NOT_ENOUGH = "racker_inte", "Numret eller skälet räcker inte för att pröva begäran."
        OTHER_WAY = "annan_vag", "Det finns ett annat sätt. Vänd dig till din chef."

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    case_no = models.CharField("ärendenummer", max_length=20)
    reason = models.CharField("skäl", max_length=300)
    to_work = models.BooleanField("för att arbeta i ärendet", default=False)
    asked_at = models.DateTimeField("begärd")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField("besvarad", null=True, blank=True)
    granted_until = models.DateTimeField("beviljad till", null=True, blank=True)
    refusal = models.CharField("skäl för avslag", max_length=20, choices=Refusal, blank=True)

    objects = AccessRequestQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "begäran om åtkomst"
        verbose_name_plural = "begäranden om åtkomst"
        ordering = ["-asked_at", "id"]
        constraints = [
            _has_a_reason("request"),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")),
                name="nobody_answers_the_own_request",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, granted_until=None, refusal="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, granted_until=None) & ~Q(refusal="")
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    granted_until__isnull=False,
                    refusal="",
                ),
                name="request_is_granted_or_refused",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "case_no"], name="request_by_number")]

    def __str__(self) -> str:
        return f"begäran {self.asked_at:%Y-%m-%d}"

    @property
    def is_granted(self) -> bool:
        return self.granted_until is not None

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def answer_by(self) -> datetime:
        """After this it has run out without an answer."""
        return self.asked_at + ANSWERED_WITHIN


class EmergencyQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The own ones, those that the user was told of, and all of them for whoever follows them up."""
        if not user.is_active:
            return self.none()
        if role_can(user.role, Can.SEE_EMERGENCIES):
            return self.filter(municipality=user.municipality_id)
        told = EmergencyNotice.objects.filter(to=user, emergency=OuterRef("pk"))
        return self.filter(Q(taken_by=user) | Exists(told))

    def followed_by(self, user: User) -> Self:
        """Those that `user` follows up, by the role."""
        return self.visible_to(user) if role_can(user.role, Can.SEE_EMERGENCIES) else self.none()

    def unreviewed(self) -> Self:
        return self.filter(reviewed_at=None)

    def late(self) -> Self:
        """Not reviewed within seven days, by the database's clock."""
        return self.unreviewed().filter(taken_at__lte=Now() - REVIEWED_WITHIN)

    def taken_by(self, user: User) -> Self:
        return self.filter(taken_by=user)

    def holding(self, at: datetime) -> Self:
        """Those that are not over."""
        return self.filter(ends_at__gt=at, ended_at=None)


class EmergencyAccess(models.Model):
    """Nödåtkomst: who, to which number, why, until when; and what the manager who reviewed it found.

    Rows are made by `sec.break_glass` alone, together with the grant and the notices.
    """

    class Verdict(models.TextChoices):
        JUSTIFIED = "befogad", "Befogad"
        NOT_JUSTIFIED = "obefogad", "Inte befogad"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    case_no = models.CharField("ärendenummer", max_length=20)
    opened = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="emergencies")
    reason = models.CharField("skäl", max_length=300)
    taken_at = models.DateTimeField("tagen")
    ends_at = models.DateTimeField("gäller till")
    ended_at = models.DateTimeField("avslutad i förtid", null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField("granskad", null=True, blank=True)
    verdict = models.CharField("bedömning", max_length=10, choices=Verdict, blank=True)
    review_text = models.TextField("granskarens skäl", blank=True)

    objects = EmergencyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "nödåtkomst"
        verbose_name_plural = "nödåtkomster"
        ordering = ["-taken_at", "id"]
        constraints = [
            _has_a_reason("emergency"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("taken_at"), ends_at__lte=F("taken_at") + LONGEST_BREAK_GLASS),
                name="emergency_lasts_at_most_60_minutes",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("taken_by")),
                name="nobody_reviews_the_own_emergency",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, verdict="", review_text="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False)
                & ~Q(verdict="")
                & ~Q(review_text=""),
                name="emergency_is_reviewed_with_a_verdict",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("taken_at"), ended_at__lt=F("ends_at")),
                name="emergency_ended_before_its_time",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "taken_at"], name="emergency_by_time")]

    def __str__(self) -> str:
        return f"nödåtkomst {self.taken_at:%Y-%m-%d}"

    @property
    def review_by(self) -> datetime:
        return self.taken_at + REVIEWED_WITHIN

    @property
    def over_at(self) -> datetime:
        """When it stops, or stopped because who took it ended it."""
        return self.ended_at or self.ends_at

    def holds_at(self, moment: datetime) -> bool:
        return self.taken_at <= moment < self.over_at

    @property
    def is_reviewed(self) -> bool:
        return self.reviewed_at is not None


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(to=user) if user.is_active else self.none()

    def unread(self) -> Self:
        return self.filter(acknowledged_at=None)


class EmergencyNotice(models.Model):
    """One person is told of one emergency; it stands on their start page until it is acknowledged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    emergency = models.ForeignKey(EmergencyAccess, models.PROTECT, related_name="notices")
    to = models.ForeignKey(User, models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField("läst", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "besked om nödåtkomst"
        verbose_name_plural = "besked om nödåtkomst"
        ordering = ["emergency__taken_at", "id"]
        constraints = [models.UniqueConstraint(fields=["emergency", "to"], name="one_notice_each")]

    def __str__(self) -> str:
        return "besked om nödåtkomst"

    @property
    def text(self) -> str:
        """For the page alone: it names who took it and the case, never who the case is about."""
        taken, who = localtime(self.emergency.taken_at), self.emergency.taken_by.name
        return f"{who} tog nödåtkomst till {self.emergency.case_no} {taken:%Y-%m-%d kl. %H.%M}."
