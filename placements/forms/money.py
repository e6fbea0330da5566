"""The shape of budget lines and of applications for grants."""

from typing import Any

from django import forms

from avhopp.kernel.money import format_kr
from avhopp.pages.forms import DateField, MoneyField, choice_field, model_field
from placements.actions.budget import LineFacts
from placements.actions.reallocating import NextLine
from placements.models import BudgetLine
from placements.models.budget import BudgetQuerySet


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


#: Which lines there are is known only now.
LINES = BudgetLine.objects.none()
DECISION_HINT = "Till exempel SN 2026-11-21 § 12."


class ReallocationForm(forms.Form):
    """Between the lines of one year. `lines` carry their `balance`."""

    source = forms.ModelChoiceField(label="Från", queryset=LINES, widget=forms.RadioSelect, empty_label=None)
    target = forms.ModelChoiceField(label="Till", queryset=LINES, widget=forms.RadioSelect, empty_label=None)
    amount = MoneyField(label="Belopp")
    decided = DateField(label="Beslutad")
    decision_ref = forms.CharField(label="Beslut", max_length=200, help_text=DECISION_HINT)

    def __init__(self, *args: Any, lines: BudgetQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "target"):
            field = model_field(self, name)
            field.queryset = lines
            field.label_from_instance = _with_balance  # type: ignore[method-assign, assignment]


def _with_balance(line: BudgetLine) -> str:
    said = ", ".join(filter(None, [line.get_kind_display(), line.decision_ref]))
    return f"{said}: {format_kr(line.balance)}"  # type: ignore[attr-defined]


class NextYearForm(forms.Form):
    """An amount for each line that may go on; one that is left empty does not."""

    decided = DateField(label="Beslutad")
    decision_ref = forms.CharField(label="Beslut", max_length=200, help_text=DECISION_HINT)

    def __init__(self, *args: Any, lines: list[BudgetLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        amounts = {
            f"amount_{number}": MoneyField(
                label=f"{line.get_kind_display()}, {format_kr(line.amount)} {line.year}",
                required=False,
                initial=line.amount,
                help_text="Lämna tomt om raden inte fortsätter.",
            )
            for number, line in enumerate(lines)
        }
        self.fields = amounts | self.fields

    def chosen(self) -> list[NextLine]:
        return [
            NextLine(line, self.cleaned_data[f"amount_{number}"]) for number, line in enumerate(self.lines)
        ]

    def decision(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("decided", "decision_ref")}


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
