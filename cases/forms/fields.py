"""Fields that several forms of a case share."""

from datetime import date
from typing import Any

from django import forms
from django.forms import ValidationError

from avhopp.kernel.identity import parse
from avhopp.kernel.refusal import Refused


class IdentityField(forms.CharField):
    """A personnummer or samordningsnummer as it is typed; gives twelve digits, or None when left empty."""

    def __init__(self, *, today: date, **kwargs: Any) -> None:
        self.today = today
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 20)
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> str | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse(text, self.today).digits
        except Refused as refused:
            raise ValidationError(refused.text, code=refused.code) from refused


def text_area(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def show_refusal(form: forms.Form, refused: Refused) -> None:
    """Put an action's refusal where the user can mend it; what was typed stays in the form."""
    field = refused.field if refused.field in form.fields else None
    form.add_error(field, ValidationError(refused.text, code=refused.code))
