"""Everything between the case and the police, on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from avhopp.access.decorators import access
from avhopp.access.roles import Can
from cases.models import Case
from collaboration.panels import load_assessment, load_checks, load_sharing
from collaboration.views.case import page


@access(Case, Can.SEE_ASSESSMENT)
def collaboration(request: HttpRequest, case: Case) -> HttpResponse:
    today = timezone.localdate()
    parts = {
        **load_assessment(case, request.user, today),
        **load_checks(case, request.user, today),
        **load_sharing(case, request.user, today),
    }
    return render(request, "collaboration/overview.html", page(case, "collaboration", **parts))
