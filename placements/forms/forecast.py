"""The shape of what the forecast takes for granted."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from avhopp.kernel.swedish import MONTHS
from avhopp.pages.forms import DateField, MoneyField
from placements.actions.assumption import MOST_A_MONTH, AssumptionFacts
from placements.models import ForecastAssumption
from placements.models.assumption import no_arrivals


class CountField(forms.DecimalField):
    """How many come in a month, with a comma or a point: 2 or 0,5."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=0, max_value=MOST_A_MONTH, max_digits=4, decimal_places=1, required=False, **kwargs
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal | int):
            return f"{Decimal(value).normalize():f}".replace(".", ",")
        return value


class AssumptionForm(forms.Form):
    """`open_from`: months before that day are over, and nobody can come in them any more."""

    prova = forms.CharField(widget=forms.HiddenInput, initial="1", required=False)
    ar = forms.IntegerField(widget=forms.HiddenInput)
    rate = MoneyField(
        label="Dygnspris för nya", unit="kr per dygn", required=False,
        help_text="Tomt: som de egna placeringarna har börjat.",
    )  # fmt: skip
    default_months = CountField(
        label="En vistelse varar i snitt, månader",
        help_text="Väger mindre ju fler egna vistelser som är avslutade.",
    )
    ends_hold_percent = forms.IntegerField(
        label="Beslutade slut som håller, procent", min_value=0, max_value=100,
        help_text="De andra avbryts eller förlängs.",
    )  # fmt: skip
    step_down_months = forms.IntegerField(
        label="Lägre pris efter, månader", min_value=1, max_value=60,
        help_text="Gäller bara dygn som inget pris är avtalat för.",
    )  # fmt: skip
    step_down_percent = forms.IntegerField(
        label="Lägre pris, procent av det tidigare", min_value=0, max_value=100, help_text="100: inget lägre."
    )
    complete_from = DateField(
        label="Alla placeringar finns i systemet från", required=False,
        help_text="Fyll i om vistelser som avslutades tidigare saknas. Tomt: alla finns.",
    )  # fmt: skip

    def __init__(self, *args: Any, year: int, open_from: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["default_months"].required = True
        self.before = no_arrivals()
        self.open_months = [
            number for number in range(1, 13) if (year, number) >= (open_from.year, open_from.month)
        ]
        for number in self.open_months:
            self.fields[f"month_{number}"] = CountField(label=MONTHS[number - 1].capitalize())

    @classmethod
    def shown(cls, row: ForecastAssumption, open_from: date, data: Any = None) -> "AssumptionForm":
        """The form with what the row says, or with what was typed."""
        initial = {name: getattr(row, name) for name in cls.base_fields if hasattr(row, name)}
        months = {f"month_{number}": count for number, count in enumerate(row.arrivals, start=1)}
        form = cls(data, initial={**initial, **months, "ar": row.year}, year=row.year, open_from=open_from)
        form.before = list(row.arrivals)
        return form

    @property
    def months(self) -> list[BoundField]:
        return [self[f"month_{number}"] for number in self.open_months]

    @property
    def others(self) -> list[BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith("month_")]

    def facts(self) -> AssumptionFacts:
        said = dict(self.cleaned_data)
        months = list(self.before)
        for number in self.open_months:
            months[number - 1] = said.pop(f"month_{number}") or Decimal(0)
        del said["prova"], said["ar"]
        return AssumptionFacts(arrivals=months, **said)
