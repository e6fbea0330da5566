"""The shape of framework agreements, their prices and their index."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from avhopp.kernel.swedish import MONTHS
from avhopp.pages.forms import DateField, MoneyField
from placements.actions.agreements import AgreementFacts, NewPrice
from placements.models import FrameworkAgreement

REASON: dict[str, Any] = {"label": "Varför?", "max_length": 500}
TWO_ROWS = {"rows": 2}


class PercentField(forms.DecimalField):
    """A share of one, written as per cent: 40 is Decimal("0.4")."""

    default_error_messages = {
        "invalid": "Skriv andelen i procent, till exempel 40.",
        "min_value": "Andelen är minst 0 procent.",
        "max_value": "Andelen är högst 100 procent.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, decimal_places=2, **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "input-money"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        return super().to_python(str(value).replace(",", ".") if value not in self.empty_values else value)

    def clean(self, value: Any) -> Decimal | None:
        found = super().clean(value)
        return None if found is None else found / 100

    def prepare_value(self, value: Any) -> Any:
        return f"{(value * 100).normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value


class AgreementForm(forms.Form):
    parties = forms.CharField(
        label="Parter", required=False, max_length=300, help_text="Vilka som har ingått avtalet."
    )
    registry_no = forms.CharField(label="Avtalets diarienummer", required=False, max_length=60)
    ranking = forms.IntegerField(
        label="Rangordning", required=False, min_value=1, max_value=99,
        help_text="Utförarens plats i ramavtalet när det finns flera. 1 tillfrågas först.",
    )  # fmt: skip
    start = DateField(label="Gäller från")
    end = DateField(
        label="Gäller till",
        required=False,
        help_text="Den första dagen då avtalet inte gäller. Tomt: tills vidare.",
    )
    notice_months = forms.IntegerField(
        label="Uppsägningstid i månader", required=False, min_value=0, max_value=60
    )
    rate = MoneyField(label="Dygnspris", unit="kr per dygn", help_text="Priset från avtalets första dag.")
    charges_departure_day = forms.BooleanField(label="Avresedagen debiteras", required=False)
    absence_full_nights = forms.IntegerField(
        label="Dygn med fullt pris vid frånvaro", required=False, min_value=0, max_value=365,
        help_text="Tomt om avtalet inte säger något om frånvaro.",
    )  # fmt: skip
    absence_share = PercentField(label="Därefter betalas så många procent av priset", required=False)
    index_clause = forms.CharField(
        label="Indexklausul", required=False, max_length=500, widget=forms.Textarea(attrs=TWO_ROWS),
        help_text="Så som den står i avtalet.",
    )  # fmt: skip
    index_name = forms.CharField(
        label="Index", required=False, max_length=80, help_text="Till exempel OPI eller AKI."
    )
    index_month = forms.TypedChoiceField(
        label="Priset räknas om i", required=False, coerce=int, empty_value=None,
        choices=[("", "Ingen månad"), *((number, name) for number, name in enumerate(MONTHS, start=1))],
    )  # fmt: skip
    index_share = PercentField(label="Så många procent av priset följer index", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("start") and cleaned.get("end") and cleaned["end"] <= cleaned["start"]:
            self.add_error("end", "Ramavtalet måste sluta efter att det börjar.")
        return cleaned

    def facts(self) -> AgreementFacts:
        said = self.cleaned_data
        return AgreementFacts(**{name: said[name] for name in AgreementForm.base_fields})


class ChangeAgreementForm(AgreementForm):
    reason = forms.CharField(**REASON, widget=forms.Textarea(attrs=TWO_ROWS))


class EndAgreementForm(forms.Form):
    end = DateField(label="Gäller till", help_text="Den första dagen då avtalet inte gäller.")
    reason = forms.CharField(**REASON, widget=forms.Textarea(attrs=TWO_ROWS))


class PriceForm(forms.Form):
    start = DateField(label="Gäller från")
    rate = MoneyField(label="Dygnspris", unit="kr per dygn")
    level = forms.CharField(
        label="Nivå", required=False, max_length=60,
        help_text="Tomt för det vanliga priset. Annars namnet på en vårdnivå som har ett eget pris.",
    )  # fmt: skip
    basis = forms.CharField(
        label="Grund", required=False, max_length=200, help_text="Till exempel ett tilläggsavtal."
    )

    def price(self) -> NewPrice:
        return NewPrice(**self.cleaned_data)


class IndexForm(forms.Form):
    """Two index numbers make a proposal; it is saved when the same numbers come back with it."""

    start = DateField(label="Nytt pris från")
    base = forms.DecimalField(label="Indextal vid förra priset", min_value=Decimal("0.01"), decimal_places=2)
    now = forms.DecimalField(label="Indextal nu", min_value=Decimal("0.01"), decimal_places=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("base", "now"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "input-money"})
            self.fields[name].localize = True

    def numbers(self) -> dict[str, Decimal]:
        return {"base": self.cleaned_data["base"], "now": self.cleaned_data["now"]}

    def basis(self, agreement: FrameworkAgreement) -> str:
        """How the price was arrived at, for the price list."""
        base, now = (f"{number:f}".replace(".", ",") for number in self.numbers().values())
        share = f"{((agreement.index_share or Decimal(0)) * 100).normalize():f}".replace(".", ",")
        return f"{agreement.index_name} {base} till {now}, {share} procent av priset"[:200]

    @property
    def from_day(self) -> date:
        return self.cleaned_data["start"]
