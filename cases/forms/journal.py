"""A journal entry: facts apart from the assessment, and the person's own view (SOSFS 2014:5)."""

from datetime import date
from typing import Any

from django import forms

from avhopp.pages.forms import DateField, TimeField
from cases.actions.journal import Note
from cases.forms.fields import text_area
from cases.models import JournalEntry

NOTE_FIELDS = ("kind", "occurred_on", "occurred_at", "informant", "facts", "own_view", "assessment")


class JournalForm(forms.Form):
    kind = forms.ChoiceField(label="Slag", choices=[("", "Välj"), *JournalEntry.Kind.choices])
    occurred_at = TimeField(label="Klockslag", required=False)
    informant = forms.CharField(
        label="Vem lämnade uppgiften och hur?",
        max_length=200,
        required=False,
        help_text="Till exempel: personen själv, telefon.",
    )
    facts = forms.CharField(label="Vad har hänt?", widget=text_area(8), help_text="Bara det som är fakta.")
    own_view = forms.CharField(label="Personens egen uppfattning", required=False, widget=text_area(4))
    assessment = forms.CharField(
        label="Bedömning",
        required=False,
        widget=text_area(5),
        help_text="Din bedömning, skild från det som hänt.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"occurred_on": today} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["occurred_on"] = DateField(label="Händelsedag", latest=today)
        self.order_fields(NOTE_FIELDS)

    @property
    def note(self) -> Note:
        return Note(**{name: self.cleaned_data[name] for name in NOTE_FIELDS})


class CorrectionForm(JournalForm):
    """The whole entry anew, and why."""

    reason = forms.CharField(label="Varför rättas anteckningen?", max_length=300, widget=text_area(3))


def note_of(entry: JournalEntry) -> dict[str, Any]:
    """The entry as the form's initial values."""
    return {name: getattr(entry, name) for name in NOTE_FIELDS}
