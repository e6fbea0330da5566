"""The investigation's text, its extension, and the test of the definition."""

from typing import Any

from django import forms

from avhopp.accounts.models import User
from cases.actions.investigation import LONGEST_EXTENSION, PARTS, PARTS_APART, Definition
from cases.forms.fields import text_area
from cases.models import Case, Investigation

YES_NO = [("ja", "Ja"), ("nej", "Nej"), ("vet_inte", "Inte bedömt")]
ANSWERS = {"ja": True, "nej": False, "vet_inte": None}


class InvestigationForm(forms.Form):
    situation = forms.CharField(label="Aktuell situation", required=False, widget=text_area(8))
    motivation = forms.CharField(label="Motivation att lämna", required=False, widget=text_area(6))
    needs = forms.CharField(label="Behov av stöd och skydd", required=False, widget=text_area(8))
    health = forms.CharField(
        label="Hälsa och beroende",
        required=False,
        widget=text_area(5),
        help_text="Läses av handläggaren och förste socialsekreterare, av ingen annan.",
    )
    children_view = forms.CharField(
        label="Barnens situation",
        required=False,
        widget=text_area(5),
        help_text="Hur påverkas barnen? Uppgifter om ett barns egna behov hör hemma i barnets akt.",
    )
    own_view = forms.CharField(label="Personens egen uppfattning", required=False, widget=text_area(5))
    conclusion = forms.CharField(label="Bedömning", required=False, widget=text_area(8))


def parts_of(investigation: Investigation, user: User) -> dict[str, str]:
    """The texts that `user` may read, by the form's names."""
    texts = {name: getattr(investigation, name) for name in PARTS}
    for name, model in PARTS_APART.items():
        part = model.objects.visible_to(user).filter(investigation=investigation).first()
        texts[name] = part.text if part else ""
    return texts


class ExtensionForm(forms.Form):
    months = forms.TypedChoiceField(
        label="Hur mycket längre tid?",
        coerce=int,
        widget=forms.RadioSelect,
        choices=[(n, f"{n} månad" if n == 1 else f"{n} månader") for n in range(1, LONGEST_EXTENSION + 1)],
    )
    reason = forms.CharField(label="Skäl", widget=text_area(4))


def _criterion(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=YES_NO, widget=forms.RadioSelect)


class DefinitionForm(forms.Form):
    """The three criteria of the national definition, and the result (R-50)."""

    chose_to_leave = _criterion("Har personen valt att lämna?")
    organised_crime = _criterion("Är det organiserad brottslighet som personen lämnar?")
    needs_support = _criterion("Behöver personen samhällets stöd och skydd för att lyckas?")
    definition = forms.ChoiceField(
        label="Resultat",
        choices=Case.Definition.choices[1:],
        widget=forms.RadioSelect,
        help_text="Preliminärt om något kriterium inte är bedömt än. "
        "Den som inte uppfyller definitionen kan ändå ha rätt till insatser.",
    )

    @property
    def definition_given(self) -> Definition:
        data: dict[str, Any] = self.cleaned_data
        return Definition(
            ANSWERS[data["chose_to_leave"]],
            ANSWERS[data["organised_crime"]],
            ANSWERS[data["needs_support"]],
            data["definition"],
        )


def definition_of(case: Case) -> dict[str, str]:
    """The case's answers as the form's initial values."""
    words = {answer: word for word, answer in ANSWERS.items()}
    return {
        "chose_to_leave": words[case.chose_to_leave],
        "organised_crime": words[case.organised_crime],
        "needs_support": words[case.needs_support],
        "definition": "" if case.definition == Case.Definition.UNKNOWN else case.definition,
    }
