"""A form without fields: a question that is answered by its button."""

from django import forms


class ConfirmForm(forms.Form):
    """Valid when it is sent."""
