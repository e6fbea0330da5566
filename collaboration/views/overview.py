"""Everything between the case and the police, on one page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from avhopp.access.decorators import access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from cases.models import Case
from cases.panels import rendered
from cases.together import together
from collaboration.panels import PANELS
from collaboration.views.case import page


@access(Case, Can.SEE_ASSESSMENT)
def collaboration(request: UserRequest, case: Case) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    panels = [panel for panel in PANELS if may(user, panel.can, case)]
    found = together(case, {panel.key: panel.rows(case, user) for panel in panels})
    shown = []
    for panel in panels:
        given = panel.load(case, user, today, found[panel.key])
        shown.append((panel, rendered(panel.template, given, request, case=case, today=today)))
    return render(request, "collaboration/overview.html", page(case, "collaboration", panels=shown))
