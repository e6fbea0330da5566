"""The investigation: its text, its limit in time, and the definition."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.actions.investigation import (
    PARTS_APART,
    conclude_investigation,
    extend_investigation,
    try_definition,
    write_investigation,
)
from cases.forms.investigation import (
    DefinitionForm,
    ExtensionForm,
    InvestigationForm,
    definition_of,
    parts_of,
)
from cases.forms.plain import ConfirmForm
from cases.models import Case, Investigation
from cases.views.pages import belongs, form_page, refusals_in, today

TEXTS = [(name, field.label) for name, field in InvestigationForm.base_fields.items()]


@access(Case, Can.SEE_INVESTIGATION)
def investigation(request: UserRequest, case: Case) -> HttpResponse:
    """The latest investigation, earlier ones below it, and the test of the definition."""
    context = {
        "case": case,
        "investigations": texts_shown(case, request.user),
        "today": today(),
        "can_write": may(request.user, Can.WRITE_INVESTIGATION, case),
        "criteria": [
            ("Har valt att lämna", answer(case.chose_to_leave)),
            ("Organiserad brottslighet", answer(case.organised_crime)),
            ("Behöver stöd och skydd", answer(case.needs_support)),
            ("Resultat", case.get_definition_display()),
            ("Lydelse", case.definition_version),
        ],
    }
    return render(request, "cases/investigation.html", context)


def texts_shown(case: Case, user: User) -> list[dict[str, Any]]:
    """The investigations, each with the texts that `user` may read, under the form's headings."""
    found = list(Investigation.objects.visible_to(user).filter(case=case))
    apart = {
        (name, part.investigation_id): part.text
        for name, model in PARTS_APART.items()
        for part in model.objects.visible_to(user).filter(case=case)
    }

    def text(one: Investigation, name: str) -> str:
        return apart.get((name, one.pk), "") if name in PARTS_APART else getattr(one, name)

    return [
        {"one": one, "texts": [(label, text(one, name)) for name, label in TEXTS if text(one, name)]}
        for one in found
    ]


def answer(value: bool | None) -> str:
    return "Inte bedömt" if value is None else "Ja" if value else "Nej"


@access(Investigation, Can.WRITE_INVESTIGATION, READ_WRITE)
def investigation_write(request: UserRequest, investigation: Investigation, case_id: UUID) -> HttpResponse:
    belongs(investigation, case_id)
    form = InvestigationForm(request.POST or None, initial=parts_of(investigation, request.user))
    if form.is_valid():
        with refusals_in(form):
            write_investigation(
                investigation=investigation, parts=form.cleaned_data, by=request.user, today=today()
            )
            messages.success(request, "Utredningen är sparad.")
            return redirect("investigation", case_id)
    return form_page(
        request,
        investigation.case,
        form,
        heading="Skriv utredning",
        submit="Spara",
        back=back(case_id),
        lead="Du kan spara när som helst och fortsätta senare.",
    )


@access(Investigation, Can.WRITE_INVESTIGATION, READ_WRITE)
def investigation_extend(request: UserRequest, investigation: Investigation, case_id: UUID) -> HttpResponse:
    belongs(investigation, case_id)
    form = ExtensionForm(request.POST or None)
    if form.is_valid():
        with refusals_in(form):
            extend_investigation(
                investigation=investigation, by=request.user, today=today(), **form.cleaned_data
            )
            messages.success(request, "Utredningstiden är förlängd.")
            return redirect("investigation", case_id)
    return form_page(
        request,
        investigation.case,
        form,
        heading="Förläng utredningstiden",
        submit="Förläng",
        back=back(case_id),
        lead=f"Utredningen ska nu vara klar {investigation.due}. Den nya dagen räknas därifrån.",
    )


@access(Investigation, Can.WRITE_INVESTIGATION, READ_WRITE)
def investigation_conclude(request: UserRequest, investigation: Investigation, case_id: UUID) -> HttpResponse:
    belongs(investigation, case_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_in(form):
            conclude_investigation(investigation=investigation, by=request.user, today=today())
            messages.success(request, "Utredningen är slutförd. Nästa steg är att gå till beslut.")
            return redirect("investigation", case_id)
    return form_page(
        request,
        investigation.case,
        form,
        heading="Slutför utredningen?",
        submit="Slutför utredningen",
        back=back(case_id),
        lead="Texten låses. Bedömningen ska vara skriven och definitionen prövad.",
    )


@access(Case, Can.WRITE_INVESTIGATION, READ_WRITE)
def definition(request: UserRequest, case: Case) -> HttpResponse:
    """Try the three criteria of the national definition."""
    form = DefinitionForm(request.POST or None, initial=definition_of(case))
    if form.is_valid():
        with refusals_in(form):
            try_definition(case=case, definition=form.definition_given, by=request.user, today=today())
            messages.success(request, "Prövningen är sparad.")
            return redirect("investigation", case.pk)
    return form_page(
        request,
        case,
        form,
        heading="Pröva definitionen",
        submit="Spara prövningen",
        back=back(case.pk),
        lead="En avhoppare har valt att lämna organiserad brottslighet och bedöms behöva samhällets stöd "
        "och skydd för att fullfölja det.",
    )


def back(case_id: UUID) -> str:
    return reverse("investigation", args=[case_id])
