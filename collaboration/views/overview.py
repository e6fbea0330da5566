"""Everything between the case and the police, on one page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from avhopp.access.decorators import access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from cases.models import Case
from cases.together import together
from collaboration.panels import PANELS
from collaboration.views.case import page


@access(Case, Can.SEE_ASSESSMENT)
def collaboration(request: UserRequest, case: Case) -> HttpResponse:
    today = timezone.localdate()
    found = together(case, {panel.key: panel.rows(case, request.user) for panel in PANELS})
    parts: dict[str, Any] = {}
    for panel in PANELS:
        parts |= panel.load(case, request.user, today, found[panel.key])
    return render(request, "collaboration/overview.html", page(case, "collaboration", **parts))
