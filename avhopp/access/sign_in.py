"""What the two sign-ins share: the password's step, and the choice of a new one. The portal uses it too."""

import time
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from avhopp.access import throttle
from avhopp.kernel.refusal import Refused

WRONG = "Användarnamnet eller lösenordet stämmer inte. Kontrollera båda och försök igen."


class SignInForm(AuthenticationForm):
    """One sentence for every failure, which tells of no account. Guesses are counted first."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return self.cleaned_data
        assert self.request is not None  # the views give it
        try:
            guess = throttle.count("password", throttle.name_of_account(username), self.request, time.time())
        except Refused as refusal:
            raise ValidationError(refusal.text, code=refusal.code) from None
        self.user_cache = authenticate(self.request, username=username, password=password)
        if self.user_cache is None:
            raise self.get_invalid_login_error()
        throttle.give_back(guess)
        return self.cleaned_data


class NewPasswordForm(forms.Form):
    """A password, twice."""

    new_password = forms.CharField(
        label="Nytt lösenord",
        help_text="Minst 14 tecken. Fyra slumpvisa ord är bra.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=200,
    )
    again = forms.CharField(
        label="Samma lösenord igen",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=200,
    )

    def account(self) -> Any:
        """Whose password it is, which it must not resemble; None when that is not known."""
        return None

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first = said.get("new_password")
        if first and said.get("again") and first != said["again"]:
            self.add_error("again", "Lösenorden är inte lika.")
        elif first:
            try:
                validate_password(first, self.account())
            except ValidationError as error:
                self.add_error("new_password", error)
        return said
