"""The shape of inquiries, offers and choices."""

from collections.abc import Sequence
from typing import Any

from django import forms

from avhopp.pages.forms import DateField, MoneyField, choice_field
from cases.states import MeasureKind
from placements.models import Provider
from placements.procurement.actions.asking import Answer, Wish
from placements.procurement.models import AgeSpan, CountyWish, Need, Offer

NAMES_NOBODY = (
    "Det här skickas till utförarna. Skriv inget namn, nummer, ort eller annat som pekar ut personen. "
    "Skriv ”personen”."
)


class InquiryForm(forms.Form):
    kind = forms.ChoiceField(label="Insats", choices=MeasureKind.choices, widget=forms.RadioSelect)
    age_span = forms.ChoiceField(label="Ålder", choices=AgeSpan.choices, widget=forms.RadioSelect)
    needs = forms.MultipleChoiceField(
        label="Behov", choices=Need.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    start_from = DateField(label="Tidigaste ankomst")
    start_to = DateField(label="Senaste ankomst")
    months = forms.IntegerField(label="Ungefärlig längd i månader", min_value=1, max_value=60, initial=18)
    county = forms.ChoiceField(label="Län", choices=CountyWish.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="Övrigt",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=NAMES_NOBODY,
    )

    def wish(self) -> Wish:
        return Wish(**self.cleaned_data | {"needs": tuple(self.cleaned_data["needs"])})


class AskForm(forms.Form):
    providers = forms.MultipleChoiceField(label="Utförare", widget=forms.CheckboxSelectMultiple)
    how = forms.ChoiceField(label="Hur frågade du?", choices=Offer.How.choices, widget=forms.RadioSelect)
    on = DateField(label="Vilken dag?")

    def __init__(self, *args: Any, providers: Sequence[Provider], **kwargs: Any) -> None:
        """`providers` give the kind of care, take new and have not been asked."""
        super().__init__(*args, **kwargs)
        self._providers = {str(row.pk): row for row in providers}
        choice_field(self, "providers").choices = [(key, row.name) for key, row in self._providers.items()]

    def chosen(self) -> list[Provider]:
        return [self._providers[key] for key in self.cleaned_data["providers"]]


class OfferForm(forms.Form):
    on = DateField(label="Svaret kom")
    answer = forms.ChoiceField(
        label="Svar",
        choices=[("erbjuden", "Erbjöd en plats"), ("nej", "Tackade nej")],
        widget=forms.RadioSelect,
    )
    rate = MoneyField(label="Dygnspris", unit="kr per dygn", required=False)
    start = DateField(label="Kan ta emot från", required=False)
    fits = forms.TypedChoiceField(
        label="Passar målgruppen?",
        required=False,
        widget=forms.RadioSelect,
        choices=[("ja", "Ja"), ("nej", "Nej"), ("", "Vet inte")],
        coerce=lambda value: value == "ja",
        empty_value=None,
    )
    distance = forms.ChoiceField(
        label="Var ligger platsen?", required=False, choices=Offer.Distance.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="Anteckning", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def given(self) -> Answer:
        said = dict(self.cleaned_data)
        return Answer(declined=said.pop("answer") == "nej", **said)


class ChooseForm(forms.Form):
    offer = forms.ChoiceField(label="Plats", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Varför den platsen?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Till exempel målgrupp, pris, när platsen finns. Skriv inget om hot eller hälsa.",
    )

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        """`offers` are places that are offered."""
        super().__init__(*args, **kwargs)
        self._offers = {str(row.pk): row for row in offers}
        choice_field(self, "offer").choices = [
            (key, f"{row.provider.name}, {'utanför' if row.is_outside else 'inom'} ramavtal")
            for key, row in self._offers.items()
        ]

    def chosen(self) -> Offer:
        return self._offers[self.cleaned_data["offer"]]


class ApproveForm(forms.Form):
    until = DateField(label="Platsen får användas till", help_text="Natten mot den dagen är den sista.")
