"""Sign-in, sign-out and the first page."""

import json
import time
from dataclasses import dataclass

from allauth.mfa.webauthn.forms import LoginWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication, extract_user_from_response
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView, OAuth2View
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from requests import RequestException

from avhopp.access.context import acting
from avhopp.access.declaration import READ_WRITE, WRITE, public
from avhopp.access.decorators import access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.access.sign_in import SignInForm
from avhopp.accounts.actions.codes import use_code
from avhopp.accounts.adapters import CheckedProvider
from avhopp.accounts.demo import CAST, demo_users
from avhopp.accounts.factors import check_code
from avhopp.accounts.forms import CodeForm, OneTimeCodeForm
from avhopp.accounts.middleware import before_second_factor
from avhopp.accounts.models import User
from avhopp.accounts.proofs import DEMO, FACTOR, PASSWORD
from avhopp.accounts.sign_in_log import failed, failed_as, signed_out
from avhopp.accounts.signing_in import begin, finish, pending, safe, working_account
from avhopp.kernel.refusal import Refused

#: Where each role begins: the first page in the list that the role may open.
START_PAGES = [
    (Can.SEE_DASHBOARD, "dashboard"),
    (Can.SEE_OWN_CASES, "my_cases"),
    (Can.SEE_REPORT, "reports"),
    (Can.MANAGE_ACCOUNTS, "accounts"),
    (Can.REVIEW_LOG, "log_reviews"),
]
NOTHING_YET = "Din roll har inga sidor här. Är det fel? Hör med systemförvaltaren."


@dataclass(frozen=True)
class DemoCard:
    """One of the cast, who can be signed in as with one press."""

    username: str
    name: str
    title: str
    does: str


def demo_cards() -> list[DemoCard]:
    """The cast's accounts of this part, in the order of the cast; empty outside the demonstration."""
    if not settings.DEMO:
        return []
    usernames = dict(demo_users().values_list("handle", "username"))
    return [DemoCard(usernames[a.handle], a.name, a.title, a.does) for a in CAST if a.handle in usernames]


@before_second_factor
@public(*READ_WRITE)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """User name and password; or a passkey, or the municipality's own sign-in."""
    onward = request.POST.get("next", request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(safe(request, onward))
    form = SignInForm(request, data=request.POST if request.method == "POST" else None)
    if form.is_valid():
        return begin(request, form.get_user(), onward, PASSWORD)
    if form.has_error(NON_FIELD_ERRORS, "invalid_login"):
        failed_as(request, form.cleaned_data["username"], "fel lösenord")
    context = {
        "form": form,
        "next": onward,
        "demo_cards": demo_cards(),
        "provider": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "provider_id": settings.OIDC_ID,
    }
    return render(request, "accounts/sign_in.html", context)


@before_second_factor
@public(*READ_WRITE)
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """The code from the app or a recovery code; the passkey goes to `passkey_sign_in`."""
    waiting = pending(request)
    if waiting is None:
        return redirect("sign_in")
    user, onward = waiting
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with acting(user):
                check_code(request, user, form.cleaned_data["code"])
            return finish(request, user, onward)
        except Refused as refusal:
            if refusal.code == "wrong_code":
                failed(request, user, "fel kod")
            form.add_error("code", refusal.text)
    return render(request, "accounts/second_factor.html", {"form": form, "next": onward})


@before_second_factor
@public(*READ_WRITE)
def passkey_sign_in(request: HttpRequest) -> HttpResponseBase:
    """GET: what the browser is to sign. POST: signed. A passkey with PIN or finger is two factors in one.

    No guesses are counted: there is nothing to guess, and a locked-out owner comes in this way.
    """
    if request.method != "POST":
        return JsonResponse({"options": begin_authentication(None)})
    waiting = pending(request)
    onward = request.POST.get("next", "") or (waiting[1] if waiting else "")
    user = _claimed(request.POST.get("credential", ""))
    if user is not None:
        with acting(user):
            form = LoginWebAuthnForm(data={"credential": request.POST["credential"]})
            if form.is_valid():
                factor = form.cleaned_data["credential"]
                factor.record_usage()
                return begin(request, user, onward, FACTOR)
        failed(request, user, "fel passkey")
    messages.error(
        request, "Det gick inte att logga in med passkeyn. Försök igen, eller välj ett annat sätt."
    )
    return redirect("sign_in")


def _claimed(credential: str) -> User | None:
    """Whose passkey it says it is: nothing is believed before its signature is checked."""
    try:
        said = json.loads(credential)
        return working_account(pk=extract_user_from_response(said).pk) if isinstance(said, dict) else None
    except (ValueError, ValidationError, AttributeError):
        return None


@before_second_factor
@public(*READ_WRITE)
def one_time_code(request: HttpRequest) -> HttpResponseBase:
    """The bearer of a code from the system manager chooses a password, and goes on to the second factor."""
    form = OneTimeCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            user = use_code(request, said["username"], said["code"], said["new_password"], time.time())
            return begin(request, user, "", PASSWORD)
        except Refused as refusal:
            if refusal.code == "wrong_code":
                failed_as(request, said["username"], "fel engångskod")
            form.add_error(refusal.field, refusal.text)
    return render(request, "accounts/one_time_code.html", {"form": form})


@before_second_factor
@public("GET", "HEAD")
def provider_sign_in(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """To the municipality's identity provider."""
    return _through(OAuth2LoginView, request, provider_id)


@before_second_factor
@public("GET", "HEAD")
def provider_answer(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Back from the provider; avhopp.accounts.adapters finds the account."""
    return _through(OAuth2CallbackView, request, provider_id)


def _through(view: type[OAuth2View], request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        return view.adapter_view(CheckedProvider(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (RequestException, OAuth2Error):
        messages.error(request, "Kommunens inloggning svarar inte. Försök igen om en stund.")
        return redirect("sign_in")


@before_second_factor
@public("POST")
def demo_sign_in(request: HttpRequest) -> HttpResponseBase:
    """One step into the demonstration: only with AVHOPP_DEMO=1, and only into the demo municipality."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(demo_users(), username=request.POST.get("username", ""))
    return begin(request, user, request.POST.get("next", ""), DEMO)


@before_second_factor
@access_page(None, WRITE)
def sign_out(request: UserRequest) -> HttpResponse:
    signed_out(request, request.user)
    logout(request)
    response = redirect("sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@access_page(None)
def start(request: UserRequest) -> HttpResponse:
    """To the page where the role's work begins; roles without one are told what they have."""
    for can, name in START_PAGES:
        if may_in_general(request.user, can):
            return redirect(name)
    return render(request, "accounts/start.html", {"has": NOTHING_YET})
