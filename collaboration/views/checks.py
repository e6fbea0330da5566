"""Register checks and deviations of one case."""

from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.pages.paging import page_of
from cases.models import Case
from collaboration.actions.checks import (
    assess_deviation,
    close_deviation,
    decide_measure,
    plan_checks,
    record_check,
    register_deviation,
)  # fmt: skip
from collaboration.forms.checks import CloseForm, DeviationForm, DoneForm, MeasureForm, PlanForm, SeverityForm
from collaboration.forms.submit import submit
from collaboration.models import Deviation, RegisterCheck
from collaboration.views.case import demand_same_case, form_page, page

ACUTE = "Akut: ring handläggaren och gruppledaren nu, och be polisen om en ny bedömning."
CHECK_COLUMNS = ["Planerad", "Läge", "Utförd", "Åtgärd"]
DEVIATION_COLUMNS = ["Inkom", "Allvar", "Kommer från", "Läge", "Åtgärd"]


@access(Case, Can.SEE_CHECKS)
def case_checks(request: UserRequest, case: Case) -> HttpResponse:
    checks = RegisterCheck.objects.visible_to(request.user).filter(case=case)
    deviations = Deviation.objects.visible_to(request.user).filter(case=case)
    context = {
        "today": timezone.localdate(),
        "checks": page_of(checks.order_by(F("done").desc(nulls_first=True), "planned", "id"), request),
        "deviations": list(deviations.select_related("police_unit").most_urgent_first()),
        "check_columns": CHECK_COLUMNS,
        "deviation_columns": DEVIATION_COLUMNS,
        "can_plan": may(request.user, Can.WRITE_CHECKS, case),
        "can_report": may(request.user, Can.WRITE_DEVIATIONS, case),
    }
    return render(request, "collaboration/checks.html", page(case, "case_checks", **context))


@access(Case, Can.WRITE_CHECKS, READ_WRITE)
def check_plan(request: UserRequest, case: Case) -> HttpResponse:
    today = timezone.localdate()
    form = PlanForm(request.POST or None)
    if request.method == "POST":
        added = submit(form, lambda: plan_checks(case=case, days=form.days(), by=request.user, today=today))
        if added:
            messages.success(
                request, "Slagningen är planerad." if added == 1 else f"{added} slagningar är planerade."
            )
            return redirect("case_checks", case_id=case.pk)
    lead = "Polisen gör slagningen i sina system. Här planerar ni när ni ska få besked."
    context = form_page(case, form, "Planera slagning", "Planera", "case_checks", lead=lead)
    return render(request, "collaboration/form.html", context)


@access(RegisterCheck, Can.WRITE_CHECKS, READ_WRITE, id="check_id")
def check_done(request: UserRequest, check: RegisterCheck, case_id: UUID) -> HttpResponse:
    demand_same_case(check, case_id)
    today = timezone.localdate()
    form = DoneForm(request.POST or None, initial={"done": today})
    if request.method == "POST":
        made = submit(
            form, lambda: record_check(check=check, by=request.user, today=today, **form.cleaned_data)
        )
        if made is not None and made.deviation:
            messages.info(request, "Slagningen är registrerad. Registrera nu avvikelsen.")
            return redirect("deviation_new", case_id=case_id)
        if made is not None:
            messages.success(request, "Slagningen är registrerad, utan anmärkning.")
            return redirect("case_checks", case_id=case_id)
    context = form_page(check.case, form, "Registrera slagning", "Registrera", "case_checks")
    return render(request, "collaboration/form.html", {**context, "lead": f"Planerad {check.planned}."})


@access(Case, Can.WRITE_DEVIATIONS, READ_WRITE)
def deviation_new(request: UserRequest, case: Case) -> HttpResponse:
    today = timezone.localdate()
    form = DeviationForm(request.POST or None, case=case, today=today)
    if request.method == "POST":
        made = submit(
            form, lambda: register_deviation(case=case, new=form.new(), by=request.user, today=today)
        )
        if made is not None:
            messages.success(request, "Avvikelsen är registrerad. Bedöm hur allvarlig den är.")
            return redirect("deviation", case_id=case.pk, deviation_id=made.pk)
    lead = "Brådskar det: ring först, registrera sedan."
    context = form_page(case, form, "Registrera avvikelse", "Registrera", "case_checks", lead=lead)
    return render(request, "collaboration/form.html", context)


@access(Deviation, Can.SEE_CHECKS, id="deviation_id")
def deviation(request: UserRequest, found: Deviation, case_id: UUID) -> HttpResponse:
    demand_same_case(found, case_id)
    return _show(request, found)


@access(Deviation, Can.WRITE_DEVIATIONS, READ_WRITE, id="deviation_id")
def deviation_assess(request: UserRequest, found: Deviation, case_id: UUID) -> HttpResponse:
    demand_same_case(found, case_id)
    form = SeverityForm(request.POST or None, initial={"severity": found.severity})
    by, today = request.user, timezone.localdate()
    if request.method == "POST":
        made = submit(
            form, lambda: assess_deviation(deviation=found, by=by, today=today, **form.cleaned_data)
        )
        if made is not None:
            if made.severity == Deviation.Severity.ACUTE:
                messages.warning(request, ACUTE)
            else:
                messages.success(request, "Bedömningen är sparad.")
            return redirect("deviation", case_id=case_id, deviation_id=found.pk)
    context = form_page(found.case, form, "Bedöm avvikelsen", "Spara bedömningen", "case_checks")
    return render(request, "collaboration/form.html", context)


@access(Deviation, Can.WRITE_DEVIATIONS, READ_WRITE, id="deviation_id")
def deviation_measure(request: UserRequest, found: Deviation, case_id: UUID) -> HttpResponse:
    demand_same_case(found, case_id)
    form = MeasureForm(request.POST or None, initial={"measure": found.measure})
    by, today = request.user, timezone.localdate()
    if (
        request.method == "POST"
        and submit(form, lambda: decide_measure(deviation=found, by=by, today=today, **form.cleaned_data))
        is not None
    ):
        messages.success(request, "Åtgärden är sparad.")
        return redirect("deviation", case_id=case_id, deviation_id=found.pk)
    context = form_page(found.case, form, "Åtgärd", "Spara åtgärden", "case_checks")
    return render(request, "collaboration/form.html", context)


@access(Deviation, Can.WRITE_DEVIATIONS, READ_WRITE, id="deviation_id")
def deviation_close(request: UserRequest, found: Deviation, case_id: UUID) -> HttpResponse:
    demand_same_case(found, case_id)
    form = CloseForm(request.POST if request.method == "POST" else None)
    by, today = request.user, timezone.localdate()
    if (
        request.method == "POST"
        and submit(form, lambda: close_deviation(deviation=found, by=by, today=today)) is not None
    ):
        messages.success(request, "Avvikelsen är avslutad.")
        return redirect("case_checks", case_id=case_id)
    lead = "En avslutad avvikelse går inte att öppna igen. Händer något nytt registrerar du en ny avvikelse."
    context = form_page(
        found.case, form, "Avsluta avvikelsen", "Avsluta avvikelsen", "case_checks", lead=lead
    )
    return render(request, "collaboration/form.html", context)


def _show(request: UserRequest, found: Deviation) -> HttpResponse:
    writes = found.closed is None and may(request.user, Can.WRITE_DEVIATIONS, found)
    context = {
        "deviation": found,
        "can_assess": writes,
        "can_measure": writes and bool(found.severity),
        "can_close": writes and bool(found.severity and found.measure),
    }
    return render(request, "collaboration/deviation.html", page(found.case, "case_checks", **context))
