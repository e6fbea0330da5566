"""Tasks with a deadline that is computed, never typed."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.sealing.fields import SealedTextField
from cases.models.case import Case
from cases.visibility import CaseScopedQuerySet


class TaskQuerySet(CaseScopedQuerySet):
    see = Can.SEE_TASKS

    def open(self) -> Self:
        return self.filter(done_on=None)

    def finish(self, *, on: date, by: User, outcome: str) -> None:
        """One by one: what came of a task is sealed for its row."""
        for task in self:
            task.done_on, task.done_by, task.outcome = on, by, outcome
            task.save(update_fields=["done_on", "done_by", "outcome"])

    def overdue(self, today: date) -> Self:
        return self.open().filter(due__lt=today)

    def due_by(self, day: date) -> Self:
        return self.open().filter(due__lte=day)


class Task(models.Model):
    class Kind(models.TextChoices):
        CONTACT_POLICE = "kontakta_polis", "Kontakta polisens samordnare"
        CHILD_SAFETY = "skyddsbedomning", "Gör skyddsbedömning"
        PRELIMINARY = "forhandsbedomning", "Gör förhandsbedömning"
        INVESTIGATION = "utredning", "Slutför utredningen"
        NOTIFY = "underratta", "Underrätta om beslutet och hur det överklagas"
        ENFORCE = "verkstallighet", "Verkställ beslutet"
        PLAN = "genomforandeplan", "Upprätta genomförandeplan"
        FOLLOW_UP = "uppfoljning", "Följ upp insatsen"
        INFORM_RECIPIENT = "informera_mottagare", "Informera mottagaren om återkallat samtycke"
        OTHER = "annat", "Annat"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    kind = models.CharField("uppgift", max_length=30, choices=Kind)
    note = SealedTextField("anmärkning", blank=True, place="task.note")
    starts = models.DateField("räknas från")
    due = models.DateField("senast")
    done_on = models.DateField("utförd", null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = SealedTextField("resultat", blank=True, place="task.outcome")

    objects = TaskQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "uppgift"
        verbose_name_plural = "uppgifter"
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(due__gte=F("starts")), name="task_due_after_start"),
            models.CheckConstraint(
                condition=Q(done_on=None, done_by=None) | Q(done_on__isnull=False, done_by__isnull=False),
                name="task_done_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["case", "due"], name="task_by_case")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_open(self) -> bool:
        return self.done_on is None
