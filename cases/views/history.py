"""Vem ändrade vad, när och varför: the case's history, and one change of a sealed text."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from avhopp.access.decorators import access
from avhopp.access.policy import rights_on
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.reading import log_read
from avhopp.pages.paging import page_of
from cases.forms.history import HistoryForm
from cases.history.entries import entries
from cases.history.kinds import areas_of, kinds_for
from cases.history.reading import Heads, actors_of, find_row, material_for, row_before
from cases.history.texts import texts_of
from cases.models import Case
from cases.visibility import looking_at

PER_PAGE = 50


@access(Case, Can.SEE_CASE)
def case_history(request: UserRequest, case: Case) -> HttpResponse:
    """Every change of the case and of what hangs on it, as far as the reader's rights reach."""
    user = request.user
    held = {case.pk: [(grant.kind, grant.works) for grant in case.grants_to(user)]}
    rights = rights_on(user, case)
    kinds = kinds_for(rights)
    with looking_at(user, [case.pk], held=held, whole_request=True):
        people = actors_of(case, user, kinds)
        form = HistoryForm(request.GET, areas=areas_of(kinds), people=people)
        heads = Heads(case, user, kinds, form.wanted)
        page = page_of(heads, request, PER_PAGE)  # type: ignore[arg-type]
        near = (heads.newer, heads.older)
        material = material_for(case, user, rights, page.rows, near)
        shown = entries(page.rows, near, material, kinds, rights)
        url = reverse("case_history", args=[case.pk])
        context = {"case": case, "form": form, "page": page, "entries": shown, "url": url}
        return render(request, "cases/history.html", context)


@access(Case, Can.SEE_CASE)
def history_text(request: UserRequest, case: Case, change_id: str) -> HttpResponse:
    """The sealed texts of one change, word by word: a reading of their own kind of information."""
    user, rights = request.user, rights_on(request.user, case)
    found = find_row(case, user, rights, change_id)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    kind, row = found
    texts = texts_of(kind, row_before(kind, case, user, row), row, rights)
    if not kind.opens or not texts:
        raise Http404
    log_read(user, kind.see, row if hasattr(row, "case_id") else case)
    return render(
        request, "cases/history_text.html", {"case": case, "kind": kind, "row": row, "texts": texts}
    )
