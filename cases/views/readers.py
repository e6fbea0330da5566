"""Har läst ärendet: every reading of one case, itself a reading that is logged."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from avhopp.access.decorators import access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.pages.paging import page_of
from cases.forms.history import ReadersForm
from cases.models import Case
from cases.readers import Readings

COLUMNS = "När|Vem|Vad|Varför"


@access(Case, Can.SEE_READERS)
def case_readers(request: UserRequest, case: Case) -> HttpResponse:
    """Who, in which role, what and on which ground; of the police the unit."""
    form = ReadersForm(request.GET)
    since, before = form.period
    readings = Readings(case.pk, form.chosen("slag") or "", since, before)
    context = {
        "case": case,
        "form": form,
        "url": reverse("case_readers", args=[case.pk]),
        "columns": COLUMNS,
        "page": page_of(readings, request),
    }
    return render(request, "cases/readers.html", context)
