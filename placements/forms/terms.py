"""The shape of what is agreed about a stay: the same fields for a placement and for a move."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms

from avhopp.kernel.money import format_kr
from avhopp.pages.forms import DateField, MoneyField, choice_field
from cases.models import Decision
from cases.states import MeasureKind
from placements.actions.placing import Terms
from placements.models import FrameworkAgreement, Provider
from placements.terms import agreed_prices

AGREEMENT, OUTSIDE = "ram", "utan"


class TermsForm(forms.Form):
    """Decision, place, reason, departure and prices. `clean` adds provider and agreement."""

    decision = forms.ChoiceField(label="Beslut", widget=forms.RadioSelect)
    place = forms.ChoiceField(
        label="Plats",
        help_text="Saknas platsen? Be samordnaren, enhetschefen eller ekonomen att lägga till den.",
    )
    outside_reason = forms.CharField(
        label="Skäl för plats utanför ramavtal",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Fyll i om du väljer en plats utanför ramavtal. Skriv inget om hälsa, hot eller anhöriga: "
        "ekonomen kan läsa det.",
    )
    end = DateField(
        label="Avresa",
        required=False,
        help_text="Den dag personen lämnar platsen. Natten mot den dagen är den sista. Tomt: tills vidare.",
    )
    rate = MoneyField(
        label="Dygnspris",
        unit="kr per dygn",
        required=False,
        help_text="Lämna tomt för ramavtalets pris.",
    )
    later_from = DateField(
        label="Senare pris gäller från",
        required=False,
        help_text="Om priset är avtalat att ändras, till exempel halveras efter 12 månader.",
    )
    later_rate = MoneyField(label="Senare dygnspris", unit="kr per dygn", required=False)

    def __init__(
        self,
        *args: Any,
        decisions: Sequence[Decision],
        providers: Sequence[Provider],
        agreements: Sequence[FrameworkAgreement],
        **kwargs: Any,
    ) -> None:
        """`decisions` are granted ones of the case; `providers` are open; `agreements` are theirs."""
        super().__init__(*args, **kwargs)
        self._decisions = {str(row.pk): row for row in decisions}
        self._providers = {str(row.pk): row for row in providers}
        self._agreements = {str(row.pk): row for row in agreements if str(row.provider_id) in self._providers}
        choice_field(self, "decision").choices = [
            (key, decision_label(row)) for key, row in self._decisions.items()
        ]
        choice_field(self, "place").choices = [("", "Välj plats"), *self._places()]

    def _places(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups = []
        for kind in dict.fromkeys(row.kind for row in self._decisions.values()):
            label = MeasureKind(kind).label
            inside = [
                (f"{AGREEMENT}:{key}", _agreement_label(self._providers[str(row.provider_id)], row))
                for key, row in self._agreements.items()
                if self._providers[str(row.provider_id)].kind == kind
            ]
            outside = [
                (f"{OUTSIDE}:{key}", f"{row.name}, utanför ramavtal")
                for key, row in self._providers.items()
                if row.kind == kind
            ]
            groups += [(f"{label}, inom ramavtal", inside)] if inside else []
            groups += [(f"{label}, utanför ramavtal", outside)] if outside else []
        return groups

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        provider, agreement = self._chosen(cleaned.get("place", ""))
        if provider and agreement is None and not cleaned.get("outside_reason", "").strip():
            self.add_error("outside_reason", "Skriv varför platsen är utanför ramavtal.")
        if agreement is not None and cleaned.get("rate") is None and "rate" not in self.errors:
            cleaned["rate"] = agreement.rate
            data = cast(Any, self.data).copy()  # a form's data is not declared as what it is: a QueryDict
            data[self.add_prefix("rate")] = agreement.rate
            self.data = data
        elif provider and cleaned.get("rate") is None and "rate" not in self.errors:
            self.add_error("rate", "Ange dygnspriset. Platsen har inget ramavtal att hämta det från.")
        cleaned["provider"], cleaned["agreement"] = provider, agreement
        return cleaned

    def _chosen(self, value: str) -> tuple[Provider | None, FrameworkAgreement | None]:
        how, _, key = value.partition(":")
        if how == AGREEMENT and key in self._agreements:
            agreement = self._agreements[key]
            return self._providers[str(agreement.provider_id)], agreement
        return (self._providers.get(key), None) if how == OUTSIDE else (None, None)

    def terms_from(self, planned_start: date, start: date | None) -> Terms:
        """What the form says, for a stay that begins or is planned to begin then.

        Raises Refused later_price_incomplete, later_price_order.
        """
        said = self.cleaned_data
        rate: Decimal = said["rate"]
        return Terms(
            decision=self._decisions[said["decision"]],
            provider=said["provider"],
            agreement=said["agreement"],
            planned_start=planned_start,
            start=start,
            end=said["end"],
            prices=agreed_prices(start or planned_start, rate, said["later_from"], said["later_rate"]),
            outside_reason="" if said["agreement"] else said["outside_reason"].strip(),
        )


def decision_label(decision: Decision) -> str:
    parts = [f"{decision.get_kind_display()}, beslut {decision.decided.isoformat()}"]
    parts += [f"till {decision.end.isoformat()}"] if decision.end else []
    parts += [f"högst {format_kr(decision.max_rate)} per dygn"] if decision.max_rate is not None else []
    parts += ["även utanför ramavtal"] if decision.outside_framework else []
    return ", ".join(parts)


def _agreement_label(provider: Provider, agreement: FrameworkAgreement) -> str:
    until = f", ramavtal till {agreement.end.isoformat()}" if agreement.end else ""
    return f"{provider.name}, {format_kr(agreement.rate)} per dygn{until}"


class PlacingForm(TermsForm):
    planned_start = DateField(label="Planerad ankomst")
    start = DateField(
        label="Ankomst",
        required=False,
        help_text="Fyll i när personen har kommit. Annars blir placeringen en plan.",
    )
    field_order = (
        "decision",
        "place",
        "outside_reason",
        "planned_start",
        "start",
        "end",
        "rate",
        "later_from",
        "later_rate",
    )

    def terms(self) -> Terms:
        return self.terms_from(self.cleaned_data["planned_start"], self.cleaned_data["start"])


class MovingForm(TermsForm):
    day = DateField(
        label="Flyttdag",
        help_text="Natten före är den sista på den gamla platsen. En dag som ligger framåt blir en plan.",
    )
    field_order = ("decision", "place", "outside_reason", "day", "end", "rate", "later_from", "later_rate")

    def terms(self, today: date) -> Terms:
        """A move on or before today has happened."""
        day = self.cleaned_data["day"]
        return self.terms_from(day, day if day <= today else None)
