"""What happened and why (events), and who read what.

Rows hold ids and no foreign keys: history never blocks a purge.
"""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from avhopp.access.roles import ROLES, Can, Role

if TYPE_CHECKING:
    from avhopp.accounts.models import User


class EventQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> "EventQuerySet":
        """Events of the operation: reports, providers, budget. Those of a case are read by `about` it."""
        if not user.is_active:
            return self.none()
        here = self.filter(case_id=None, municipality_id=user.municipality_id)
        return here.readable_by(ROLES[Role(user.role)])

    def on(self, object_ids: Iterable[uuid.UUID]) -> "EventQuerySet":
        """Events that concern any of these things."""
        return self.filter(object_id__in=list(object_ids))

    def about(self, case_id: uuid.UUID) -> "EventQuerySet":
        return self.filter(case_id=case_id)

    def readable_by(self, abilities: set[Can]) -> "EventQuerySet":
        """Events of the kinds of information that these rights open."""
        return self.filter(requires__in=[can.value for can in abilities])


class Event(models.Model):
    """One act in a case, or in the operation: what was done, by whom, why. Never changed.

    Without a case (`case_id` None) it is open to those in the municipality who hold `requires`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField("tidpunkt", auto_now_add=True)
    actor_id = models.UUIDField("utförd av")
    actor_name = models.CharField("namn", max_length=100)
    municipality_id = models.UUIDField("kommun")
    case_id = models.UUIDField("ärende", null=True)
    requires = models.CharField("kräver", max_length=40)  # a value of Can
    kind = models.CharField("händelse", max_length=60)
    occurred_on = models.DateField("händelsedag")
    text = models.TextField("text")
    reason = models.TextField("skäl", blank=True)
    object_id = models.UUIDField("objekt", null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "händelse"
        verbose_name_plural = "händelser"
        ordering = ["-occurred_on", "-at", "id"]
        indexes = [
            models.Index(fields=["case_id", "-occurred_on", "-at"], name="event_by_case"),
            models.Index(fields=["object_id"], condition=Q(case_id=None), name="event_of_the_operation"),
            models.Index(
                fields=["municipality_id", "-at"],
                condition=Q(requires=Can.SEE_READ_LOG.value),
                name="event_of_sign_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_on}"


class ReadEntry(models.Model):
    """One read of something about a person: who, in which role, what, on which ground (lag 2001:454 10 §).

    A list or a search is one read: `case_ids` are the cases it showed, `shown` the number of rows, and
    `searched_by` the kind of term. The term itself is never kept: it would be a name or an identity number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField("tidpunkt", auto_now_add=True)
    actor_id = models.UUIDField("läst av")
    role = models.CharField("roll", max_length=30, choices=Role)
    unit_id = models.UUIDField("enhet", null=True)
    municipality_id = models.UUIDField("kommun")
    case_id = models.UUIDField("ärende", null=True)
    what = models.CharField("uppgift", max_length=40)
    object_type = models.CharField("slag", max_length=60)
    object_id = models.UUIDField("objekt", null=True)
    ground = models.CharField("grund", max_length=40)
    source = models.CharField("källa", max_length=20)
    # Null where one thing was opened. No database default: the insert would ask for it back, and nobody who
    # writes here may read here.
    shown = models.PositiveIntegerField("antal rader", null=True)
    case_ids = ArrayField(models.UUIDField(), verbose_name="visade ärenden", null=True)
    searched_by = models.CharField("sökt på", max_length=20, null=True)

    class Meta:
        verbose_name = "läsning"
        verbose_name_plural = "läsningar"
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["case_id", "-at"], name="read_by_case"),
            GinIndex(fields=["case_ids"], name="read_by_shown_case"),
            models.Index(fields=["actor_id", "at"], name="read_by_actor"),
            models.Index(fields=["municipality_id", "at"], name="read_by_month"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"
