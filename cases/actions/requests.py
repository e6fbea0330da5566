"""Begäran om åtkomst: asked by one, answered by another who holds the case."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.refusal import Refused
from cases.actions.access import give_temporary, long_enough
from cases.models import AccessRequest, Case
from cases.search import Query

MOST_WAITING = 10


def case_number(text: str, today: date) -> str:
    """What was typed, in the form that case numbers have.

    Raises:
        Refused: `not_a_number`.
    """
    try:
        number = Query.of(text, today).case_no
    except Refused:
        number = ""
    if not number:
        raise Refused("not_a_number", "Skriv ärendets nummer, till exempel AVH-2020-0001.", field="case_no")
    return number


def request_access(*, case_no: str, reason: str, to_work: bool, by: User, at: datetime) -> AccessRequest:
    """Ask for a case by its number. No case is looked up: the answer cannot tell whether there is one.

    Raises:
        Refused: `not_allowed`, `not_a_number`, `reason_too_short`, `already_asked`, `too_many`.
    """
    demand_in_general(by, Can.ASK_ACCESS)
    number, reason = case_number(case_no, timezone.localdate(at)), long_enough(reason)
    waiting = list(
        AccessRequest.objects.asked_by(by).waiting(at).values_list("case_no", flat=True)[:MOST_WAITING]
    )
    if number in waiting:
        raise Refused(
            "already_asked", "Du har redan en begäran om det numret som väntar på svar.", field="case_no"
        )
    if len(waiting) >= MOST_WAITING:
        raise Refused("too_many", "Du har tio begäranden som väntar på svar. Vänta på svaren först.")
    request = AccessRequest(
        municipality_id=by.municipality_id,
        asked_by=by,
        case_no=number,
        reason=reason,
        to_work=to_work,
        asked_at=at,
    )
    request.save(force_insert=True)
    return request


def grant_request(
    *, request: AccessRequest, to_work: bool, until: date, by: User, at: datetime
) -> AccessRequest:
    """Give the asker a temporary grant to the end of the day `until`, for the asker's own reason.

    Raises:
        Refused: `not_allowed`, `answered`, `own_request`, `no_case`, and as `give_temporary`.
    """
    request = _open(request, by, at)
    case = Case.objects.visible_to(by).filter(case_no=request.case_no).first()
    if case is None:
        raise Refused("no_case", "Det finns inget ärende med numret. Begäran kan bara avslås.")
    (grant, *_) = give_temporary(
        case=case, to=request.asked_by, to_work=to_work, until=until, reason=request.reason, by=by, at=at
    )
    request.answered_by, request.answered_at, request.granted_until = by, at, grant.valid_to
    request.save(update_fields=["answered_by", "answered_at", "granted_until"])
    return request


def refuse_request(*, request: AccessRequest, refusal: str, by: User, at: datetime) -> AccessRequest:
    """Say no, with one of the reasons that fit any number.

    Raises:
        Refused: `not_allowed`, `answered`, `own_request`, `refusal_missing`.
    """
    request = _open(request, by, at)
    if refusal not in AccessRequest.Refusal.values:
        raise Refused("refusal_missing", "Välj varför begäran avslås.", field="refusal")
    request.answered_by, request.answered_at, request.refusal = by, at, refusal
    request.save(update_fields=["answered_by", "answered_at", "refusal"])
    return request


def _open(request: AccessRequest, by: User, at: datetime) -> AccessRequest:
    row = (
        AccessRequest.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("asked_by")
        .filter(pk=request.pk)
        .first()
    )
    if row is None or not may_answer(row, by):
        raise Refused("not_allowed", "Du får inte besvara den här begäran.")
    if row.is_answered or row.answer_by <= at:
        raise Refused("answered", "Begäran är redan besvarad, eller har gått ut.")
    return row


def may_answer(request: AccessRequest, user: User) -> bool:
    """Never the one who asked; otherwise whoever may assign the case, or answers for the municipality."""
    if request.asked_by_id == user.pk:
        return False
    case = Case.objects.visible_to(user).filter(case_no=request.case_no).first()
    try:
        if case is None:
            demand_in_general(user, Can.SEE_REQUESTS)
        else:
            demand(user, Can.ASSIGN, case)
    except Refused:
        return False
    return True


def last_day(today: date) -> date:
    """A week is suggested."""
    return today + timedelta(days=7)
