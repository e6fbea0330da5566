"""Add a file to a case, sealed; withdraw it with a reason. Nothing is deleted."""

from datetime import date, datetime

from django.utils import timezone

from avhopp.access.policy import demand, may
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.files.opening import CleanFile
from avhopp.kernel.refusal import Refused
from cases.models import Case, Document, DocumentPiece
from cases.models.documents import WRITTEN_WITH, DocumentKind, pieces_of, to_see, to_write

MOST_OF_A_CASE = 500


def kinds_to_add(*, case: Case, by: User) -> list[DocumentKind]:
    """The kinds of documents that `by` may add to the case, in the order of the form."""
    return [kind for kind, right in WRITTEN_WITH.items() if may(by, right, case)]


def add_document(
    *, case: Case, kind: str, title: str, dated: date, file: CleanFile, by: User, at: datetime
) -> Document:
    """Keep what cleaning gave, sealed piece by piece. Of the name it came with nothing is kept.

    Raises:
        Refused: codes `not_allowed`, `in_the_future`, `too_many_documents`.
    """
    demand(by, Can.WRITE_DOCUMENTS, case)
    demand(by, WRITTEN_WITH[DocumentKind(kind)], case)
    Case.objects.locked().get(pk=case.pk)
    if dated > timezone.localdate(at):
        raise Refused("in_the_future", "Handlingens datum kan inte ligga efter i dag.", field="dated")
    if Document.objects.filter(case=case).count() >= MOST_OF_A_CASE:
        raise Refused("too_many_documents", "Ärendet har redan 500 handlingar. Samla fler i en fil.")
    document = Document(
        case=case,
        kind=kind,
        title=title,
        dated=dated,
        added_by=by,
        added_at=at,
        media_type=file.kind.media_type,
        size=len(file.content),
        sha256=file.sha256,
    )
    document.save(force_insert=True)
    for number, piece in pieces_of(file.content):
        DocumentPiece(case=case, document=document, number=number, content=piece).save(force_insert=True)
    record(
        by=by,
        case=case,
        kind="handling_tillagd",
        requires=to_see(document),
        on=timezone.localdate(at),
        text=f"En handling lades till: {document.get_kind_display().lower()}.",
        object_id=document.pk,
    )
    return document


def withdraw_document(*, document: Document, because: str, by: User, at: datetime) -> Document:
    """Take the document out of use. It stays, sealed, until it is erased by law; nobody can open it here.

    Raises:
        Refused: codes `not_allowed`, `already_withdrawn`, `reason_missing`.
    """
    demand(by, Can.WRITE_DOCUMENTS, document.case)
    demand(by, to_write(document), document.case)
    Case.objects.locked().get(pk=document.case_id)
    document = Document.objects.select_related("case").get(pk=document.pk)
    if document.is_withdrawn:
        raise Refused("already_withdrawn", "Handlingen är redan borttagen.")
    if not because.strip():
        raise Refused("reason_missing", "Skriv varför handlingen tas bort.", field="because")
    document.withdrawn_at, document.withdrawn_by = at, by
    document.withdrawn_because = because.strip()
    document.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    record(
        by=by,
        case=document.case,
        kind="handling_borttagen",
        requires=to_see(document),
        on=timezone.localdate(at),
        text=f"En handling togs bort: {document.get_kind_display().lower()}.",
        reason=because.strip(),
        object_id=document.pk,
    )
    return document
