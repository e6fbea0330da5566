"""Forms of the monthly report."""

from datetime import date
from itertools import groupby
from typing import Any, cast

from django import forms
from django.http import HttpRequest, QueryDict

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_month
from avhopp.pages.forms import DateField

YEARS_BACK = 6


class MonthForm(forms.Form):
    """Which month to make a report of: one that is over, the latest first."""

    month = forms.CharField(
        label="Månad",
        help_text="Bara månader som är slut.",
        widget=forms.Select,
        error_messages={"required": "Välj en månad."},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = today.replace(day=1)
        over = [periods.add_months(first, -back) for back in range(1, 12 * YEARS_BACK + today.month)]
        cast(forms.Select, self.fields["month"].widget).choices = [
            (str(year), [(f"{month:%Y-%m}", format_month(month)) for month in months])
            for year, months in groupby(over, key=lambda month: month.year)
        ]
        self.initial.setdefault("month", f"{over[0]:%Y-%m}")

    def clean_month(self) -> Period:
        try:
            return periods.parse_month(self.cleaned_data["month"])
        except Refused as refused:
            raise forms.ValidationError(refused.text, code=refused.code) from None


class ViewsForm(forms.Form):
    """The administration's own text, and the registry number."""

    registry_no = forms.CharField(
        label="Diarienummer", required=False, max_length=40, help_text="Till exempel SN-2026/123.119."
    )
    views = forms.CharField(
        label="Förvaltningens synpunkter",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Texten står i den offentliga rapporten. Skriv inget som kan peka ut någon: inga åldrar, "
        "kön, platser eller antal under fem. En tom rad ger ett nytt stycke.",
    )


class ApproveForm(forms.Form):
    """Nothing to fill in; carries a refusal to the page."""


class ParagraphForm(forms.Form):
    """The committee's decision, from the minutes."""

    paragraph = forms.CharField(
        label="Paragraf", max_length=10, help_text="Numret i protokollet, till exempel 12."
    )
    paragraph_date = DateField(label="Sammanträdesdag")


class CorrectForm(forms.Form):
    """Why a new version is needed."""

    reason = forms.CharField(
        label="Vad rättas?",
        max_length=300,
        help_text="Står överst i den nya versionen, även i den offentliga. "
        "Skriv inget som kan peka ut någon.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when it is an empty form; None on other methods."""
    return request.POST if request.method == "POST" else None


def refuse(form: forms.Form, refused: Refused) -> None:
    """Show a refusal at its field, or above the form."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.text)


def initial_views(report: Any) -> dict[str, str]:
    return {"views": report.views, "registry_no": report.registry_no}
