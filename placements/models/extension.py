"""How the expected departure of a stay has been moved, and nights that nobody had decided."""

import uuid

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.sealing.fields import SealedTextField
from cases.models import Case, Decision
from cases.visibility import CaseScopedQuerySet
from placements.models.placement import Placement


class ExtensionQuerySet(CaseScopedQuerySet):
    see = Can.SEE_PLACEMENT


class PlacementExtension(models.Model):
    """One change of the expected departure, as it was made; rows are only added.

    `old_end` and `new_end` are the departures before and after, None for until further notice. Of an
    overstay `old_end` is the day the decision ended: the nights from it to `new_end` are nights without a
    decision, and `authorised` says whether somebody who may decide has let them pass. `decision` is the new
    decision that an extension rests on, when it is another than the stay's own.
    """

    class Kind(models.TextChoices):
        EXTENDED = "forlangd", "Förlängd"
        SHORTENED = "kortad", "Kortad"
        OVERSTAY = "overliggande", "Dygn utan beslut"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, models.PROTECT, related_name="extensions")
    kind = models.CharField("slag", max_length=20, choices=Kind)
    old_end = models.DateField("avresa före", null=True, blank=True)
    new_end = models.DateField("avresa efter", null=True, blank=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="extensions")
    authorised = models.BooleanField("godkänt", null=True, blank=True)
    reason = SealedTextField("skäl", place="placementextension.reason")
    made_on = models.DateField("dag")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = ExtensionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "ändrad avresa"
        verbose_name_plural = "ändrade avresor"
        ordering = ["made_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="overliggande", old_end__isnull=False, new_end__isnull=False)
                & Q(new_end__gt=F("old_end"), authorised__isnull=False, decision=None)
                | ~Q(kind="overliggande") & Q(authorised=None),
                name="overstay_says_which_nights_and_whether",
            ),
            models.CheckConstraint(
                condition=~Q(kind="forlangd")
                | Q(new_end=None)
                | Q(old_end=None)
                | Q(new_end__gte=F("old_end")),
                name="an_extension_is_not_shorter",
            ),
        ]
        indexes = [models.Index(fields=["placement"], name="extension_by_placement")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.made_on}"
