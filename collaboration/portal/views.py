"""The portal's pages: sign in and out, what was released to the unit, and one package. Nothing is written."""

import re

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from avhopp.access.declaration import WRITE, public
from collaboration.portal.access import PoliceRequest, portal_package, portal_page
from collaboration.portal.blocks import blocks
from collaboration.portal.demo import demo_users
from collaboration.portal.forms import SignInForm
from collaboration.portal.models import Package

BACKEND = "collaboration.portal.backends.PoliceBackend"
PER_PAGE = 50
PAGE = re.compile(r"[1-9][0-9]{0,3}")
COLUMNS = ["Referens", "Person", "Slag", "Ändamål", "Utlämnat", "Kan läsas till och med"]


@public("GET", "HEAD", "POST")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    police = demo_users(timezone.localdate()) if settings.DEMO else []
    view = LoginView.as_view(
        template_name="portal/sign_in.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
        extra_context={"demo_users": police},
    )
    return view(request)


@public("POST")
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One step into the demonstration: only with AVHOPP_DEMO=1, and only for the demo municipality."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(demo_users(timezone.localdate()), username=request.POST.get("username", ""))
    login(request, user, backend=BACKEND)  # type: ignore[arg-type]  # the portal's own model of accounts
    return redirect("start")


@portal_page(WRITE)
def sign_out(request: PoliceRequest) -> HttpResponse:
    logout(request)
    response = redirect("sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@portal_page()
def start(request: PoliceRequest) -> HttpResponse:
    """What is open for the unit, newest first, page by page and without any count."""
    number = request.GET.get("sida", "")
    page = int(number) if PAGE.fullmatch(number) else 1
    first = (page - 1) * PER_PAGE
    found = list(Package.objects.visible_to(request.user).newest_first()[first : first + PER_PAGE + 1])
    shown = found[:PER_PAGE]
    for package in shown:
        package.log_read("list_release")
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
