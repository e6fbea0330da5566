"""The forms of sign-in and accounts."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from avhopp.access.roles import MACHINE_ROLES, POLICE_ROLES, Role
from avhopp.access.sign_in import NewPasswordForm
from avhopp.accounts.models import PoliceUnit, Unit, User
from avhopp.accounts.sign_in_log import KINDS
from avhopp.pages.forms import DateField, choice_field


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Kod",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, recovery: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = "De sex siffror som din app visar just nu"
        self.fields["code"].help_text = f"{hint}, eller en av dina reservkoder." if recovery else f"{hint}."


class PasskeyForm(forms.Form):
    name = forms.CharField(
        label="Namn på passkeyn", help_text="Till exempel ”Jobbdatorn”. Bara du ser det.", max_length=60
    )


class OneTimeCodeForm(NewPasswordForm):
    username = forms.CharField(
        label="Användarnamn", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    code = forms.CharField(label="Engångskod", help_text="Den som du fick av din kommun.", max_length=60)
    field_order = ["username", "code", "new_password", "again"]

    def account(self) -> User:
        return User(username=self.cleaned_data.get("username", ""))


class AccountForm(forms.Form):
    """What the system manager says of an account."""

    username = forms.SlugField(
        label="Kortnamn",
        help_text="Små bokstäver, till exempel ”asta”. Blir början på användarnamnet.",
        max_length=40,
    )
    name = forms.CharField(label="Namn", max_length=100)
    title = forms.CharField(label="Befattning", max_length=100, required=False)
    phone = forms.CharField(label="Telefon i tjänsten", max_length=30, required=False)
    email = forms.EmailField(label="E-post i tjänsten", required=False)
    role = forms.ChoiceField(label="Roll")
    unit = forms.ModelChoiceField(Unit.objects.none(), label="Enhet", required=False)
    police_unit = forms.ModelChoiceField(PoliceUnit.objects.none(), label="Polisenhet", required=False)
    valid_from = DateField(label="Gäller från", required=False)
    valid_to = DateField(
        label="Gäller till och med", required=False, help_text="Sista dagen kontot går att använda."
    )
    provider_id = forms.CharField(
        label="Id hos kommunens inloggning",
        help_text="Behövs bara för den som loggar in genom kommunen.",
        max_length=200,
        required=False,
    )

    why = forms.CharField(
        label="Varför behövs det?",
        help_text="Den som godkänner läser det. Behövs inte när du bara ändrar kontaktuppgifter eller låter "
        "kontot sluta tidigare.",
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, municipality: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, unit, police_unit = (self.fields[name] for name in ("role", "unit", "police_unit"))
        assert isinstance(role, forms.ChoiceField)
        assert isinstance(unit, forms.ModelChoiceField)
        assert isinstance(police_unit, forms.ModelChoiceField)
        role.choices = [(role.value, role.label) for role in Role if role.value not in MACHINE_ROLES]
        unit.queryset = Unit.objects.filter(municipality=municipality)
        police_unit.queryset = PoliceUnit.objects.filter(municipality=municipality)

    def always_asked_for(self) -> None:
        """A new account always needs another person."""
        self.fields["why"].required = True
        self.fields["why"].help_text = "Den som godkänner läser det. Till exempel ”börjar den 1 mars”."

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        is_police = said.get("role") in POLICE_ROLES
        if is_police and not said.get("police_unit"):
            self.add_error("police_unit", "Välj polisenhet för den som arbetar hos polisen.")
        if is_police and said.get("unit"):
            self.add_error("unit", "Den som arbetar hos polisen hör inte till en enhet här.")
        if not is_police and said.get("police_unit"):
            self.add_error("police_unit", "Bara den som arbetar hos polisen hör till en polisenhet.")
        begins, ends = said.get("valid_from"), said.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", "Sista dagen kan inte vara före första dagen.")
        return said


class AskForm(forms.Form):
    """Why another person should approve."""

    why = forms.CharField(
        label="Varför behövs det?",
        help_text="Den som godkänner läser det. Till exempel ”börjar på enheten den 1 mars”.",
        max_length=200,
    )


class RefuseForm(forms.Form):
    answer = forms.CharField(label="Varför avslås begäran?", max_length=200)


class SignInsForm(forms.Form):
    """Which of the sign-ins to show. Days are included."""

    konto = forms.ChoiceField(label="Konto", required=False)
    vad = forms.ChoiceField(label="Visa", required=False, choices=[("", "Allt"), *KINDS.items()])
    fran = DateField(label="Från", required=False)
    till = DateField(label="Till och med", required=False)

    def __init__(self, *args: Any, people: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybody = [("", "Alla"), *((str(key), name) for key, name in people)]
        choice_field(self, "konto").choices = everybody

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("fran"), said.get("till")
        if first and last and first > last:
            self.add_error("till", "Välj en dag som inte är före Från.")
        return said

    @property
    def is_used(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())

    @property
    def wanted(self) -> dict[str, Any]:
        """For a filter of events."""
        said = self.cleaned_data
        chosen = {
            "actor_id": said["konto"], "kind": said["vad"], "occurred_on__gte": said["fran"],
            "occurred_on__lte": said["till"],
        }  # fmt: skip
        return {name: value for name, value in chosen.items() if value}


class EndForm(forms.Form):
    reason = forms.CharField(
        label="Varför avslutas kontot?", help_text="Till exempel ”slutat sin anställning”.", max_length=200
    )
