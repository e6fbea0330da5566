"""The shape of the calendar's filter."""

import re
from datetime import date

from django import forms

from cases.states import MeasureKind

MONTH = re.compile(r"(?P<year>20[0-9]{2})-(?P<month>0[1-9]|1[0-2])")


class OccupancyFilter(forms.Form):
    """GET. The first month that is shown, and the kind of care."""

    fran = forms.RegexField(
        label="Från månad",
        regex=MONTH,
        required=False,
        help_text="ÅÅÅÅ-MM. Tolv månader visas.",
        error_messages={"invalid": "Skriv månaden som ÅÅÅÅ-MM, till exempel 2026-11."},
    )
    slag = forms.ChoiceField(label="Insats", required=False, choices=[("", "Alla"), *MeasureKind.choices])

    def first_month(self) -> date | None:
        """None when no month, or none that there is, was given."""
        match = MONTH.fullmatch(self._said("fran"))
        return date(int(match["year"]), int(match["month"]), 1) if match else None

    def kind(self) -> str:
        return self._said("slag")

    def _said(self, name: str) -> str:
        if not self.is_bound:
            return ""
        self.is_valid()
        return self.cleaned_data.get(name) or ""
