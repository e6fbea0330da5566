"""Forms: our markup for `{{ form }}`, and fields for dates and money.

Settings: FORM_RENDERER = "avhopp.pages.forms.FormRenderer", with "django.forms" in INSTALLED_APPS.
"""

import re
from datetime import date, time
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import QueryDict

from avhopp.kernel.money import format_kr, parse_kr
from avhopp.kernel.refusal import Refused

INPUT_CLASS = "ds-input"
#: Years from 1900 to 2999: 0226 is a slip of the finger and no year.
_TYPED_DAY = re.compile(
    r"(?P<y>(?:19|2[0-9])[0-9]{2})[-\u2013/. ](?P<m>[0-9]{1,2})[-\u2013/. ](?P<d>[0-9]{1,2})"
    r"|(?P<y_plain>(?:19|2[0-9])[0-9]{2})(?P<m_plain>[0-9]{2})(?P<d_plain>[0-9]{2})"
)
_COUNT = re.compile(r"[0-9]{1,4}")
_TYPED_TIME = re.compile(r"(?P<hour>[0-9]{1,2})(?:[:.]?(?P<minute>[0-9]{2}))?")
CHOICES = "components/choices.html"
OURS = {
    "django/forms/widgets/radio.html": CHOICES,
    "django/forms/widgets/checkbox_select.html": CHOICES,
}


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """The choice field of that name, to be given choices that are known only now."""
    return cast(forms.ChoiceField, form.fields[name])


def model_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    """The model choice field of that name, to be given rows that are known only now."""
    return cast(forms.ModelChoiceField, form.fields[name])


def with_more_rows(data: QueryDict, prefix: str, *, more: int, most: int) -> QueryDict:
    """What was typed into a formset, with `more` empty rows below it, `most` in all.

    A count that no browser sends counts as none.
    """
    said = data.get(f"{prefix}-TOTAL_FORMS", "")
    rows = int(said) if _COUNT.fullmatch(said) else 0
    typed = data.copy()
    typed[f"{prefix}-TOTAL_FORMS"] = str(min(rows + more, most))
    return typed


class FormRenderer(TemplatesSetting):
    """Renders forms, fields and widgets with the templates in templates/components."""

    form_template_name = "components/form.html"
    formset_template_name = "components/formset.html"
    field_template_name = "components/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if "widget" in context and template_name not in OURS:
            _dress(context["widget"])
        return super().render(OURS.get(template_name, template_name), context, request=request)


def _dress(widget: dict[str, Any]) -> None:
    """Give a control, and the controls inside it, the class that the style sheet knows."""
    if widget.get("is_hidden"):
        return
    attrs = widget["attrs"]
    attrs.pop("maxlength", None)  # browsers cut a pasted text short without a word; the server says it
    attrs["class"] = " ".join(filter(None, [attrs.get("class"), INPUT_CLASS]))
    for inner in widget.get("subwidgets", []):
        _dress(inner)


class PickerInput(forms.TextInput):
    """Text in a form that is the same in every browser, with a button for the browser's own calendar.

    The browser's date control alone follows the language of the browser: one and the same day is shown as
    11/12/2026 to one colleague and as 2026-12-11 to another. `picker` is the type of the control that the
    button opens; without JavaScript there is no button.
    """

    template_name = "components/picker.html"
    picker = ""
    example = ""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        plain = {"class": "input-date", "placeholder": self.example, "autocomplete": "off"}
        super().__init__(attrs={**plain, **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["picker"] = self.picker
        return context


class DateInput(PickerInput):
    """A date as text: ISO when it is one, else what was typed, to be mended."""

    picker = "date"
    example = "ÅÅÅÅ-MM-DD"

    def format_value(self, value: Any) -> str | None:
        return f"{value:%Y-%m-%d}" if isinstance(value, date) else super().format_value(value)


class DateField(forms.DateField):
    """A date, typed or picked: 2026-11-21, 20261121, 2026/11/21 or 2026 11 21.

    `earliest` and `latest` are inclusive and reach the browser's calendar as well.
    """

    widget = DateInput
    default_error_messages = {
        "invalid": "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-21.",
        "no_such_day": "Dagen %(typed)s finns inte i kalendern.",
        "required": "Ange ett datum.",
        "too_early": "Datumet får inte vara före %(limit)s.",
        "too_late": "Datumet får inte vara efter %(limit)s.",
    }

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        limits = {"data-min": self.earliest, "data-max": self.latest}
        return {name: limit.isoformat() for name, limit in limits.items() if limit is not None}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return super().to_python(value)
        match = _TYPED_DAY.fullmatch(str(value).strip())
        if match is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        year, month, day = (int(match[name] or match[f"{name}_plain"]) for name in ("y", "m", "d"))
        try:
            return date(year, month, day)
        except ValueError:
            typed = f"{year:04}-{month:02}-{day:02}"
            raise forms.ValidationError(
                self.error_messages["no_such_day"], code="no_such_day", params={"typed": typed}
            ) from None

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.earliest is not None and value < self.earliest:
            raise self._beyond("too_early", self.earliest)
        if self.latest is not None and value > self.latest:
            raise self._beyond("too_late", self.latest)

    def _beyond(self, code: str, limit: date) -> forms.ValidationError:
        return forms.ValidationError(
            self.error_messages[code], code=code, params={"limit": limit.isoformat()}
        )


class TimeInput(PickerInput):
    """A time of day as text: 14:05 when it is one, else what was typed."""

    picker = "time"
    example = "TT:MM"

    def format_value(self, value: Any) -> str | None:
        return f"{value:%H:%M}" if isinstance(value, time) else super().format_value(value)


class TimeField(forms.TimeField):
    """A time of day to the minute, typed or picked: 14:05, 14.05, 1405 or 14."""

    widget = TimeInput
    default_error_messages = {
        "invalid": "Skriv klockslaget som TT:MM, till exempel 14:05.",
        "required": "Ange ett klockslag.",
    }

    def to_python(self, value: Any) -> time | None:
        if value in self.empty_values:
            return None
        if isinstance(value, time):
            return value
        match = _TYPED_TIME.fullmatch(str(value).strip())
        try:
            if match is None:
                raise ValueError(value)
            return time(int(match["hour"]), int(match["minute"] or 0))
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class MoneyInput(forms.TextInput):
    """Text with a decimal keyboard on phones, and the unit after it."""

    template_name = "components/money.html"

    def __init__(self, attrs: dict[str, Any] | None = None, unit: str = "kr") -> None:
        self.unit = unit
        plain = {"inputmode": "decimal", "autocomplete": "off", "class": "input-money"}
        super().__init__(attrs={**plain, **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["unit"] = self.unit
        return context

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Decimal | int):
            return format_kr(value, 0 if value == int(value) else 2).rpartition("\u00a0")[0]
        return super().format_value(value)


class MoneyField(forms.Field):
    """Kronor as Decimal with two decimals, read the way people write them: '1 234,50'."""

    widget = MoneyInput
    default_error_messages = {"required": "Ange ett belopp."}

    def __init__(self, *, unit: str = "kr", allow_negative: bool = False, **kwargs: Any) -> None:
        self.allow_negative = allow_negative
        kwargs.setdefault("widget", MoneyInput(unit=unit))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal | int):
            return Decimal(value)
        try:
            return parse_kr(str(value), allow_negative=self.allow_negative)
        except Refused as refused:
            raise forms.ValidationError(refused.text, code=refused.code) from refused

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True
