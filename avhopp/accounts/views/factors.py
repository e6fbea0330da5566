"""The pages that set up and show one's own second factors."""

import json
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal.auth import WebAuthn, begin_registration
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from avhopp.access.declaration import READ_WRITE, WRITE
from avhopp.access.decorators import access_page
from avhopp.access.requests import UserRequest
from avhopp.accounts import factors
from avhopp.accounts.actions.codes import note
from avhopp.accounts.forms import CodeForm, PasskeyForm
from avhopp.accounts.middleware import before_second_factor
from avhopp.accounts.proofs import FACTOR, has_second_factor, prove
from avhopp.kernel import one_time
from avhopp.kernel.refusal import Refused
from avhopp.pages.qr import qr_image

SECRET = "new_app_secret"


@before_second_factor
@access_page(None)
def set_up_factors(request: UserRequest) -> HttpResponseBase:
    """The choice that everybody makes at the first sign-in: a passkey or an app."""
    if has_second_factor(request):
        return redirect("account")
    return render(request, "accounts/set_up.html", {"has_factor": factors.has_factor(request.user)})


@before_second_factor
@access_page(None, READ_WRITE, fresh=True)
def add_app(request: UserRequest) -> HttpResponseBase:
    """A QR code for the app, and the code that it shows."""
    if not _may_add(request):
        return redirect("sign_in")
    form = CodeForm(request.POST if request.POST.get("code") else None, recovery=False)
    secret = request.session.setdefault(SECRET, one_time.new_secret())
    if form.is_valid():
        try:
            factor = factors.add_app(request.user, secret, form.cleaned_data["code"], time.time())
            del request.session[SECRET]
            return _added(request, factor)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.text)
    address = one_time.address(secret, account=request.user.username, issuer="Avhopp")
    context = {"form": form, "secret": secret, "drawn": qr_image(address)}
    return render(request, "accounts/add_app.html", context)


@before_second_factor
@access_page(None, READ_WRITE, fresh=True)
def add_passkey(request: UserRequest) -> HttpResponseBase:
    """The browser makes a passkey with PIN, finger or face; we keep its public half."""
    if not _may_add(request):
        return redirect("sign_in")
    credential = request.POST.get("credential", "")
    form = PasskeyForm(request.POST if credential else None)
    if form.is_valid():
        made = AddWebAuthnForm(_registration(form.cleaned_data["name"], credential), user=request.user)
        if made.is_valid():
            key = WebAuthn.add(request.user, form.cleaned_data["name"], made.cleaned_data["credential"])
            return _added(request, key.instance)
        form.add_error(None, "Passkeyn gick inte att spara. Försök igen.")
    options = json.dumps(begin_registration(request.user, passwordless=True))
    return render(request, "accounts/add_passkey.html", {"form": form, "options": options})


@access_page(None, READ_WRITE, fresh=True)
def recovery_codes(request: UserRequest) -> HttpResponse:
    """The codes for the day the phone is gone; a POST makes new ones."""
    if request.POST.get("nya"):
        factors.renew_recovery_codes(request.user)
        note(request.user, by=request.user, kind="recovery_codes_renewed", text="Nya reservkoder togs fram.")
        return redirect("recovery_codes")
    return render(request, "accounts/recovery_codes.html", {"codes": factors.recovery_codes(request.user)})


@access_page(None, WRITE, fresh=True)
def remove_factor(request: UserRequest, mark: str) -> HttpResponse:
    factor = factors.marked(request.user, mark)
    if factor is None:
        raise Http404
    try:
        factors.remove(request.user, factor)
        note(request.user, by=request.user, kind="factor_removed", text="Ett andra steg togs bort.")
        messages.success(request, "Borttaget. Det går inte längre att logga in med det.")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("account")


def _may_add(request: UserRequest) -> bool:
    """Whoever has a factor shows it before adding one; otherwise a stolen password would be enough."""
    return has_second_factor(request) or not factors.has_factor(request.user)


def _added(request: UserRequest, factor: Authenticator) -> HttpResponse:
    prove(request, request.user, FACTOR, id=factor.pk, type=factor.type)
    note(request.user, by=request.user, kind="factor_added", text="Ett andra steg lades till.")
    messages.success(request, "Klart. Spara nu dina reservkoder.")
    return redirect("recovery_codes")


def _registration(name: str, credential: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"name": name, "credential": credential, "passwordless": "on"})
    return data
