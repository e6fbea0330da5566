"""From a form to an action: a refusal becomes a form error, and what was typed stays."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.db import transaction

from avhopp.kernel.refusal import Refused

Result = TypeVar("Result")


def submit(form: forms.Form, act: Callable[[], Result]) -> Result | None:
    """Run the action when the form is valid; None when either says no, with the reason on the form.

    A refused action leaves nothing behind. The action must give something that is not None.
    """
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            return act()
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.text)
        return None
