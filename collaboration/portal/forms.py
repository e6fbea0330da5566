"""The portal's forms: the code from the app, and getting started with a one-time code."""

from django import forms

from avhopp.access.sign_in import NewPasswordForm


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


class EnrolForm(NewPasswordForm, CodeForm):
    """The first code that the app shows, and a password of one's own."""

    field_order = ["code", "new_password", "again"]
