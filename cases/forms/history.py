"""The filters above the case's history and above the list of who has read it. They hold no names."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.timezone import make_aware

from avhopp.pages.forms import DateField, choice_field
from cases.history.reading import Wanted

READS = [
    ("", "Alla läsningar"), ("oppnat", "Öppnade sidor"), ("lista", "Listor och sökningar"),
    ("nodatkomst", "Med nödåtkomst"), ("polis", "Polisens läsningar"),
]  # fmt: skip


class PeriodForm(forms.Form):
    """From one day to another, both included."""

    fran = DateField(label="Från", required=False)
    till = DateField(label="Till och med", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("fran"), data.get("till")
        if first and last and first > last:
            self.add_error("till", "Välj en dag som inte är före Från.")
        return data

    def chosen(self, name: str) -> Any:
        """What was chosen; nothing where the request says nothing, or something else."""
        self.is_valid()
        return self.cleaned_data.get(name)

    @property
    def period(self) -> tuple[datetime | None, datetime | None]:
        """The first moment of the period and the first after it."""
        first, last = self.chosen("fran"), self.chosen("till")
        return _midnight(first), _midnight(last + timedelta(days=1)) if last else None

    @property
    def is_used(self) -> bool:
        return any(self.chosen(name) for name in self.fields)


class HistoryForm(PeriodForm):
    slag = forms.ChoiceField(label="Visa", required=False)
    person = forms.ChoiceField(label="Ändrat av", required=False)
    field_order = ("slag", "person", "fran", "till")

    def __init__(
        self, *args: Any, areas: dict[str, str], people: Iterable[tuple[UUID, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.areas = areas
        choice_field(self, "slag").choices = [("", "Allt"), *areas.items()]
        choice_field(self, "person").choices = [("", "Alla"), *((str(id), name) for id, name in people)]

    @property
    def wanted(self) -> Wanted:
        first, before = self.period
        person = self.chosen("person")
        return Wanted(
            self.areas.get(self.chosen("slag") or "", ""), UUID(person) if person else None, first, before
        )


class ReadersForm(PeriodForm):
    slag = forms.ChoiceField(label="Visa", required=False, choices=READS)
    field_order = ("slag", "fran", "till")


def _midnight(day: date | None) -> datetime | None:
    return make_aware(datetime.combine(day, datetime.min.time())) if day else None
