"""The police's assessment: register, history, second reading, withdrawal, and the list of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.reading import log_list
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting
from cases.models import Case
from cases.panels import rendered
from cases.together import alone
from collaboration.actions.assessments import confirm_reading, register_assessment, withdraw_assessment
from collaboration.forms.assessments import AssessmentForm, AssessmentWithdrawalForm, ReadingForm
from collaboration.forms.submit import submit
from collaboration.models import PoliceAssessment, ReleasePackage
from collaboration.panels import assessment_rows, load_assessment
from collaboration.rules import ASSESSMENT_WARNING, assessment_standing
from collaboration.views.case import demand_same_case, form_page, page
from collaboration.views.selection import Selection

ALL_VERSIONS = 50
COLUMNS = (
    Column("Ärende", "arende", ("case__case_no",)),
    Column("Polisenhet", "enhet", (SwedishKey("police_unit__name"),)),
    Column("Mottagen", "mottagen", ("received",)),
    Column("Gäller till och med", "gallertill", ("valid_to", "case__case_no")),
    Column("Läge"),
    Column("Version", numeric=True),
)
SHOW = [
    ("utgar", "Går ut inom 14 dagar"),
    ("utgangna", "Har gått ut"),
    ("aterkallade", "Återkallade av polisen"),
    ("vantar", "Väntar på andra läsning"),
    ("alla", "Alla"),
]


@access(Case, Can.WRITE_ASSESSMENT, READ_WRITE)
def assessment_new(request: UserRequest, case: Case) -> HttpResponse:
    form = AssessmentForm(request.POST or None, case=case, today=timezone.localdate())
    if request.method == "POST":
        made = submit(
            form, lambda: register_assessment(case=case, new=form.new(), by=request.user, at=timezone.now())
        )
        if made is not None:
            text = "Bedömningen är registrerad, och polisen kan se hur."
            waits = " Hotbilden är ändrad: be en kollega göra andra läsningen."
            messages.success(request, text + (waits if made.waits else ""))
            return redirect("case_assessments", case_id=case.pk)
    lead = "Skriv av polisens handling. Bedömningen är polisens, och ni registrerar den utan att ändra i den."
    context = form_page(
        case, form, "Registrera polisens bedömning", "Registrera", "case_assessments", lead=lead
    )
    return render(request, "collaboration/form.html", context)


@access(Case, Can.SEE_ASSESSMENT)
def case_assessments(request: UserRequest, case: Case) -> HttpResponse:
    found = alone(case, assessment_rows(case, request.user, ALL_VERSIONS))
    shown = load_assessment(case, request.user, timezone.localdate(), found, ALL_VERSIONS)
    panel = rendered("collaboration/panel_assessment.html", shown | {"can_register": False}, request)
    versions = (
        PoliceAssessment.objects.visible_to(request.user)
        .filter(case=case)
        .with_names()
        .with_uses()
        .order_by("-version")
    )
    return render(
        request,
        "collaboration/assessments.html",
        page(
            case,
            "case_assessments",
            panel=panel,
            can_register=shown["can_register"],
            versions=[(f"Version {one.version}", one) for one in versions],
        ),
    )


@access(PoliceAssessment, Can.CONFIRM_ASSESSMENT, READ_WRITE, id="assessment_id")
def second_reading(request: UserRequest, assessment: PoliceAssessment, case_id: UUID) -> HttpResponse:
    demand_same_case(assessment, case_id)
    form = ReadingForm(request.POST or None)
    if request.method == "POST":
        by, at = request.user, timezone.now()
        if submit(form, lambda: confirm_reading(assessment=assessment, read=form.reading(), by=by, at=at)):
            messages.success(request, "Andra läsningen är klar. Bedömningen stämmer med polisens handling.")
            return redirect("case_assessments", case_id=case_id)
    context = form_page(
        assessment.case, form, "Andra läsning", "Bekräfta", "case_assessments", assessment=assessment
    )
    return render(request, "collaboration/reading.html", context)


@access(PoliceAssessment, Can.WRITE_ASSESSMENT, READ_WRITE, id="assessment_id")
def assessment_withdraw(request: UserRequest, assessment: PoliceAssessment, case_id: UUID) -> HttpResponse:
    """What follows, and the form: the page itself is the question whether to go on."""
    by, now = request.user, timezone.now()
    form = AssessmentWithdrawalForm(request.POST or None, initial={"withdrawn": timezone.localdate(now)})
    if (
        request.method == "POST"
        and submit(
            form,
            lambda: withdraw_assessment(assessment=assessment, withdrawal=form.withdrawal(), by=by, at=now),
        )
        is not None
    ):
        messages.success(request, "Återkallelsen är registrerad. Be polisen om en ny bedömning.")
        return redirect("case_assessments", case_id=case_id)
    shared = ReleasePackage.objects.visible_to(by).with_assessment_of(assessment.police_unit)
    context = form_page(
        assessment.case, form, "Polisen återkallar bedömningen", "Registrera återkallelsen",
        "case_assessments", assessment=assessment, shared=shared.filter(case=case_id).not_ended(),
        uses=assessment.uses.with_names(),
    )  # fmt: skip
    return render(request, "collaboration/withdraw_assessment.html", context)


@access_page(Can.SEE_ASSESSMENT)
def assessments(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    selection = Selection(request, SHOW, default="utgar")
    rows = PoliceAssessment.objects.visible_to(request.user).filter(case__closed=None).with_names()
    chosen = {
        "utgar": rows.expiring(today, today + ASSESSMENT_WARNING),
        "utgangna": rows.expired(today),
        "aterkallade": rows.taken_back(),
        "vantar": rows.waiting(),
        "alla": rows.current(),
    }[selection.chosen]
    order = sorting(COLUMNS, request, default="gallertill")
    found = page_of(chosen.order_by(*order.order_by), request)
    log_list(request.user, Can.SEE_ASSESSMENT, [one.case_id for one in found], of=PoliceAssessment)
    context = {
        "columns": order.columns, "page": found, "today": today, "tabs": selection.tabs, "protected": True,
        "rows": [(one, assessment_standing(one.valid_to, today, one.withdrawn)) for one in found],
    }  # fmt: skip
    return render(request, "collaboration/assessment_list.html", context)
