"""Files that invoices were read from, as they came; and how a provider's columns were named last time."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.sealing.fields import SealedBytesField
from cases.visibility import MunicipalityQuerySet
from placements.models import Provider


class InvoicesQuerySet(MunicipalityQuerySet):
    see = Can.SEE_INVOICES


class InvoiceImport(models.Model):
    """One file that was read in, whole or not at all. The content stands in `ImportContent`."""

    class Source(models.TextChoices):
        CSV = "csv", "CSV-fil"
        SVEFAKTURA = "svefaktura", "Svefaktura"
        PEPPOL = "peppol", "Peppol"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    source = models.CharField("slag", max_length=12, choices=Source)
    imported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField("inläst")
    size = models.PositiveIntegerField("storlek")
    sha256 = models.CharField("kontrollsumma", max_length=64)
    line_count = models.PositiveIntegerField("antal rader")

    objects = InvoicesQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "inläst fil"
        verbose_name_plural = "inlästa filer"
        ordering = ["-imported_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "sha256"], name="import_file_once"),
            models.CheckConstraint(condition=Q(size__gt=0, line_count__gt=0), name="import_has_content"),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.imported_at:%Y-%m-%d}"


class ImportContent(models.Model):
    """The file's bytes, sealed. It may name persons of several cases: whoever sees them all may open it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    came_in = models.OneToOneField(InvoiceImport, models.PROTECT, related_name="content")
    content = SealedBytesField("innehåll", place="importcontent.content")

    objects = InvoicesQuerySet.as_manager()

    class Meta:
        verbose_name = "inläst innehåll"
        verbose_name_plural = "inläst innehåll"
        ordering = ["id"]

    def __str__(self) -> str:
        return "inläst innehåll"

    @property
    def plain(self) -> bytes:
        """The file as it came. Raises Unreadable when it was changed or moved."""
        field: Any = self._meta.get_field("content")
        return field.plain(self)


class ColumnMapping(models.Model):
    """Which column of a provider's CSV file is what, as it was said last time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    provider = models.OneToOneField(Provider, models.PROTECT, related_name="+")
    said = models.JSONField("kolumner och format")

    objects = InvoicesQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "kolumnval"
        verbose_name_plural = "kolumnval"
        ordering = ["id"]

    def __str__(self) -> str:
        return "kolumnval"
