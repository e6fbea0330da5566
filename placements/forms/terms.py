"""The shape of what is agreed about a stay: the same fields for a placement and for a move."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from placements.costs import PricePeriod
from placements.models import FrameworkAgreement, Provider
from placements.terms import agreed_prices, later_fields

AGREEMENT, OUTSIDE = "ram", "utan"
#: Later prices that one page takes. Those of a longer list are added to the stay afterwards.
MOST_LATER = 24


@dataclass(frozen=True)
class Place:
    """A provider's place, and what its price is taken from: a level of an agreement, or nothing.

    `level` "" is the agreement's ordinary price.
    """

    provider: Provider
    agreement: FrameworkAgreement | None = None
    level: str = ""

    @property
    def key(self) -> str:
        """What the form's list of places has for it."""
        if self.agreement is None:
            return f"{OUTSIDE}:{self.provider.pk}"
        return ":".join(filter(None, (AGREEMENT, str(self.agreement.pk), self.level)))

    @property
    def level_in_words(self) -> str:
        return f"nivån {self.level}" if self.level else "ordinarie nivå"

    def prices(self) -> tuple[PricePeriod, ...]:
        return self.agreement.price_list(self.level) if self.agreement else ()

    def rate_on(self, day: date) -> Decimal | None:
        """The agreed rate of a night. The ordinary one falls back on the agreement's first."""
        rate = rate_from(self.prices(), day)
        return self.agreement.rate if rate is None and self.agreement and not self.level else rate


def proposed(agreement: FrameworkAgreement, first: date, end: date | None, level: str = "") -> dict[str, Any]:
    """What the agreement's price list gives a stay over [first, end): the form's values, named as its fields.

    `listed` says what it was made of, so that it follows along when place or days are changed afterwards.
    The agreement comes `with_prices()`. Nothing when no price is agreed for the first night.
    """
    rows = prices_between(agreement.price_list(level), first, end)[: MOST_LATER + 1]
    said: dict[str, Any] = {"listed": f"{agreement.pk}|{first}|{end or ''}|{level}"} if rows else {}
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
    listed = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

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
        self._agreements = {str(row.pk): row for row in agreements}
        self._places = {place.key: place for place in _places_of(providers, agreements)}
        choice_field(self, "decision").choices = [
            (key, decision_label(row)) for key, row in self._decisions.items()
        ]
        choice_field(self, "place").choices = [("", "Välj plats"), *self._grouped()]

    def _grouped(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups = []
        for kind in dict.fromkeys(row.kind for row in self._decisions.values()):
            label = MeasureKind(kind).label
            of_kind = [place for place in self._places.values() if place.provider.kind == kind]
            inside = [(place.key, self._label(place)) for place in of_kind if place.agreement]
            outside = [(place.key, self._label(place)) for place in of_kind if not place.agreement]
            groups += [(f"{label}, inom ramavtal", inside)] if inside else []
            groups += [(f"{label}, utanför ramavtal", outside)] if outside else []
        return groups

    def _label(self, place: Place) -> str:
        if place.agreement is None:
            return f"{place.provider.name}, utanför ramavtal"
        parts = [place.provider.name]
        parts += [place.level_in_words] if place.agreement.levels() else []
        rate, prices = place.rate_on(self._today), place.prices()
        if rate is not None:
            parts.append(f"{format_kr(rate)} per dygn")
        elif prices:  # a level that is agreed to begin later
            parts.append(f"{format_kr(prices[0].rate)} per dygn från {prices[0].start.isoformat()}")
        parts += [f"ramavtal till {place.agreement.end.isoformat()}"] if place.agreement.end else []
        return ", ".join(parts)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        place = self._places.get(cleaned.get("place", ""))
        if place and place.agreement is None and not cleaned.get("outside_reason", "").strip():
            self.add_error("outside_reason", "Skriv varför platsen är utanför ramavtal.")
        if place is not None:
            self._propose(place, cleaned)
            priceless = cleaned.get("rate") is None and "rate" not in self.errors
            if priceless and (place.agreement is None or not self.errors):
                self.add_error("rate", self._no_price(place))
        cleaned["provider"] = place.provider if place else None
        cleaned["agreement"] = place.agreement if place else None
        return cleaned

    def _no_price(self, place: Place) -> str:
        if place.agreement is None:
            return "Ange dygnspriset. Platsen har inget ramavtal att hämta det från."
        return f"Ange dygnspriset. Ramavtalet har inget pris för {place.level_in_words} den första dagen."

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

    def _propose(self, place: Place, cleaned: dict[str, Any]) -> None:
        """Fill in what the price list says, unless other prices are written. Shown to be looked at."""
        names = ["rate", *(name for pair in self._later() for name in pair)]
        first = self.first_day(cleaned)
        if first is None or any(name in self.errors for name in [*names, "end"]):
            return
        said = {name: cleaned[name] for name in names if cleaned.get(name) is not None}
        if not said or said == self._proposed_before(cleaned.get("listed", "")):
            end, agreement = cleaned.get("end"), place.agreement
            found = proposed(agreement, first, end, place.level) if agreement else {}
            self._fill(cleaned, dict.fromkeys([*names, "listed"]) | found)
        if cleaned["rate"] is None:  # only later prices are written, or none agreed
            self._fill(cleaned, {"rate": place.rate_on(first)})

    def _proposed_before(self, listed: str) -> dict[str, Any]:
        """The proposal that the page was filled in with the last time, without what it was made of."""
        key, first, end, level = [*listed.split("|", 3), "", "", "", ""][:4]
        try:
            dates = date.fromisoformat(first), date.fromisoformat(end) if end else None
        except ValueError:
            return {}
        found = proposed(self._agreements[key], *dates, level) if key in self._agreements else {}
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


def _places_of(providers: Sequence[Provider], agreements: Sequence[FrameworkAgreement]) -> Iterator[Place]:
    """Every agreement of the providers at its levels, the ordinary one first; then each provider without."""
    by_id = {row.pk: row for row in providers}
    for agreement in agreements:
        if agreement.provider_id in by_id:
            for level in ("", *agreement.levels()):
                yield Place(by_id[agreement.provider_id], agreement, level)
    yield from map(Place, providers)


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
