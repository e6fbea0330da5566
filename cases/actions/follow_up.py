"""Plan and hold follow-ups, some of them together with the police."""

from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.refusal import Refused
from cases.models import Case, FollowUp


def plan_follow_up(*, case: Case, planned: date, with_police: bool, by: User, today: date) -> FollowUp:
    """Raises Refused: `not_allowed`, `case_closed`, `in_the_past`."""
    demand(by, Can.WRITE_FOLLOW_UP, case)
    case = Case.objects.locked().get(pk=case.pk)
    if not case.is_open:
        raise Refused("case_closed", "Ärendet är avslutat.")
    if planned < today:
        raise Refused("in_the_past", "Planera en dag som inte har varit.", field="planned")
    follow_up = FollowUp(case=case, planned=planned, with_police=with_police)
    follow_up.save(force_insert=True)
    together = " tillsammans med polisen" if with_police else ""
    record(
        by=by,
        case=case,
        kind="uppfoljning_planerad",
        requires=Can.SEE_FOLLOW_UP,
        on=today,
        object_id=follow_up.pk,
        text=f"Uppföljning planerades till {planned}{together}.",
    )
    return follow_up


def hold_follow_up(
    *, follow_up: FollowUp, held: date, with_police: bool, summary: str, by: User, today: date
) -> FollowUp:
    """The follow-up was held. In an open case the next one is planned three months later, unless one is.

    Raises Refused: `not_allowed`, `already_held`, `in_the_future`, `summary_missing`.
    """
    demand(by, Can.WRITE_FOLLOW_UP, follow_up.case)
    case = Case.objects.locked().get(pk=follow_up.case_id)
    follow_up = FollowUp.objects.get(pk=follow_up.pk)
    if follow_up.held:
        raise Refused("already_held", f"Uppföljningen är redan genomförd: {follow_up.held}.")
    if held > today:
        raise Refused("in_the_future", "Dagen kan inte ligga efter i dag.", field="held")
    if not summary.strip():
        raise Refused("summary_missing", "Skriv vad uppföljningen visade.", field="summary")
    follow_up.held, follow_up.with_police, follow_up.summary = held, with_police, summary.strip()
    follow_up.save(update_fields=["held", "with_police", "summary"])
    if case.is_open and not FollowUp.objects.filter(case=case, held=None).exists():
        FollowUp(case=case, planned=due(DeadlineKind.FOLLOW_UP, held)).save(force_insert=True)
    together = " tillsammans med polisen" if with_police else ""
    record(
        by=by,
        case=case,
        kind="uppfoljning_genomford",
        requires=Can.SEE_FOLLOW_UP,
        on=held,
        object_id=follow_up.pk,
        text=f"Uppföljning genomfördes{together}.",
    )
    return follow_up
