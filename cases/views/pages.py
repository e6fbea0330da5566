"""What the pages of a case share: the form page, and refusals shown where they can be mended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from avhopp.kernel.refusal import Refused
from cases.forms.fields import show_refusal
from cases.models import Case
from cases.states import CaseState

TONES = {
    CaseState.RECEIVED: "warning",
    CaseState.DECISION: "warning",
    CaseState.GRANTED: "warning",
    CaseState.ONGOING: "success",
    CaseState.FOLLOW_UP: "success",
    CaseState.CLOSED: "neutral",
}


def tone_of(case: Case) -> str:
    """The tone of the chip that shows the case's state."""
    return TONES.get(CaseState(case.state), "info")


def today() -> date:
    return timezone.localdate()


def belongs(thing: Model, case_id: UUID) -> None:
    """The address must name the case that `thing` belongs to.

    Raises:
        Http404: it does not.
    """
    if thing.case_id != case_id:  # type: ignore[attr-defined]
        raise Http404


@contextmanager
def refusals_in(form: forms.Form) -> Iterator[None]:
    """A refusal inside the block undoes what the block wrote and becomes an error of the form."""
    try:
        with transaction.atomic():
            yield
    except Refused as refused:
        show_refusal(form, refused)


def form_page(
    request: HttpRequest, case: Case, form: forms.Form, *, heading: str, submit: str, back: str, **more: Any
) -> HttpResponse:
    """One form on a page of the case. `more`: `lead`, `notice`, `danger`."""
    page = {"lead": "", "notice": "", "danger": False, **more}
    page |= {"case": case, "form": form, "heading": heading, "submit": submit, "back": back}
    return render(request, "cases/form_page.html", page)
