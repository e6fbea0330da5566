"""Not in the same place: the coordinators' marks, and the sealed answer to whoever plans a place."""

from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case
from placements.actions.refusals import told
from placements.costs import Stay
from placements.models import ApartMark, ApartQuestion, Placement, Provider

#: All that anybody is told who plans a place, whatever else they may see.
ASK_THE_COORDINATOR = "Fråga samordnaren."


def refuse_apart(
    *, case: Case, provider: Provider, first: date, end: date | None, field: str = "place", uses: bool = False
) -> None:
    """Ask the seal whether the nights from `first` to before `end` may be spent there (sec.ask_apart).

    The question is recorded for the coordinators when it is refused. `uses`: this is the placement that a
    coordinator let through, which counts once.

    Raises:
        Refused: ask_coordinator.
    """
    with connection.cursor() as cursor:
        cursor.execute("select sec.ask_apart(%s, %s, %s, %s, %s)", [case.pk, provider.pk, first, end, uses])
        if cursor.fetchone()[0]:
            raise Refused("ask_coordinator", ASK_THE_COORDINATOR, field=field)


def refuse_new_nights(*, placement: Placement, stay: Stay, uses: bool = False) -> None:
    """As `refuse_apart`, for the nights that the placement does not have yet.

    Raises Refused ask_coordinator.
    """
    about = {"case": placement.case, "provider": placement.provider, "field": "end", "uses": uses}
    if stay.start < placement.first_day:
        refuse_apart(first=stay.start, end=placement.first_day, **about)  # type: ignore[arg-type]
    if placement.end is not None and (stay.end is None or stay.end > placement.end):
        refuse_apart(first=placement.end, end=stay.end, **about)  # type: ignore[arg-type]


def mark_apart(*, one: Case, other: Case, by: User, today: date) -> ApartMark:
    """The persons of these cases must not stay in the same place. No reason is asked for or kept.

    Raises:
        Refused: not_allowed, same_case, case_closed, marked_already.
    """
    for case in (one, other):
        demand(by, Can.MARK_APART, case)
        if not case.is_open:
            raise Refused("case_closed", "Ett av ärendena är avslutat.")
    if one.pk == other.pk:
        raise Refused("same_case", "Ange två olika ärenden.", field="other")
    first, second = sorted((one, other), key=lambda case: case.pk.bytes)
    mark = ApartMark(
        municipality_id=by.municipality_id, first_case=first, second_case=second, made_on=today, made_by=by
    )
    with told():
        mark.save(force_insert=True)
    for case in (first, second):
        _note(case, by, today, "inte_samma_plats", "En markering om platser gjordes.")
    return mark


def end_apart(*, mark: ApartMark, by: User, today: date) -> ApartMark:
    """The mark no longer holds.

    Raises:
        Refused: not_allowed, ended_already.
    """
    cases = (mark.first_case, mark.second_case)
    for case in cases:
        demand(by, Can.MARK_APART, case)
    mark = ApartMark.objects.select_for_update(of=("self",)).get(pk=mark.pk)
    if mark.ended_on is not None:
        raise Refused("ended_already", "Markeringen är redan avslutad.")
    mark.ended_on, mark.ended_by = today, by
    mark.save(update_fields=["ended_on", "ended_by"])
    for case in cases:
        _note(case, by, today, "inte_samma_plats_slut", "En markering om platser avslutades.")
    return mark


def answer_place(*, question: ApartQuestion, allowed: bool, by: User, at: datetime) -> ApartQuestion:
    """Let the place through once, or not, by somebody else than the one who asked.

    Raises:
        Refused: not_allowed, own_question, answered_already.
    """
    demand(by, Can.MARK_APART, question.case)
    question = ApartQuestion.objects.locked().get(pk=question.pk)
    if question.asked_by_id == by.pk:
        raise Refused("own_question", "Du frågade själv. Någon annan ska svara.")
    if question.answered_at is not None:
        raise Refused("answered_already", "Frågan är redan besvarad.")
    question.allowed, question.answered_by, question.answered_at = allowed, by, at
    question.save(update_fields=["allowed", "answered_by", "answered_at"])
    text = (
        "Samordnaren släppte igenom en plats en gång." if allowed else "Samordnaren svarade nej om en plats."
    )
    _note(question.case, by, timezone.localdate(at), "plats_svar", text, Can.SEE_PLACEMENT)
    return question


def _note(case: Case, by: User, on: date, kind: str, text: str, requires: Can = Can.SEE_APART) -> None:
    record(by=by, case=case, kind=kind, requires=requires, on=on, text=text)
