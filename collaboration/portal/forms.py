"""The portal's forms: sign-in, the code from the app, and getting started with a one-time code."""

import time
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from avhopp.access import throttle
from avhopp.kernel.refusal import Refused

REFUSED = "Användarnamnet eller lösenordet stämmer inte. Kontrollera båda och försök igen."


class SignInForm(AuthenticationForm):
    """One sentence for every failure: it does not tell whether the account exists, or has ended."""

    error_messages = {"invalid_login": REFUSED, "inactive": REFUSED}

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


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Kod",
        help_text="De sex siffror som din app visar just nu.",
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class OneTimeCodeForm(forms.Form):
    username = forms.CharField(
        label="Användarnamn", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    code = forms.CharField(label="Engångskod", help_text="Den som kommunen gav dig.", max_length=60)


class EnrolForm(CodeForm):
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

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first = said.get("new_password")
        if first and said.get("again") and first != said["again"]:
            self.add_error("again", "Lösenorden är inte lika.")
        elif first:
            try:
                validate_password(first)
            except ValidationError as error:
                self.add_error("new_password", error)
        return said
