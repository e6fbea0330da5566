"""A task, done on a page that asks for what that kind of task needs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit, User
from cases.actions.task import PoliceContact, assess_child_safety, contact_police, finish_task
from cases.forms.case_work import ChildSafetyForm, PoliceContactForm, TaskForm
from cases.models import ChildSafety, Intake, Task
from cases.views.pages import belongs, form_page, refusals_in, today

LEADS: dict[str, str] = {
    Task.Kind.CONTACT_POLICE: "Polisens samordnare kontaktas i varje nytt ärende, senast nästa arbetsdag.",
    Task.Kind.CHILD_SAFETY: "Bedömningen görs samma dag som uppgiften om barnet kommer in.",
    Task.Kind.PRELIMINARY: "Du kan också ta nästa steg i ärendet. Då stängs uppgiften av sig själv.",
}


@access(Task, Can.WRITE_TASKS, READ_WRITE)
def task(request: UserRequest, task: Task, case_id: UUID) -> HttpResponse:
    """Say what came of the task. What concerns a decision is done on the decision's page."""
    belongs(task, case_id)
    if task.kind in (Task.Kind.NOTIFY, Task.Kind.ENFORCE):
        return redirect("decisions", case_id)
    if task.kind == Task.Kind.INVESTIGATION:
        return redirect("investigation", case_id)
    if not task.is_open:
        return render(request, "cases/task_done.html", done(task, request.user))
    form = form_for(request, task)
    if form.is_valid():
        with refusals_in(form):
            finish(request, task, form)
            messages.success(request, "Uppgiften är utförd.")
            return redirect("case", case_id)
    return form_page(
        request,
        task.case,
        form,
        heading=task.get_kind_display(),
        submit="Spara som utförd",
        back=task.case.url,
        lead=task.note or LEADS.get(task.kind, ""),
    )


def done(task: Task, user: User) -> dict[str, Any]:
    """What came of the task; of a child's safety only to those who may read about children."""
    found: list[ChildSafety] = []
    if task.kind == Task.Kind.CHILD_SAFETY:
        found = list(ChildSafety.objects.visible_to(user).filter(case=task.case).select_related("intake"))
    return {"case": task.case, "task": task, "child_safety": found}


def form_for(request: UserRequest, task: Task) -> TaskForm:
    data, days = request.POST or None, {"today": today(), "earliest": min(task.starts, today())}
    if task.kind == Task.Kind.CONTACT_POLICE:
        units = PoliceUnit.objects.filter(municipality=request.user.municipality_id)
        initial = {"channel": Intake.Channel.PHONE, "unit": str(task.case.police_owner_id or "")}
        return PoliceContactForm(data, units=units, initial=initial, **days)
    return (ChildSafetyForm if task.kind == Task.Kind.CHILD_SAFETY else TaskForm)(data, **days)


def finish(request: UserRequest, task: Task, form: TaskForm) -> Task:
    given = form.cleaned_data
    common = {"task": task, "on": given["on"], "by": request.user, "today": today()}
    if task.kind == Task.Kind.CONTACT_POLICE:
        contact = PoliceContact(given["unit"], given["person"], Intake.Channel(given["channel"]).label)
        return contact_police(contact=contact, outcome=given["outcome"], **common)
    if task.kind == Task.Kind.CHILD_SAFETY:
        return assess_child_safety(text=given["outcome"], **common)
    return finish_task(outcome=given["outcome"], **common)
