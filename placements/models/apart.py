"""Who must not be in the same place, and the times that somebody was told to ask the coordinator."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can, kinds_opening
from avhopp.accounts.models import Municipality, User
from cases.models import Case
from cases.visibility import CaseScopedQuerySet, opened_to
from placements.models.provider import Provider


class ApartMarkQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Marks between two cases that the user may both see as a coordinator."""
        if not user.is_active or not kinds_opening(user.role, Can.SEE_APART):
            return self.none()
        both = (opened_to(user, Can.SEE_APART, path) for path in ("first_case_id", "second_case_id"))
        return self.filter(*both)

    def in_force(self) -> Self:
        return self.filter(ended_on=None)

    def of_case(self, case: Case) -> Self:
        return self.filter(Q(first_case=case) | Q(second_case=case))


class ApartMark(models.Model):
    """Two cases whose persons must not stay in the same place. It says nothing of why.

    The pair is stored once, the lower id first. A mark is ended, never removed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    first_case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    second_case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    made_on = models.DateField("från")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_on = models.DateField("till", null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ApartMarkQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "inte på samma plats"
        verbose_name_plural = "inte på samma plats"
        ordering = ["made_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(first_case__lt=F("second_case")), name="apart_pair_in_order"),
            models.UniqueConstraint(
                fields=["first_case", "second_case"], condition=Q(ended_on=None), name="apart_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None)
                | Q(ended_on__isnull=False, ended_by__isnull=False, ended_on__gte=F("made_on")),
                name="apart_mark_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"inte på samma plats från {self.made_on}"


class ApartQuestionQuerySet(CaseScopedQuerySet):
    see = Can.SEE_APART

    def waiting(self) -> Self:
        return self.filter(answered_at=None)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class ApartQuestion(models.Model):
    """Somebody chose a place for the person of `case` and was told to ask the coordinator.

    Written by `sec.ask_apart` alone, which also answers so when too many places have been tried (`too_many`).
    It names no other case. The coordinator lets the place through once (`allowed`) or not; `used_at` is when
    it was used.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("frågat")
    too_many = models.BooleanField("många platser prövade", default=False)
    allowed = models.BooleanField("släppt igenom", null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField("svarat", null=True, blank=True)
    used_at = models.DateTimeField("använt", null=True, blank=True)

    objects = ApartQuestionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "fråga om plats"
        verbose_name_plural = "frågor om plats"
        ordering = ["-asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "provider"], condition=Q(answered_at=None), name="one_waiting_place_question"
            ),
            models.CheckConstraint(
                condition=Q(allowed=None, answered_by=None, answered_at=None)
                | Q(allowed__isnull=False, answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answered_by=F("asked_by")),
                name="place_question_answered_by_another",
            ),
            models.CheckConstraint(condition=Q(used_at=None) | Q(allowed=True), name="used_when_allowed"),
        ]

    def __str__(self) -> str:
        return f"fråga om plats {self.asked_at:%Y-%m-%d}"


class PlaceTried(models.Model):
    """That a place was tried for a case that has such a mark, whatever the answer: counted, read by nobody.

    One row for a person, case, place and day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tried_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    tried_on = models.DateField("dag")

    class Meta:
        verbose_name = "prövad plats"
        verbose_name_plural = "prövade platser"
        ordering = ["tried_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tried_by", "case", "provider", "tried_on"], name="place_tried_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"prövad plats {self.tried_on}"
