"""Who may open a case: django-guardian's permission rows with a direct foreign key to the case.

They are the single source for assignment to a handler, a unit's leadership, a temporary grant and
break-glass.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from simple_history.models import HistoricalRecords

from avhopp.access.roles import WORK, GrantKind
from avhopp.accounts.models import User

LONGEST_TEMPORARY = timedelta(days=90)
LONGEST_BREAK_GLASS = timedelta(minutes=60)
SHORTEST_REASON = 20  # signs, for what is out of the ordinary
#: What is asked of the grants to every row of every table (sec.cases): the index answers without the table.
ASKED = ["permission", "kind", "valid_from", "valid_to"]


@dataclass(frozen=True)
class Grant:
    """What a grant means to the person who holds it, directly or through a group."""

    kind: str
    permission: str

    @property
    def works(self) -> bool:
        """Whether the grant opens the case for writing."""
        return self.permission == WORK


def _period() -> Func:
    return Func(F("valid_from"), F("valid_to"), Value("[)"), function="tstzrange")


def _limits(whose: str) -> list[models.CheckConstraint]:
    """What the database refuses of every grant, whoever writes it."""
    ordinary = ~Q(kind__in=[GrantKind.TEMPORARY, GrantKind.BREAK_GLASS])
    return [
        models.CheckConstraint(
            condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            name=f"{whose}_grant_ends_after_start",
        ),
        models.CheckConstraint(
            condition=~Q(kind=GrantKind.TEMPORARY)
            | Q(valid_to__isnull=False, valid_to__lte=F("valid_from") + LONGEST_TEMPORARY),
            name=f"temporary_{whose}_grant_ends_within_90_days",
        ),
        models.CheckConstraint(
            condition=ordinary | Q(GreaterThanOrEqual(Length("reason"), SHORTEST_REASON)),
            name=f"extraordinary_{whose}_grant_has_a_reason",
        ),
        models.CheckConstraint(
            condition=Q(ended_by=None, ended_because="")
            | (Q(valid_to__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")),
            name=f"{whose}_grant_ended_by_somebody",
        ),
    ]


class GrantFields(models.Model):
    """Why, by whom and how long: a grant always carries its reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("slag", max_length=20, choices=GrantKind)
    reason = models.CharField("skäl", max_length=300)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateTimeField("gäller från")
    valid_to = models.DateTimeField("gäller till", null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = models.CharField("varför den avslutades", max_length=300, blank=True)

    class Meta:
        abstract = True


class CaseUserGrant(GrantFields, UserObjectPermissionBase):
    user = models.ForeignKey(User, models.PROTECT, related_name="case_grants")
    content_object = models.ForeignKey("cases.Case", models.CASCADE, related_name="user_grants")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "behörighet till ärende"
        verbose_name_plural = "behörigheter till ärenden"
        ordering = ["-valid_from", "id"]
        constraints = [
            *_limits("user"),
            models.CheckConstraint(
                condition=~Q(kind=GrantKind.TEMPORARY) | ~Q(granted_by=F("user")),
                name="nobody_gives_themselves_a_temporary_grant",
            ),
            models.CheckConstraint(
                condition=~Q(kind=GrantKind.BREAK_GLASS)
                | Q(
                    granted_by=F("user"),
                    valid_to__isnull=False,
                    valid_to__lte=F("valid_from") + LONGEST_BREAK_GLASS,
                ),
                name="break_glass_for_oneself_at_most_60_minutes",
            ),
            ExclusionConstraint(
                name="one_user_grant_of_a_kind_at_a_time",
                expressions=[
                    ("content_object", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("permission", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (_period(), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["user", "content_object"], include=ASKED, name="grant_by_user")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} från {self.valid_from:%Y-%m-%d}"


class CaseGroupGrant(GrantFields, GroupObjectPermissionBase):
    content_object = models.ForeignKey("cases.Case", models.CASCADE, related_name="group_grants")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "behörighet för grupp"
        verbose_name_plural = "behörigheter för grupper"
        ordering = ["-valid_from", "id"]
        constraints = [
            *_limits("group"),
            models.CheckConstraint(
                condition=~Q(kind=GrantKind.BREAK_GLASS), name="no_group_breaks_the_glass"
            ),
            ExclusionConstraint(
                name="one_group_grant_of_a_kind_at_a_time",
                expressions=[
                    ("content_object", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    ("permission", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (_period(), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["group", "content_object"], include=ASKED, name="grant_by_group")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} från {self.valid_from:%Y-%m-%d}"
