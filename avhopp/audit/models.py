"""What happened and why (events), and who read what.

Rows hold ids and no foreign keys: history never blocks a purge.
"""

import uuid

from django.db import models

from avhopp.access.roles import Can, Role


class EventQuerySet(models.QuerySet):
    def about(self, case_id: uuid.UUID) -> "EventQuerySet":
        return self.filter(case_id=case_id)

    def readable_by(self, abilities: set[Can]) -> "EventQuerySet":
        """Events of the kinds of information that these rights open."""
        return self.filter(requires__in=[can.value for can in abilities])


class Event(models.Model):
    """One act in a case: what was done, by whom, why. Written by the action that did it, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField("tidpunkt", auto_now_add=True)
    actor_id = models.UUIDField("utförd av")
    actor_name = models.CharField("namn", max_length=100)
    municipality_id = models.UUIDField("kommun")
    case_id = models.UUIDField("ärende", null=True)
    requires = models.CharField("kräver", max_length=40, choices=[(can.value, can.value) for can in Can])
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
        indexes = [models.Index(fields=["case_id", "-occurred_on", "-at"], name="event_by_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_on}"


class ReadEntry(models.Model):
    """One read of something about a person: who, in which role, what, on which ground (lag 2001:454 10 §)."""

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

    class Meta:
        verbose_name = "läsning"
        verbose_name_plural = "läsningar"
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["case_id", "-at"], name="read_by_case")]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"
