"""Who may open a case: django-guardian's permission rows with a direct foreign key to the case.

They are the single source for assignment to a handler, a unit's leadership, a temporary grant and
break-glass.
"""

import uuid
from dataclasses import dataclass

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from simple_history.models import HistoricalRecords

from avhopp.accounts.models import User

WORK = "work_case"


class GrantKind(models.TextChoices):
    ASSIGNMENT = "handlaggare", "Handläggare"
    UNIT = "enhet", "Enhet eller funktion"
    TEMPORARY = "tillfallig", "Tillfällig behörighet"
    BREAK_GLASS = "nodatkomst", "Nödåtkomst"


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


class GrantFields(models.Model):
    """Why, by whom and how long: a grant always carries its reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("slag", max_length=20, choices=GrantKind)
    reason = models.CharField("skäl", max_length=300)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateTimeField("gäller från")
    valid_to = models.DateTimeField("gäller till", null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="user_grant_ends_after_start",
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
        indexes = [models.Index(fields=["user", "content_object"], name="grant_by_user")]

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
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="group_grant_ends_after_start",
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
        indexes = [models.Index(fields=["group", "content_object"], name="grant_by_group")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} från {self.valid_from:%Y-%m-%d}"
