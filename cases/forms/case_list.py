"""The filter above the list of cases, and the search."""

from collections.abc import Iterable
from typing import Any

from django import forms

from avhopp.accounts.models import Unit
from avhopp.pages.forms import choice_field
from cases.states import CaseState

MINE, ALL = "mina", "alla"
OPEN = "oppna"
ANY = "samtliga"


class CaseFilterForm(forms.Form):
    urval = forms.ChoiceField(
        label="Visa", required=False, choices=[(MINE, "Ärenden jag handlägger"), (ALL, "Alla jag får se")]
    )
    lage = forms.ChoiceField(
        label="Läge",
        required=False,
        choices=[(OPEN, "Öppna ärenden"), *CaseState.choices, (ANY, "Alla lägen")],
    )
    enhet = forms.ChoiceField(label="Enhet", required=False)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "enhet").choices = [
            ("", "Alla enheter"),
            *((str(unit.pk), unit.name) for unit in units),
        ]

    def chosen(self, name: str) -> str:
        """The value to filter on; what the request does not say, or says wrongly, is the initial value."""
        self.is_valid()
        return self.cleaned_data.get(name) or self.initial.get(name, "")


class SearchForm(forms.Form):
    q = forms.CharField(
        label="Sök person eller ärende",
        max_length=100,
        help_text="Namn, hela personnumret eller ärendenumret.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Skriv ett namn, ett personnummer eller ett ärendenummer."},
    )
