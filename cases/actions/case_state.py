"""Take a case from one state to another, by the table in states.py."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction

from avhopp.access.policy import demand, may
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.refusal import Refused
from cases.followers import Step, follow
from cases.models import Case, Intake, Investigation, Task
from cases.states import CaseEvent, CaseState, ClosingReason, next_state
from cases.steps import STEPS

#: The reason that the event itself gives; CLOSE lets the handler choose among the others.
GIVEN_REASON = {
    CaseEvent.DECLINE: ClosingReason.NOT_OPENED,
    CaseEvent.TRANSFER_ACCEPTED: ClosingReason.TRANSFERRED,
    CaseEvent.DECEASED: ClosingReason.DECEASED,
}
CHOSEN_REASONS = tuple(reason for reason in ClosingReason if reason not in GIVEN_REASON.values())


@dataclass(frozen=True)
class Closing:
    """Why the handler closes the case, and how it went. The two are kept apart (DOMAIN.md 4.1)."""

    reason: str
    outcome: str


def take_step(
    *,
    case: Case,
    event: CaseEvent,
    on: date,
    by: User,
    today: date,
    reason: str = "",
    closing: Closing | None = None,
) -> Case:
    """Take one of the steps of STEPS that have no page of their own. `on` is the day it happened.

    Raises:
        Refused: `not_allowed`, `own_page`, `not_in_this_state`, `reason_missing`, `bad_day`,
            `child_safety_first`, `no_application`, `investigation_open`, `definition_missing`,
            `stay_goes_on`, `closing_missing`.
    """
    step = STEPS[event]
    demand(by, step.can, case)
    if step.page:
        raise Refused("own_page", "Det här görs på en egen sida.")
    case = Case.objects.locked().get(pk=case.pk)
    _check(case=case, event=event, on=on, today=today, reason=reason)
    case.state = next_state(case.state, event)
    if case.state == CaseState.CLOSED:
        _close(case=case, event=event, on=on, by=by, closing=closing)
    else:
        case.save(update_fields=["state"])
    _consequences(case=case, event=event, on=on, by=by)
    record(
        by=by,
        case=case,
        kind=f"steg_{event.value}",
        text=step.done,
        reason=reason,
        on=on,
        requires=Can.SEE_INVESTIGATION if reason else Can.SEE_CASE,
    )
    return case


def _check(*, case: Case, event: CaseEvent, on: date, today: date, reason: str) -> None:
    next_state(case.state, event)  # what the table forbids is said first
    if STEPS[event].asks_reason and not reason.strip():
        raise Refused("reason_missing", "Skriv varför.", field="reason")
    if on > today:
        raise Refused("bad_day", "Dagen kan inte ligga efter i dag.", field="on")
    if on < case.received:
        raise Refused(
            "bad_day", f"Dagen kan inte ligga före {case.received}, när ärendet kom in.", field="on"
        )
    tasks = Task.objects.filter(case=case).open()
    leaves = case.state == CaseState.RECEIVED and event != CaseEvent.DECEASED
    if leaves and tasks.filter(kind=Task.Kind.CHILD_SAFETY).exists():
        raise Refused(
            "child_safety_first", "Gör skyddsbedömningen av barnet först. Den är en av uppgifterna."
        )
    if (
        event == CaseEvent.APPLY
        and not Intake.objects.filter(case=case, kind=Intake.Kind.APPLICATION).exists()
    ):
        raise Refused(
            "no_application", "Det finns ingen ansökan i ärendet. Starta en förhandsbedömning i stället."
        )
    if event == CaseEvent.PREPARE_DECISION:
        check_investigated(case=case)


def check_investigated(*, case: Case) -> None:
    """Before a decision the investigation is concluded and the definition tried (DOMAIN.md 4.1).

    Raises:
        Refused: `investigation_open`, `definition_missing`.
    """
    if Investigation.objects.filter(case=case, concluded=None).exists():
        raise Refused("investigation_open", "Slutför utredningen först.")
    if case.definition == Case.Definition.UNKNOWN:
        raise Refused("definition_missing", "Pröva definitionen först. Det gör du på utredningens sida.")


def _close(*, case: Case, event: CaseEvent, on: date, by: User, closing: Closing | None) -> None:
    if event in GIVEN_REASON:
        case.closing_reason = GIVEN_REASON[event]
    elif closing and closing.reason in CHOSEN_REASONS and closing.outcome in Case.Outcome.values:
        case.closing_reason, case.outcome = closing.reason, closing.outcome
    else:
        raise Refused("closing_missing", "Välj avslutsskäl och utfall.", field="closing_reason")
    case.closed = on
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            case.save(update_fields=["state", "closed", "closing_reason", "outcome"])
            # What is checked at the end of the transaction is checked now, while it can be answered.
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")
    except IntegrityError as error:
        if "stay_inside_case" in str(error) or "stay_outside_case" in str(error):
            raise Refused(
                "stay_goes_on",
                "Personen är placerad den dagen. Avsluta placeringen först, eller välj en senare dag.",
                field="on",
            ) from None
        raise
    Task.objects.filter(case=case).open().finish(on=on, by=by, outcome="Ärendet avslutades.")
    if may(by, Can.WRITE_INVESTIGATION, case):
        Investigation.objects.filter(case=case, concluded=None, opened__lte=on).update(concluded=on)
    follow(Step.CLOSED, case=case, thing=case, by=by)


def _consequences(*, case: Case, event: CaseEvent, on: date, by: User) -> None:
    if event in (CaseEvent.OPEN_INVESTIGATION, CaseEvent.DECLINE):
        preliminary = Task.objects.filter(case=case, kind=Task.Kind.PRELIMINARY)
        preliminary.open().finish(on=on, by=by, outcome=STEPS[event].done)
    if case.state == CaseState.INVESTIGATION:
        _open_investigation(case=case, on=on)
    if event == CaseEvent.COMMUNICATE:
        Investigation.objects.filter(case=case, concluded=None).update(communicated=on)


def _open_investigation(*, case: Case, on: date) -> None:
    """Start the investigation's clock; one that is open already goes on."""
    if not Investigation.objects.filter(case=case, concluded=None).exists():
        opened = Investigation(case=case, opened=on, due=due(DeadlineKind.INVESTIGATION, on))
        opened.save(force_insert=True)
