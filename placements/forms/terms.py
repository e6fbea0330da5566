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
from placements.agreement_rules import prices_between, rate_from
from placements.models import FrameworkAgreement, Provider
from placements.terms import agreed_prices, later_fields

AGREEMENT, OUTSIDE = "ram", "utan"
#: Later prices that one page takes. Those of a longer list are added to the stay afterwards.
MOST_LATER = 24


def proposed(agreement: FrameworkAgreement, first: date, end: date | None) -> dict[str, Any]:
    """What the agreement's price list gives a stay over [first, end): the form's values, named as its fields.

    `listed` says what it was made of, so that it follows along when place or days are changed afterwards.
    The agreement comes `with_prices()`. Nothing when no price is agreed for the first night.
    """
    rows = prices_between(agreement.price_list(), first, end)[: MOST_LATER + 1]
    said: dict[str, Any] = {"listed": f"{agreement.pk}|{first}|{end or ''}"} if rows else {}
    for number, row in enumerate(rows):
        if number:
            day_field, rate_field = later_fields(number)
            said |= {day_field: row.start, rate_field: row.rate}
        else:
            said["rate"] = row.rate
    return said


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
        help_text="Lämna tomt för ramavtalets pris, även det som är avtalat att gälla längre fram.",
    )
    later_from = DateField(
        label="Senare pris gäller från",
        required=False,
        help_text="Om priset är avtalat att ändras, till exempel halveras efter 12 månader.",
    )
    later_rate = MoneyField(label="Senare dygnspris", unit="kr per dygn", required=False)
    listed = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        decisions: Sequence[Decision],
        providers: Sequence[Provider],
        agreements: Sequence[FrameworkAgreement],
        today: date,
        **kwargs: Any,
    ) -> None:
        """`decisions` are granted ones of the case; `providers` are open; `agreements` are theirs.

        The agreements come `with_prices()`; the list of places shows the prices of `today`.
        """
        super().__init__(*args, **kwargs)
        self._today = today
        given = self.data if self.is_bound else self.initial
        while (number := len(self._later()) + 1) <= MOST_LATER and self._tells(given, number):
            self._add_later(number)
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
                (f"{AGREEMENT}:{key}", self._agreement_label(self._providers[str(row.provider_id)], row))
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

    def _agreement_label(self, provider: Provider, agreement: FrameworkAgreement) -> str:
        rate = rate_from(agreement.price_list(), self._today)
        until = f", ramavtal till {agreement.end.isoformat()}" if agreement.end else ""
        return f"{provider.name}, {format_kr(agreement.rate if rate is None else rate)} per dygn{until}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        provider, agreement = self._chosen(cleaned.get("place", ""))
        if provider and agreement is None and not cleaned.get("outside_reason", "").strip():
            self.add_error("outside_reason", "Skriv varför platsen är utanför ramavtal.")
        if provider is not None:
            self._propose(agreement, cleaned)
        if provider and cleaned.get("rate") is None and agreement is None and "rate" not in self.errors:
            self.add_error("rate", "Ange dygnspriset. Platsen har inget ramavtal att hämta det från.")
        cleaned["provider"], cleaned["agreement"] = provider, agreement
        return cleaned

    def _chosen(self, value: str) -> tuple[Provider | None, FrameworkAgreement | None]:
        how, _, key = value.partition(":")
        if how == AGREEMENT and key in self._agreements:
            agreement = self._agreements[key]
            return self._providers[str(agreement.provider_id)], agreement
        return (self._providers.get(key), None) if how == OUTSIDE else (None, None)

    def first_day(self, cleaned: dict[str, Any]) -> date | None:
        """The first day of the stay as far as the form says; each kind of page knows it by its own field."""
        raise NotImplementedError

    def _later(self) -> list[tuple[str, str]]:
        """The fields of the later prices, in order."""
        pairs = (later_fields(number) for number in range(1, MOST_LATER + 1))
        return [pair for pair in pairs if pair[0] in self.fields]

    def _tells(self, values: Any, number: int) -> bool:
        return any(self.add_prefix(name) in values for name in later_fields(number))

    def _add_later(self, number: int) -> None:
        day_field, rate_field = later_fields(number)
        self.fields[day_field] = DateField(label=f"Senare pris {number} gäller från", required=False)
        self.fields[rate_field] = MoneyField(
            label=f"Senare dygnspris {number}", unit="kr per dygn", required=False
        )

    def _propose(self, agreement: FrameworkAgreement | None, cleaned: dict[str, Any]) -> None:
        """Fill in what the price list says, unless other prices are written. Shown to be looked at."""
        names = ["rate", *(name for pair in self._later() for name in pair)]
        first = self.first_day(cleaned)
        if first is None or any(name in self.errors for name in [*names, "end"]):
            return
        said = {name: cleaned[name] for name in names if cleaned.get(name) is not None}
        if not said or said == self._proposed_before(cleaned.get("listed", "")):
            found = proposed(agreement, first, cleaned.get("end")) if agreement else {}
            self._fill(cleaned, dict.fromkeys([*names, "listed"]) | found)
        if agreement is not None and cleaned["rate"] is None:  # only later prices are written, or none agreed
            rate = rate_from(agreement.price_list(), first)
            self._fill(cleaned, {"rate": agreement.rate if rate is None else rate})

    def _proposed_before(self, listed: str) -> dict[str, Any]:
        """The proposal that the page was filled in with the last time, without what it was made of."""
        key, _, days = listed.partition("|")
        first, _, end = days.partition("|")
        try:
            dates = date.fromisoformat(first), date.fromisoformat(end) if end else None
        except ValueError:
            return {}
        found = proposed(self._agreements[key], *dates) if key in self._agreements else {}
        return {name: value for name, value in found.items() if name != "listed"}

    def _fill(self, cleaned: dict[str, Any], values: dict[str, Any]) -> None:
        """Write the values into the form, as its fields show them, and add fields for those that need one."""
        while self._tells(values, number := len(self._later()) + 1):
            self._add_later(number)
        data = cast(Any, self.data).copy()  # a form's data is not declared as what it is: a QueryDict
        for name, value in values.items():
            cleaned[name] = value
            data[self.add_prefix(name)] = self.fields[name].widget.format_value(value) or ""
        self.data = data

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
            prices=agreed_prices(
                start or planned_start, rate, *((said[day], said[amount]) for day, amount in self._later())
            ),
            outside_reason="" if said["agreement"] else said["outside_reason"].strip(),
        )


def decision_label(decision: Decision) -> str:
    parts = [f"{decision.get_kind_display()}, beslut {decision.decided.isoformat()}"]
    parts += [f"till {decision.end.isoformat()}"] if decision.end else []
    parts += [f"högst {format_kr(decision.max_rate)} per dygn"] if decision.max_rate is not None else []
    parts += ["även utanför ramavtal"] if decision.outside_framework else []
    return ", ".join(parts)


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

    def first_day(self, cleaned: dict[str, Any]) -> date | None:
        return cleaned.get("start") or cleaned.get("planned_start")

    def terms(self) -> Terms:
        return self.terms_from(self.cleaned_data["planned_start"], self.cleaned_data["start"])


class MovingForm(TermsForm):
    day = DateField(
        label="Flyttdag",
        help_text="Natten före är den sista på den gamla platsen. En dag som ligger framåt blir en plan.",
    )
    field_order = ("decision", "place", "outside_reason", "day", "end", "rate", "later_from", "later_rate")

    def first_day(self, cleaned: dict[str, Any]) -> date | None:
        return cleaned.get("day")

    def terms(self, today: date) -> Terms:
        """A move on or before today has happened."""
        day = self.cleaned_data["day"]
        return self.terms_from(day, day if day <= today else None)
