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
from placements.actions import programmes as actions
from placements.criteria import LABELS
from placements.forms.applications import ProgrammeForm
from placements.models import GrantProgramme
from placements.views.counting import simple_page


@access_page(Can.SEE_APPLICATION)
def programmes(request: UserRequest) -> HttpResponse:
    rows = list(GrantProgramme.objects.visible_to(request.user))
    today = timezone.localdate()
    context = {
        "rows": [(row, row.is_in_force_on(today), [LABELS[key] for key in row.criteria]) for row in rows],
        "can_write": may_in_general(request.user, Can.WRITE_APPLICATION),
        "events": events_on([row.pk for row in rows], request.user, {"program": "landmark"}),
    }
    return render(request, "placements/application_programmes.html", context)


@access_page(Can.WRITE_APPLICATION, READ_WRITE)
def programme_new(request: UserRequest) -> HttpResponse:
    initial = {"giver": "Polismyndigheten", "start": timezone.localdate(), "criteria": list(LABELS)}
    form = ProgrammeForm(request.POST or None, initial=initial)

    def save() -> str:
        actions.add_programme(facts=form.facts(), by=request.user, today=timezone.localdate())
        return reverse("programmes")

    context = {
        "heading": "Nytt program",
        "save": "Lägg till",
        "top": "Program",
        "back": reverse("programmes"),
    }
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

    context = {
        "heading": "Ändra programmet",
        "save": "Spara",
        "top": "Program",
        "back": reverse("programmes"),
    }
    return simple_page(request, form, save, "Programmet är ändrat.", context)


def _top() -> dict[str, str]:
    return {"top": "Program", "back": reverse("programmes")}
