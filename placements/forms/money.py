"""The shape of budget lines and of applications for grants."""

from typing import Any

from django import forms

from avhopp.pages.forms import DateField, MoneyField, choice_field
from placements.actions.budget import LineFacts
from placements.models import BudgetLine


class BudgetLineForm(forms.Form):
    year = forms.IntegerField(label="År", min_value=2000, max_value=2100)
    kind = forms.ChoiceField(
        label="Slag",
        widget=forms.RadioSelect,
        choices=BudgetLine.Kind.choices,
        help_text="Ramhöjande och inom ram gäller tills vidare, riktade medel bara det året.",
    )
    amount = MoneyField(label="Belopp")
    decided = DateField(label="Beslutad")
    decision_ref = forms.CharField(
        label="Beslut", max_length=200, help_text="Till exempel KF 2026-11-21 § 12."
    )

    def facts(self) -> LineFacts:
        return LineFacts(**self.cleaned_data)


class SendForm(forms.Form):
    sent = DateField(label="Inskickad")
    registry_no = forms.CharField(label="Polisens diarienummer", required=False, max_length=40)
    explanation = forms.CharField(
        label="Vad avser det som inte är placering?",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Fyll i om beloppet är högre än placeringarnas kostnad.",
    )


class AnswerForm(forms.Form):
    decided = DateField(label="Polismyndighetens beslutsdag")
    granted = MoneyField(label="Beviljat belopp", help_text="Skriv 0 vid avslag.")


class PaymentForm(forms.Form):
    on = DateField(label="Utbetalningsdag")
    paid = MoneyField(label="Utbetalt sammanlagt")


class ApplicationFilter(forms.Form):
    """GET."""

    lage = forms.ChoiceField(label="Läge", required=False)

    def __init__(self, *args: Any, statuses: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "lage").choices = [("", "Alla"), *statuses]
