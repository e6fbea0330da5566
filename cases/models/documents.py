"""Files on a case. Each kind of document is information of one kind, and opens by that kind's own right.

The document has history and stands in the ledger, with the digest of its content. The content is another
table's: sealed, in pieces, without history, written once. Neither holds the name that the file came with.
"""

import hashlib
import uuid
from collections.abc import Iterator
from typing import Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can, kinds_opening
from avhopp.accounts.models import User
from avhopp.files.kinds import Kind as FileKind
from avhopp.files.limits import MAX_BYTES
from avhopp.sealing.fields import SealedBytesField, SealedTextField
from cases.models.case import Case
from cases.visibility import CaseScopedQuerySet, opened_to

PIECE = 256 * 1024  # bytes of content in a row: all that is open in memory at a time


class DocumentKind(models.TextChoices):
    POLICE = "polis", "Polisens handling"
    DECISION = "beslut", "Beslut"
    INVESTIGATION = "utredning", "Utredning"
    PLAN = "plan", "Plan"
    CONSENT = "samtycke", "Samtycke"
    HEALTH = "halsa", "Hälsa och beroende"
    CHILDREN = "barn", "Barn och familj"
    OTHER = "ovrigt", "Övrigt"


#: What opens a document of each kind, and what adds or withdraws one: the matrix's rows for the same
#: information (DOMAIN.md 3.2). What fits no kind is as guarded as the journal. The second wall is made of it.
SEEN_WITH = {
    DocumentKind.POLICE: Can.SEE_ASSESSMENT,
    DocumentKind.DECISION: Can.SEE_REASONS,
    DocumentKind.INVESTIGATION: Can.SEE_INVESTIGATION,
    DocumentKind.PLAN: Can.SEE_INVESTIGATION,
    DocumentKind.CONSENT: Can.SEE_CONSENT,
    DocumentKind.HEALTH: Can.SEE_HEALTH,
    DocumentKind.CHILDREN: Can.SEE_CHILDREN,
    DocumentKind.OTHER: Can.SEE_JOURNAL,
}
WRITTEN_WITH = {
    DocumentKind.POLICE: Can.WRITE_ASSESSMENT,
    DocumentKind.DECISION: Can.DECIDE,
    DocumentKind.INVESTIGATION: Can.WRITE_INVESTIGATION,
    DocumentKind.PLAN: Can.WRITE_INVESTIGATION,
    DocumentKind.CONSENT: Can.WRITE_CONSENT,
    DocumentKind.HEALTH: Can.WRITE_INVESTIGATION,
    DocumentKind.CHILDREN: Can.WRITE_INVESTIGATION,
    DocumentKind.OTHER: Can.WRITE_JOURNAL,
}


class DocumentQuerySet(CaseScopedQuerySet):
    see = Can.SEE_DOCUMENTS

    def visible_to(self, user: User) -> Self:
        """Documents of the kinds that `user` may see, in the cases that open them."""
        here, opened = super().visible_to(user), Q(pk=None)
        for right in dict.fromkeys(SEEN_WITH.values()):
            if kinds_opening(user.role, right):
                kinds = [kind.value for kind, one in SEEN_WITH.items() if one == right]
                opened |= Q(opened_to(user, right, self.case_path), kind__in=kinds)
        return here.filter(opened)

    def current(self) -> Self:
        return self.filter(withdrawn_at=None)

    def with_names(self) -> Self:
        return self.select_related("added_by", "withdrawn_by")


class Document(models.Model):
    """One file, as it was cleaned. It is never changed; it can be withdrawn, with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    kind = models.CharField("slag", max_length=20, choices=DocumentKind)
    title = SealedTextField("rubrik", place="document.title")
    dated = models.DateField("handlingens datum")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("tillagd")
    media_type = models.CharField(
        "filtyp", max_length=100, choices=[(k.media_type, k.name) for k in FileKind]
    )
    size = models.PositiveIntegerField("storlek")
    sha256 = models.CharField("kontrollsumma", max_length=64)
    withdrawn_at = models.DateTimeField("borttagen", null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_because = SealedTextField("skäl", blank=True, place="document.withdrawn_because")

    objects = DocumentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "handling"
        verbose_name_plural = "handlingar"
        ordering = ["-added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="document_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=MAX_BYTES), name="document_within_limits"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because=""),
                name="document_withdrawn_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("added_at")),
                name="document_withdrawn_later",
            ),
        ]
        indexes = [models.Index(fields=["case", "-added_at"], name="document_by_case")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.dated}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def file_kind(self) -> FileKind:
        return next(kind for kind in FileKind if kind.media_type == self.media_type)

    @property
    def file_name(self) -> str:
        """What a downloaded copy is called: case number, kind and day, and nothing of a person or a place."""
        return f"{self.case.case_no}-{self.kind}-{self.dated.isoformat()}.{self.file_kind.ending}"


def to_see(document: Document) -> Can:
    """The right that opens it."""
    return SEEN_WITH[DocumentKind(document.kind)]


def to_write(document: Document) -> Can:
    """The right that withdraws it, and that was needed to add it."""
    return WRITTEN_WITH[DocumentKind(document.kind)]


class PieceQuerySet(CaseScopedQuerySet):
    see = Can.SEE_DOCUMENTS

    def of(self, document: Document) -> Self:
        return self.filter(document=document).order_by("number")


class DocumentPiece(models.Model):
    """A piece of a document's content, sealed for its row. Without history: a row is written once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, related_name="pieces")
    number = models.PositiveSmallIntegerField("ordning")
    content = SealedBytesField("innehåll", place="documentpiece.content")

    objects = PieceQuerySet.as_manager()

    class Meta:
        verbose_name = "del av handling"
        verbose_name_plural = "delar av handlingar"
        ordering = ["document", "number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_piece_once")]

    def __str__(self) -> str:
        return f"del {self.number}"

    @property
    def plain(self) -> bytes:
        """What it holds. Raises Unreadable when it was changed, or moved from another row."""
        field: SealedBytesField = self._meta.get_field("content")  # type: ignore[assignment]
        return field.plain(self)


def pieces_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The content cut into pieces, with their numbers."""
    for number, start in enumerate(range(0, len(content), PIECE)):
        yield number, content[start : start + PIECE]


def is_whole(document: Document, pieces: list[DocumentPiece]) -> bool:
    """Whether the pieces, in this order, are what was added: compared with the document's own digest."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        plain = piece.plain
        digest.update(plain)
        size += len(plain)
    return size == document.size and digest.hexdigest() == document.sha256
