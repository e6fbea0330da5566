"""Sign-in to the portal: password and the app's code; getting started with a one-time code; sign-out."""

import time

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from avhopp.access import session_times
from avhopp.access.declaration import READ_WRITE, WRITE, public
from avhopp.access.sign_in import SignInForm
from avhopp.kernel import one_time
from avhopp.kernel.refusal import Refused
from avhopp.pages.qr import qr_image
from collaboration.portal import factors
from collaboration.portal.access import PoliceRequest, portal_page
from collaboration.portal.backends import find_account
from collaboration.portal.demo import demo_users
from collaboration.portal.forms import CodeForm, EnrolForm, OneTimeCodeForm
from collaboration.portal.models import PoliceUser

BACKEND = "collaboration.portal.backends.PoliceBackend"
PENDING, ENROLMENT = "pending_sign_in", "enrolment"
PENDING_SECONDS = 10 * 60


@public(*READ_WRITE)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The first step: user name and password."""
    onward = request.POST.get("next", request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(_safe(request, onward))
    form = SignInForm(request, data=request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _to_second_step(request, form.get_user(), onward)  # type: ignore[arg-type]
    police = demo_users(timezone.localdate()) if settings.DEMO else []
    return render(request, "portal/sign_in.html", {"form": form, "next": onward, "demo_users": police})


@public(*READ_WRITE)
def second_factor(request: HttpRequest) -> HttpResponseBase:
    waiting = _remembered(request, PENDING)
    if waiting is None:
        return redirect("sign_in")
    user, said = waiting
    if not factors.has_app(user):
        return render(request, "portal/no_app.html")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            factors.check_code(request, user, form.cleaned_data["code"])
            return _finish(request, user, said["onward"])
        except Refused as refusal:
            form.add_error("code", refusal.text)
    return render(request, "portal/second_factor.html", {"form": form})


@public(*READ_WRITE)
def one_time_code(request: HttpRequest) -> HttpResponseBase:
    """The first step of getting started: the code that the municipality gave."""
    form = OneTimeCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        user = find_account(said["username"], timezone.localdate())
        try:
            factors.check_one_time(request, user, said["username"], said["code"])
            assert user is not None  # otherwise it was refused
            _remember(
                request, ENROLMENT, user, code=factors.digest(said["code"]), secret=one_time.new_secret()
            )
            return redirect("enrol")
        except Refused as refusal:
            form.add_error(None, refusal.text)
    return render(request, "portal/one_time_code.html", {"form": form})


@public(*READ_WRITE)
def enrol(request: HttpRequest) -> HttpResponseBase:
    """The second step: an app and a password. Nothing is written before both are right."""
    begun = _remembered(request, ENROLMENT)
    if begun is None:
        return redirect("one_time_code")
    user, said = begun
    form = EnrolForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            chosen = form.cleaned_data
            factors.enrol(user, said["code"], chosen["new_password"], said["secret"], chosen["code"])
            return _finish(request, get_object_or_404(PoliceUser, pk=user.pk), "")
        except Refused as refusal:
            form.add_error(refusal.field, refusal.text)
    address = one_time.address(said["secret"], account=user.username, issuer="Polisportalen")
    context = {"form": form, "secret": said["secret"], "drawn": qr_image(address)}
    return render(request, "portal/enrol.html", context)


@public("POST")
def demo_sign_in(request: HttpRequest) -> HttpResponseBase:
    """One step into the demonstration: only with AVHOPP_DEMO=1, and only for the demo municipality."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(demo_users(timezone.localdate()), username=request.POST.get("username", ""))
    return _finish(request, user, "")


@portal_page(WRITE)
def sign_out(request: PoliceRequest) -> HttpResponse:
    logout(request)
    response = redirect("sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _to_second_step(request: HttpRequest, user: PoliceUser, onward: str) -> HttpResponseBase:
    _remember(request, PENDING, user, onward=onward)
    return redirect("second_factor")


def _remember(request: HttpRequest, step: str, user: PoliceUser, **said: str) -> None:
    """Whose next step this browser awaits, in a session with a new id."""
    if SESSION_KEY in request.session:
        request.session.flush()
    request.session.cycle_key()
    request.session[step] = {"user": str(user.pk), "at": time.time(), **said}


def _remembered(request: HttpRequest, step: str) -> tuple[PoliceUser, dict[str, str]] | None:
    said = request.session.get(step)
    if not said or time.time() - said["at"] > PENDING_SECONDS:
        return None
    user = PoliceUser.objects.working_on(timezone.localdate()).filter(pk=said["user"]).first()
    return (user, said) if user else None


def _finish(request: HttpRequest, user: PoliceUser, onward: str) -> HttpResponseBase:
    """Sign in, with a session id that is new and nothing left of the steps before."""
    login(request, user, backend=BACKEND)  # type: ignore[arg-type]  # the portal's own model of accounts
    for step in (PENDING, ENROLMENT):
        request.session.pop(step, None)
    session_times.begin(request.session, time.time())
    return redirect(_safe(request, onward))


def _safe(request: HttpRequest, onward: str) -> str:
    ours = url_has_allowed_host_and_scheme(
        onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return onward if ours else resolve_url("start")
