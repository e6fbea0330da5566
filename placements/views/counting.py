"""Pages where money changes: first count, then save what was counted.

Two buttons post the same form. “Räkna” shows what it would cost. “Spara” saves only what has been shown: the
page carries a fingerprint of the fields and of what they came to. When either has changed since, also because
somebody else has changed the stay meanwhile, it counts again and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from avhopp.access.requests import UserRequest
from avhopp.kernel.refusal import Refused
from avhopp.pages.tables import Heading
from placements.remaining import Remaining, remaining_budget
from placements.terms import Effect

#: What the simple page may leave out.
DEFAULTS: dict[str, Any] = {
    "lead": "",
    "case": None,
    "crumb": None,
    "top": "",
    "cost": None,
    "application": None,
    "between": "",
    "tone": "",
}
COUNTED, DO, SAVE = "counted", "gor", "spara"


@dataclass(frozen=True)
class Counting:
    """`count` tells the effect of the valid form, `save` does it and gives the address to go to.

    Both may raise Refused, which becomes an error on the form. `done` is the message after saving, `told`
    gives sentences about what was counted.
    """

    count: Callable[[], Effect]
    save: Callable[[], str]
    done: str
    told: Callable[[], list[str]] = list


def counting_page(
    request: UserRequest, form: forms.Form, counting: Counting, context: dict[str, Any]
) -> HttpResponse:
    """The form, its effect once counted, and a redirect once saved."""
    effect, changed, fingerprint = None, False, ""
    if request.method == "POST" and form.is_valid():
        try:
            effect = counting.count()
            fingerprint = _fingerprint(form, effect)
            if request.POST.get(DO) == SAVE:
                if constant_time_compare(request.POST.get(COUNTED, ""), fingerprint):
                    with transaction.atomic():
                        address = counting.save()
                    messages.success(request, counting.done)
                    return redirect(address)
                changed = True
        except Refused as refused:
            effect = None
            show(form, refused)
    shown = {"effect_columns": _columns(effect), "form": form, "effect": effect, "changed": changed}
    shown["counted"] = fingerprint if effect else ""
    shown["told"] = counting.told() if effect else []
    shown["remaining"] = _remaining(request, effect)
    return render(request, "placements/counting.html", {**context, **shown})


def _columns(effect: Effect | None) -> list[Heading]:
    columns = [Heading("År"), Heading("Dygn", True)]
    if effect and effect.compares:
        return [*columns, Heading("Ny kostnad", True), Heading("Nuvarande kostnad", True)]
    return [*columns, Heading("Kostnad", True)]


def _remaining(request: UserRequest, effect: Effect | None) -> Remaining | None:
    """What would be left of the budget with the change, for those who may see it."""
    if effect is None:
        return None
    return remaining_budget(user=request.user, today=timezone.localdate(), change=effect.change_this_year)


def simple_page(
    request: UserRequest,
    form: forms.Form,
    save: Callable[[], str],
    done: str,
    context: dict[str, Any],
    template: str = "placements/simple.html",
) -> HttpResponse:
    """A form that needs no counting: saved, or shown again with what was refused."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                address = save()
            messages.success(request, done)
            return redirect(address)
        except Refused as refused:
            show(form, refused)
    return render(request, template, {**DEFAULTS, **context, "form": form})


def show(form: forms.Form, refused: Refused) -> None:
    """The refusal beside the field at fault, or on top when the form has no such field."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.text)


def _fingerprint(form: forms.Form, effect: Effect) -> str:
    said = [(name, str(form[name].value() or "")) for name in form.fields]
    return salted_hmac("placements.counting", repr((said, effect))).hexdigest()
