"""Forms about the protected contact."""

from django import forms

from cases.actions.protected import SHORTEST_REASON, Contact
from cases.forms.fields import text_area
from cases.models import ProtectedContact

APPROVE, REFUSE = "godkann", "neka"


class ReasonForm(forms.Form):
    """Why the contact is needed now: kept with the reading."""

    reason = forms.CharField(
        label="Varför behöver du uppgifterna?",
        min_length=SHORTEST_REASON,
        max_length=300,
        widget=text_area(2),
        help_text=f"Minst {SHORTEST_REASON} tecken. Skälet sparas med läsningen. Skriv ingen ort.",
    )


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label="Ditt svar",
        choices=[
            (APPROVE, "Godkänn: en läsning inom 30 minuter"),
            (REFUSE, "Neka"),
        ],
        widget=forms.RadioSelect,
    )

    @property
    def approve(self) -> bool:
        return self.cleaned_data["answer"] == APPROVE


class ContactForm(forms.Form):
    """All that is kept; what is left empty is taken away."""

    address = forms.CharField(
        label="Adress", required=False, max_length=500, widget=text_area(3), help_text="Där personen bor nu."
    )
    whereabouts = forms.CharField(
        label="Var personen vistas",
        required=False,
        max_length=500,
        widget=text_area(3),
        help_text="Om det är på annat håll än adressen, eller växlar.",
    )
    channel = forms.CharField(
        label="Säker kontaktväg",
        required=False,
        max_length=500,
        widget=text_area(3),
        help_text="Nummer eller väg som personen själv har godkänt, och tider som passar.",
    )

    @property
    def contact(self) -> Contact:
        return Contact(**self.cleaned_data)

    @staticmethod
    def initial_of(found: ProtectedContact | None) -> dict[str, str]:
        if found is None:
            return {}
        return {"address": found.address, "whereabouts": found.whereabouts, "channel": found.channel}
