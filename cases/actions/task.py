"""Do a task: what came of it, when and by whom."""

from dataclasses import dataclass
from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit, User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case, ChildSafety, Intake, Task

#: Done on a page of their own, together with what they are about.
ELSEWHERE = (Task.Kind.NOTIFY, Task.Kind.ENFORCE, Task.Kind.INVESTIGATION)


@dataclass(frozen=True)
class PoliceContact:
    """Who at the police was reached, and how (R-02)."""

    unit: PoliceUnit
    person: str
    channel: str


def finish_task(*, task: Task, outcome: str, on: date, by: User, today: date) -> Task:
    """Raises Refused: `not_allowed`, `own_page`, `already_done`, `bad_day`, `outcome_missing`."""
    if task.kind in (*ELSEWHERE, Task.Kind.CONTACT_POLICE, Task.Kind.CHILD_SAFETY):
        raise Refused("own_page", "Den här uppgiften görs på en egen sida.")
    return _finish(task=task, outcome=outcome, on=on, by=by, today=today)


def contact_police(
    *, task: Task, contact: PoliceContact, outcome: str, on: date, by: User, today: date
) -> Task:
    """The police's coordinator was reached; the case remembers who and which unit.

    Raises Refused: `not_allowed`, `wrong_task`, `already_done`, `bad_day`, `outcome_missing`, `wrong_unit`.
    """
    if task.kind != Task.Kind.CONTACT_POLICE:
        raise Refused("wrong_task", "Uppgiften gäller något annat.")
    if contact.unit.municipality_id != by.municipality_id:
        raise Refused("wrong_unit", "Välj en av kommunens polisenheter.", field="unit")
    told = f"{contact.channel}, {contact.person} ({contact.unit.name}). {outcome.strip()}"
    task = _finish(task=task, outcome=told if outcome.strip() else "", on=on, by=by, today=today)
    task.case.police_contact, task.case.police_owner = contact.person, contact.unit
    task.case.save(update_fields=["police_contact", "police_owner"])
    return task


def assess_child_safety(*, task: Task, text: str, on: date, by: User, today: date) -> Task:
    """The immediate assessment of the child's safety, kept with the report that started it.

    The task says only that it was made: tasks are read by more roles than what is written of children.

    Raises Refused: `not_allowed`, `wrong_task`, `already_done`, `bad_day`, `outcome_missing`.
    """
    if task.kind != Task.Kind.CHILD_SAFETY:
        raise Refused("wrong_task", "Uppgiften gäller något annat.")
    demand(by, Can.WRITE_INTAKE, task.case)
    made = "Skyddsbedömningen är gjord." if text.strip() else ""
    task = _finish(task=task, outcome=made, on=on, by=by, today=today)
    waiting = Intake.objects.filter(
        case=task.case, concerns_child=True, received__lte=on, child_safety_assessed_on=None
    )
    for intake in waiting:
        intake.child_safety_assessed_on = on
        intake.save(update_fields=["child_safety_assessed_on"])
        ChildSafety(case=task.case, intake=intake, text=text.strip()).save(force_insert=True)
    return task


def _finish(*, task: Task, outcome: str, on: date, by: User, today: date) -> Task:
    demand(by, Can.WRITE_TASKS, task.case)
    case = Case.objects.locked().get(pk=task.case_id)
    task = Task.objects.get(pk=task.pk)
    task.case = case
    if not task.is_open:
        raise Refused("already_done", f"Uppgiften är redan utförd: {task.done_on}.")
    if on > today:
        raise Refused("bad_day", "Dagen kan inte ligga efter i dag.", field="on")
    if on < task.starts:
        raise Refused(
            "bad_day", f"Dagen kan inte ligga före {task.starts}, när uppgiften kom till.", field="on"
        )
    if not outcome.strip():
        raise Refused("outcome_missing", "Skriv vad som kom fram.", field="outcome")
    task.done_on, task.done_by, task.outcome = on, by, outcome.strip()
    task.save(update_fields=["done_on", "done_by", "outcome"])
    record(
        by=by,
        case=case,
        kind=f"uppgift_{task.kind}",
        requires=Can.SEE_TASKS,
        on=on,
        object_id=task.pk,
        text=f"Uppgift utförd: {task.get_kind_display().lower()}.",
    )
    return task
