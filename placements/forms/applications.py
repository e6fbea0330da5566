"""The shape of grant applications and of the programmes they are made in."""

from collections.abc import Sequence
from typing import Any

from django import forms

from avhopp.pages.forms import DateField, MoneyField, choice_field
from placements.actions.applications import GrantTerms
from placements.actions.programmes import ProgrammeFacts
from placements.criteria import LABELS
from placements.forms.agreements import PercentField
from placements.models import GrantProgramme

TWO_ROWS = {"rows": 2}


class DraftForm(forms.Form):
    programme = forms.ChoiceField(label="Program", required=False)
    period_from = DateField(label="Kostnader från", required=False)
    period_to = DateField(
        label="Kostnader till", required=False, help_text="Den första dagen som ansökan inte omfattar."
    )
    applied = MoneyField(
        label="Belopp att söka",
        required=False,
        help_text="Tomt: programmets andel av placeringarnas kostnad under tiden.",
    )

    def __init__(self, *args: Any, programmes: Sequence[GrantProgramme], **kwargs: Any) -> None:
        """`programmes`: those that can be chosen, the draft's own among them."""
        super().__init__(*args, **kwargs)
        self._programmes = {str(row.pk): row for row in programmes}
        choices = [(key, f"{row.name}, {row.giver}") for key, row in self._programmes.items()]
        choice_field(self, "programme").choices = [("", "Inget program"), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("period_from"), cleaned.get("period_to")
        if first and last and last <= first:
            self.add_error("period_to", "Sista dagen kan inte ligga före den första.")
        counted = cleaned.get("programme") and first and last
        if cleaned.get("applied") is None and not counted and not self.errors:
            self.add_error("applied", "Ange ett belopp, eller program och tid så att det kan räknas ut.")
        return cleaned

    def terms(self) -> GrantTerms:
        said = self.cleaned_data
        return GrantTerms(self._programmes.get(said["programme"]), said["period_from"], said["period_to"])


class DismissForm(forms.Form):
    on = DateField(label="Avskriven")
    reason = forms.CharField(
        label="Varför?", max_length=500, widget=forms.Textarea(attrs=TWO_ROWS),
        help_text="Skriv inget om personen.",
    )  # fmt: skip


class AccountForm(forms.Form):
    on = DateField(label="Slutredovisad")
    used = MoneyField(label="Förbrukat belopp", help_text="Det som inte är förbrukat ska betalas tillbaka.")


class RepayForm(forms.Form):
    on = DateField(label="Återbetalningsdag")
    repaid = MoneyField(label="Återbetalt sammanlagt")


class CompletionForm(forms.Form):
    asked = DateField(label="Begärd")
    due = DateField(label="Ska besvaras senast")
    what = forms.CharField(
        label="Vad begärs?", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Skriv inget om hälsa, hot eller anhöriga: ekonomen kan läsa det.",
    )  # fmt: skip


class CompletedForm(forms.Form):
    answered = DateField(label="Besvarad")


class ProgrammeForm(forms.Form):
    name = forms.CharField(label="Namn", max_length=120)
    giver = forms.CharField(label="Bidragsgivare", max_length=120)
    start = DateField(label="Gäller från")
    end = DateField(
        label="Gäller till", required=False, help_text="Den första dagen då reglerna inte gäller."
    )
    share = PercentField(label="Andel av kostnaden som kan sökas, procent")
    apply_by = DateField(label="Sista ansökningsdag", required=False)
    account_by = DateField(label="Slutredovisning senast", required=False)
    criteria = forms.MultipleChoiceField(
        label="Villkor", required=False, choices=list(LABELS.items()), widget=forms.CheckboxSelectMultiple,
        help_text="Ansökan kan skickas när alla är uppfyllda. De bockas av efter vad ärendet säger.",
    )  # fmt: skip
    rules = forms.CharField(
        label="Regler", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("start") and cleaned.get("end") and cleaned["end"] <= cleaned["start"]:
            self.add_error("end", "Programmet måste sluta efter att det börjar.")
        if cleaned.get("share") == 0:
            self.add_error("share", "Andelen måste vara större än noll.")
        return cleaned

    def facts(self) -> ProgrammeFacts:
        return ProgrammeFacts(**self.cleaned_data | {"criteria": tuple(self.cleaned_data["criteria"])})
