"""What Django's own fields say when something is wrong, in the plain words of the rest of the interface."""

from django import forms
from django.core import validators

#: By field class. A field's own `error_messages` still come first.
FIELDS: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": "Det här måste fyllas i."},
    forms.BooleanField: {"required": "Rutan måste kryssas i."},
    forms.IntegerField: {"invalid": "Skriv ett heltal med siffror."},
    forms.ChoiceField: {"invalid_choice": "Välj ett giltigt alternativ."},
    forms.MultipleChoiceField: {"invalid_choice": "Välj ett giltigt alternativ."},
    forms.ModelChoiceField: {"invalid_choice": "Välj ett giltigt alternativ."},
}
#: By validator class.
VALIDATORS: dict[type, str] = {
    validators.MinValueValidator: "Skriv %(limit_value)s eller mer.",
    validators.MaxValueValidator: "Skriv %(limit_value)s eller mindre.",
    validators.MinLengthValidator: "Skriv minst %(limit_value)s tecken. Nu är det %(show_value)s.",
    validators.MaxLengthValidator: "Texten får vara högst %(limit_value)s tecken. Nu är den %(show_value)s.",
    validators.ProhibitNullCharactersValidator: "Texten innehåller ett tecken som inte går att spara.",
}


def speak_plainly() -> None:
    """Give the classes our words, once, when the application starts."""
    for field, words in FIELDS.items():
        field.default_error_messages = {**field.default_error_messages, **words}
    for validator, text in VALIDATORS.items():
        validator.message = text  # type: ignore[attr-defined]
