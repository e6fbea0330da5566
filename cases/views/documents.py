"""Documents of a case: the list, a new one, the file itself, and taking one away."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.files.receiving import takes_files
from avhopp.pages.paging import page_of
from cases.actions.documents import add_document, kinds_to_add, withdraw_document
from cases.forms.documents import DocumentForm, WithdrawForm
from cases.models import Case, Document, DocumentPiece
from cases.models.documents import is_whole, to_see, to_write
from cases.views.pages import form_page, refusals_in, today

PER_PAGE = 25
#: The file is data to be kept, never a page of ours: no script, no frame, no form, whatever it holds.
AS_DATA = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class DamagedDocument(Exception):
    """The pieces are not what was added. Says nothing of the content."""


@access(Case, Can.SEE_DOCUMENTS)
def documents(request: UserRequest, case: Case) -> HttpResponse:
    """The newest first. Those that were withdrawn stay in the list, with the reason."""
    rows = Document.objects.visible_to(request.user).filter(case=case).with_names()
    page = page_of(rows, request, per_page=PER_PAGE)
    removable = {one.pk for one in page if not one.is_withdrawn and may(request.user, to_write(one), case)}
    context = {
        "case": case,
        "page": page,
        "removable": removable if may(request.user, Can.WRITE_DOCUMENTS, case) else set(),
        "can_add": case.is_open and may(request.user, Can.WRITE_DOCUMENTS, case),
    }
    return render(request, "cases/documents.html", context)


@takes_files
@access(Case, Can.WRITE_DOCUMENTS, READ_WRITE)
def document_new(request: UserRequest, case: Case) -> HttpResponse:
    kinds = kinds_to_add(case=case, by=request.user)
    if not kinds:
        raise PermissionDenied
    form = DocumentForm(request.POST or None, request.FILES or None, kinds=kinds, today=today())
    if form.is_valid():
        with refusals_in(form):
            add_document(case=case, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, "Handlingen är sparad.")
            return redirect("documents", case.pk)
    return render(request, "cases/documents_new.html", {"case": case, "form": form})


@access(Document, to_see)
def document(request: UserRequest, document: Document, case_id: UUID) -> HttpResponseBase:
    """The file, to be kept: compared with its digest before the first byte leaves. The read is logged."""
    pieces = list(DocumentPiece.objects.visible_to(request.user).of(document).iterator(chunk_size=4))
    if document.is_withdrawn:
        raise Http404
    if not is_whole(document, pieces):
        raise DamagedDocument
    headers = {
        "Content-Disposition": f'attachment; filename="{document.file_name}"',
        "Content-Length": str(document.size),
        "Content-Security-Policy": AS_DATA,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(_plain(pieces), content_type=document.media_type, headers=headers)


def _plain(pieces: list[DocumentPiece]) -> Iterator[bytes]:
    """One piece open at a time."""
    for piece in pieces:
        yield piece.plain


@access(Document, to_write, READ_WRITE)
def document_withdraw(request: UserRequest, document: Document, case_id: UUID) -> HttpResponse:
    """Take it out of use after a question, with a reason."""
    if document.is_withdrawn:
        messages.error(request, "Handlingen är redan borttagen.")
        return redirect("documents", case_id)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        with refusals_in(form):
            because = form.cleaned_data["because"]
            withdraw_document(document=document, because=because, by=request.user, at=timezone.now())
            messages.success(request, "Handlingen är borttagen.")
            return redirect("documents", case_id)
    return form_page(
        request,
        document.case,
        form,
        heading="Ta bort handlingen?",
        submit="Ta bort handlingen",
        back=reverse("documents", args=[case_id]),
        danger=True,
        lead=f"{document.title}. Ingen kan öppna den sedan. Den står kvar i listan med ditt skäl.",
    )
