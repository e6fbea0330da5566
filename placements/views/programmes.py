"""Programmes to seek money from."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.timeline import events_on
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting
from placements.actions import programmes as actions
from placements.criteria import LABELS
from placements.forms.applications import ProgrammeForm
from placements.models import GrantProgramme
from placements.views.counting import simple_page

ORDERS = (
    Column("Gäller från", "galler", ("start",)),
    Column("Namn", "namn", (SwedishKey("name"),)),
    Column("Sista ansökningsdag", "sok", ("apply_by",)),
)


@access_page(Can.SEE_APPLICATION)
def programmes(request: UserRequest) -> HttpResponse:
    order = sorting(ORDERS, request, default="-galler")
    page = page_of(
        GrantProgramme.objects.visible_to(request.user).order_by(*order.order_by), request, per_page=10
    )
    today = timezone.localdate()
    context = {
        "page": page,
        "orders": order.columns,
        "rows": [(row, row.is_in_force_on(today), [LABELS[key] for key in row.criteria]) for row in page],
        "can_write": may_in_general(request.user, Can.WRITE_APPLICATION),
        "events": events_on([row.pk for row in page], request.user, {"program": "landmark"}),
    }
    return render(request, "placements/application_programmes.html", context)


@access_page(Can.WRITE_APPLICATION, READ_WRITE)
def programme_new(request: UserRequest) -> HttpResponse:
    initial = {"giver": "Polismyndigheten", "start": timezone.localdate(), "criteria": list(LABELS)}
    form = ProgrammeForm(request.POST or None, initial=initial)

    def save() -> str:
        actions.add_programme(facts=form.facts(), by=request.user, today=timezone.localdate())
        return reverse("programmes")

    context = {"heading": "Nytt program", "save": "Lägg till", **_top()}
    return simple_page(request, form, save, "Programmet är tillagt.", context)


@access(GrantProgramme, Can.WRITE_APPLICATION, READ_WRITE)
def programme_edit(request: UserRequest, found: GrantProgramme) -> HttpResponse:
    initial = {name: getattr(found, name) for name in ProgrammeForm.base_fields}
    form = ProgrammeForm(request.POST or None, initial=initial)

    def save() -> str:
        actions.change_programme(
            programme=found, facts=form.facts(), by=request.user, today=timezone.localdate()
        )
        return reverse("programmes")

    context = {"heading": "Ändra programmet", "save": "Spara", **_top()}
    return simple_page(request, form, save, "Programmet är ändrat.", context)


def _top() -> dict[str, str]:
    return {"top": "Program", "back": reverse("programmes")}
