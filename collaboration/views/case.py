"""What the pages of one case share: its tabs, and that an object belongs to the case in the address."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import Http404
from django.urls import reverse

from cases.models import Case

TABS = [
    ("Översikt", "collaboration"),
    ("Polisens bedömning", "case_assessments"),
    ("Samtycke och utlämnanden", "case_releases"),
    ("Slagningar och avvikelser", "case_checks"),
]


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    current: bool
    count: None = None


def page(case: Case, current: str, /, **context: Any) -> dict[str, Any]:
    """The context of a page in the case: the case, its tabs, the mark of protected data."""
    tabs = [Tab(label, reverse(name, args=[case.pk]), name == current) for label, name in TABS]
    return {"case": case, "tabs": tabs, "protected": True, **context}


def form_page(
    case: Case, form: object, heading: str, submit: str, back: str, **context: Any
) -> dict[str, Any]:
    """The context of collaboration/form.html. `back` is the URL name of the page to go back to."""
    return {
        "case": case,
        "form": form,
        "heading": heading,
        "submit": submit,
        "back": reverse(back, args=[case.pk]),
        "back_label": {name: label for label, name in TABS}[back],
        "protected": True,
        **context,
    }


def demand_same_case(thing: Model, case_id: UUID) -> None:
    """An object under another case's address does not exist there."""
    if thing.case_id != case_id:  # type: ignore[attr-defined]
        raise Http404
