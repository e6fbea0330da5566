"""The shape of a version of the delegation order: what the minutes say, and its points below each other."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from avhopp.pages.forms import DateField, MoneyField
from cases.actions.delegation import OrderFacts
from cases.rules import RANK, Rule, longest_days, whole_months
from cases.states import MeasureKind

PREFIX, MOST_ROWS, EMPTY_ROWS, MOST_MONTHS = "punkter", 100, 1, 120


class OrderForm(forms.Form):
    decided = DateField(label="Nämnden beslutade")
    minutes = forms.CharField(
        label="Paragraf i protokollet", max_length=60, help_text="Till exempel § 143.", required=True
    )
    valid_from = DateField(
        label="Gäller från", help_text="Den förra versionen gäller till och med dagen före."
    )

    @property
    def facts(self) -> OrderFacts:
        return OrderFacts(**self.cleaned_data)


class WholeMoneyField(MoneyField):
    """Whole kronor, at least one; None sets no limit."""

    def clean(self, value: Any) -> Decimal | None:
        amount: Decimal | None = super().clean(value)
        if amount is None:
            return None
        if amount != int(amount):
            raise forms.ValidationError("Skriv hela kronor, utan ören.", code="ore")
        if amount < 1:
            raise forms.ValidationError(
                "Med gränsen noll kan ingen besluta. Lämna tomt om det inte finns någon gräns.", code="zero"
            )
        return amount


class PointForm(forms.Form):
    point = forms.CharField(label="Punkt", max_length=20)
    kind = forms.ChoiceField(label="Insats", choices=[("", "Välj"), *MeasureKind.choices])
    role = forms.ChoiceField(
        label="Får besluta",
        choices=[("", "Välj"), *((role.value, role.label) for role in RANK)],
    )
    months = forms.IntegerField(
        label="Längst, månader", required=False, min_value=1, max_value=MOST_MONTHS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    max_rate = WholeMoneyField(label="Högst per dygn", unit="kr", required=False)
    max_cost = WholeMoneyField(label="Högst sammanlagt", unit="kr", required=False)
    outside_framework = forms.BooleanField(label="Även utanför ramavtal", required=False)

    @property
    def heading(self) -> str:
        number = self["point"].value()
        return f"Punkt {number}" if number else "Ny punkt"

    @property
    def rule(self) -> Rule:
        said = self.cleaned_data
        days = longest_days(said["months"]) if said["months"] else None
        return Rule(
            uuid4(), said["point"].strip(), said["kind"], said["role"], days, said["outside_framework"],
            said["max_rate"], said["max_cost"],
        )  # fmt: skip


class BasePoints(forms.BaseFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Ta bort raden"

    @property
    def rules(self) -> list[Rule]:
        """The points that are left; rows that say nothing are none."""
        kept = (form for form in self.forms if form.has_changed() and not form.cleaned_data.get("DELETE"))
        return [form.rule for form in kept]


PointsForm = forms.formset_factory(
    PointForm, formset=BasePoints, extra=EMPTY_ROWS, max_num=MOST_ROWS, validate_max=True, can_delete=True
)


def initial_points(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """The version before, to change. Of what is not whole months or kronor, the whole ones below it."""
    return [
        {
            "point": rule.point,
            "kind": rule.kind,
            "role": rule.role,
            "months": None if rule.max_days is None else whole_months(rule.max_days),
            "max_rate": None if rule.max_rate is None else int(rule.max_rate),
            "max_cost": None if rule.max_cost is None else int(rule.max_cost),
            "outside_framework": rule.outside_framework,
        }
        for rule in rules
    ]


def initial_order(today: date) -> dict[str, Any]:
    return {"valid_from": today}
