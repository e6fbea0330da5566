"""A decision, and what happens to it afterwards."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from avhopp.pages.forms import DateField, MoneyField, choice_field
from cases.actions.decision import Terms
from cases.forms.fields import text_area
from cases.models import Decision, LegalProvision
from cases.states import MeasureKind

TERMS = ("kind", "outcome", "start", "end", "outside_framework", "max_rate", "reasons")


class DecisionForm(forms.Form):
    kind = forms.ChoiceField(label="Insats", choices=MeasureKind, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label="Utgång", choices=Decision.Outcome, widget=forms.RadioSelect)
    start = DateField(label="Gäller från", required=False)
    end = DateField(
        label="Gäller till",
        required=False,
        help_text="Dagen då insatsen upphör. Utan slutdag gäller beslutet tills vidare.",
    )
    outside_framework = forms.BooleanField(label="Får avse en plats utanför ramavtal", required=False)
    max_rate = MoneyField(label="Högsta dygnskostnad", unit="kr per dygn", required=False)
    provision = forms.ChoiceField(label="Lagrum")
    reasons = forms.CharField(
        label="Skäl för beslutet",
        widget=text_area(8),
        help_text="Vilka omständigheter har avgjort? Personen ska kunna förstå beslutet.",
    )

    body = forms.ChoiceField(
        label="Vem har fattat beslutet?",
        required=False,
        choices=[("", "Jag, på delegation"), *Decision.Body.choices],
        widget=forms.RadioSelect,
    )
    minutes = forms.CharField(
        label="Protokoll och paragraf",
        required=False,
        max_length=60,
        help_text="Fyll i när nämnden eller utskottet har beslutat, till exempel 2026-11-12 § 143.",
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        provisions: Iterable[LegalProvision],
        registers: bool = False,
        **kwargs: Any,
    ) -> None:
        """`registers`: whether decisions of the committee can be written down here as well."""
        kwargs["initial"] = {"decided": today, "outcome": Decision.Outcome.GRANTED} | kwargs.get(
            "initial", {}
        )
        super().__init__(*args, **kwargs)
        self.fields["decided"] = DateField(label="Beslutsdag", latest=today)
        self.provisions = {str(one.pk): one for one in provisions}
        labels = [(key, f"{one.code}: {one.text}") for key, one in self.provisions.items()]
        choice_field(self, "provision").choices = [("", "Välj"), *labels]
        if not registers:
            del self.fields["body"], self.fields["minutes"]
        self.order_fields([*TERMS[:-1], "provision", "reasons", "decided", "body", "minutes"])

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        provision = self.provisions[data["provision"]]
        body = {name: data[name] for name in ("body", "minutes") if name in data}
        return Terms(**{name: data[name] for name in TERMS}, provision=provision, **body)


def terms_of(proposal: Any) -> dict[str, Any]:
    """A proposal as the form's initial values."""
    return {name: getattr(proposal, name) for name in TERMS} | {"provision": str(proposal.provision_id or "")}


class DayForm(forms.Form):
    """One day, when something happened to the decision."""

    def __init__(self, *args: Any, label: str, today: date, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = DateField(label=label, initial=today, earliest=earliest, latest=today)
