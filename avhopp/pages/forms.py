"""Forms: our markup for `{{ form }}`, and fields for dates and money.

Settings: FORM_RENDERER = "avhopp.pages.forms.FormRenderer", with "django.forms" in INSTALLED_APPS.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms.renderers import TemplatesSetting

from avhopp.kernel.money import format_kr, parse_kr
from avhopp.kernel.refusal import Refused

INPUT_CLASS = "ds-input"
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
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
    attrs["class"] = " ".join(filter(None, [attrs.get("class"), INPUT_CLASS]))
    for inner in widget.get("subwidgets", []):
        _dress(inner)


class DateInput(forms.DateInput):
    """The browser's own date control; its value is always ISO."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"class": "input-date", **(attrs or {})}, format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        """Text that is no ISO date is left out: browsers warn about it and show an empty control anyway."""
        written = super().format_value(value)
        return written if written and _ISO_DAY.fullmatch(written) else None


class DateField(forms.DateField):
    """A date, typed or picked. `earliest` and `latest` are inclusive and reach the browser as well."""

    widget = DateInput
    default_error_messages = {
        "invalid": "Skriv datumet som 2026-11-21.",
        "required": "Ange ett datum.",
        "too_early": "Datumet får inte vara före %(limit)s.",
        "too_late": "Datumet får inte vara efter %(limit)s.",
    }

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        limits = {"min": self.earliest, "max": self.latest}
        return {name: limit.isoformat() for name, limit in limits.items() if limit is not None}

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
