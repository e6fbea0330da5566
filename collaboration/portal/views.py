"""The portal's pages: what was released to the unit, and one package. Nothing is written."""

import re

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from collaboration.portal.access import PoliceRequest, log_listed, portal_package, portal_page
from collaboration.portal.blocks import blocks
from collaboration.portal.models import Package

PER_PAGE = 50
PAGE = re.compile(r"[1-9][0-9]{0,3}")
COLUMNS = ["Referens", "Person", "Slag", "Ändamål", "Utlämnat", "Kan läsas till och med"]


@portal_page()
def start(request: PoliceRequest) -> HttpResponse:
    """What is open for the unit, newest first, page by page and without any count."""
    number = request.GET.get("sida", "")
    page = int(number) if PAGE.fullmatch(number) else 1
    first = (page - 1) * PER_PAGE
    found = list(Package.objects.visible_to(request.user).newest_first()[first : first + PER_PAGE + 1])
    shown = found[:PER_PAGE]
    log_listed(shown)
    context = {
        "unit": request.user.police_unit_name,
        "packages": shown,
        "columns": COLUMNS,
        "previous": page - 1,
        "following": page + 1 if len(found) > PER_PAGE else 0,
    }
    return render(request, "portal/start.html", context)


@portal_package
def package(request: PoliceRequest, found: Package) -> HttpResponse:
    shown = blocks(found.verified_content(), timezone.localdate())
    return render(request, "portal/package.html", {"package": found, "blocks": shown})
