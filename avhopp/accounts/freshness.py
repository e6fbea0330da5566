"""Prove again that it is you, before what must not happen from an unlocked computer.

`@access(..., fresh=True)` and `@access_page(..., fresh=True)` ask for it after the right was checked and
before anything is read or done. Whoever proved something within the last five minutes is not asked. A form
that was sent comes back with what was typed.
"""

import time
from urllib.parse import urlencode

from allauth.mfa.webauthn.forms import LoginWebAuthnForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access import throttle
from avhopp.access.declaration import READ
from avhopp.accounts import drafts
from avhopp.accounts.factors import check_code, has_passkey
from avhopp.accounts.models import User
from avhopp.accounts.proofs import DEMO, FACTOR, PASSWORD, is_fresh, is_of_the_demonstration, prove
from avhopp.accounts.sign_in_log import failed
from avhopp.kernel.refusal import Refused

PREFIX = "bekrafta"


class ConfirmForm(forms.Form):
    """The password, a code or a passkey; in the demonstration a press of the button does too."""

    secret = forms.CharField(
        label="Lösenord eller kod från appen",
        help_text="Skriv ditt lösenord, eller de sex siffrorna i din app.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )
    sent = forms.CharField(widget=forms.HiddenInput, initial="1")
    credential = forms.CharField(widget=forms.HiddenInput, required=False)  # what a passkey signed

    def __init__(self, request: HttpRequest, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix=PREFIX, initial={"sent": "1"})
        self.request, self.user = request, user
        self.has_passkey = has_passkey(user)
        if is_of_the_demonstration(user):
            del self.fields["secret"]
        elif self.data.get(self.add_prefix("credential")):
            self.fields["secret"].required = False

    def clean(self) -> None:
        super().clean()
        if self.errors:
            return
        credential = self.cleaned_data.get("credential", "")
        try:
            if credential:
                prove_with_passkey(self.request, self.user, credential)
            else:
                prove_again(self.request, self.user, self.cleaned_data.get("secret", ""))
        except Refused as refusal:
            if refusal.code in ("wrong_secret", "wrong_code", "wrong_passkey"):
                failed(self.request, self.user, "identiteten kunde inte bekräftas")
            self.add_error("secret" if "secret" in self.fields and not credential else None, refusal.text)


def prove_with_passkey(request: HttpRequest, user: User, credential: str) -> None:
    """Accept a passkey of the account as a fresh proof. What it signed was asked of this session, once.

    Raises:
        Refused: `wrong_passkey`.
    """
    wrong = Refused("wrong_passkey", "Passkeyn gick inte att använda. Försök igen, eller skriv lösenordet.")
    try:
        form = LoginWebAuthnForm(data={"credential": credential})
        right = form.is_valid()
    except (ValueError, KeyError, ValidationError):
        raise wrong from None
    factor = form.cleaned_data["credential"] if right else None
    if factor is None or factor.user_id != user.pk:
        raise wrong
    factor.record_usage()
    prove(request, user, FACTOR, id=factor.pk, type=factor.type)


def prove_again(request: HttpRequest, user: User, secret: str) -> None:
    """Accept the password or a code as a fresh proof.

    Raises:
        Refused: `wrong_secret`, or from the throttle.
    """
    if is_of_the_demonstration(user):
        return prove(request, user, DEMO)
    if "".join(secret.split()).isdecimal():
        check_code(request, user, secret)
        return None
    guess = throttle.count("password", throttle.name_of_account(user.username), request, time.time())
    if not user.check_password(secret):
        raise Refused("wrong_secret", "Lösenordet eller koden stämmer inte. Försök igen.", field="secret")
    throttle.give_back(guess)
    return prove(request, user, PASSWORD)


def confirm_first(request: HttpRequest) -> HttpResponseBase | None:
    """None when the sign-in is fresh; otherwise the page that asks, from which the request goes on."""
    if is_fresh(request):
        return None
    if request.method in READ:
        return redirect(f"{reverse('confirm_identity')}?{urlencode({'next': request.get_full_path()})}")
    user: User = request.user  # type: ignore[assignment]
    answered = f"{PREFIX}-sent" in request.POST
    form = ConfirmForm(request, user, request.POST if answered else None)
    if answered and form.is_valid():
        return None
    if way_by_provider(user):
        drafts.save(by=user, path=request.path, fields=_theirs(request.POST), at=timezone.now())
    context = {
        "form": form,
        "provider": way_by_provider(user),
        "provider_id": settings.OIDC_ID,
        "onward": request.path,
        "typed": [(name, value) for name, values in _theirs(request.POST).items() for value in values],
        "has_files": bool(request.FILES),
        "target": request.get_full_path(),
    }
    return render(request, "accounts/confirm_identity.html", context, status=403)


def way_by_provider(user: User) -> str:
    """The name of the municipality's provider, for whoever signs in there; it is asked to ask anew."""
    return settings.OIDC_NAME if settings.OIDC_ISSUER and user.provider_id else ""


def _theirs(posted: QueryDict) -> dict[str, list[str]]:
    """What belongs to the form that was sent, and not to this question."""
    own = ("csrfmiddlewaretoken",)
    return {
        name: values
        for name, values in posted.lists()
        if name not in own and not name.startswith(f"{PREFIX}-")
    }
