"""Nödåtkomst: taken at once, told at once, reviewed afterwards by a manager who did not take it (SR-20)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.actions.access import long_enough
from cases.actions.requests import case_number
from cases.models import Case, EmergencyAccess, EmergencyNotice
from cases.models.grants import LONGEST_BREAK_GLASS


def break_glass(*, case_no: str, reason: str, lasting: timedelta, by: User, at: datetime) -> UUID:
    """Open the case with this number for a while, if there is one that the role reaches; tell its manager.

    The answer, and what is written, is the same when there is none: only the list of cases shows it.
    The grant begins and ends by the database's clock.

    Raises:
        Refused: `not_allowed`, `not_a_number`, `reason_too_short`, `too_long`, `already_open`.
    """
    demand_in_general(by, Can.BREAK_GLASS)
    number, reason = case_number(case_no, timezone.localdate(at)), long_enough(reason)
    if not timedelta(0) < lasting <= LONGEST_BREAK_GLASS:
        raise Refused("too_long", "Nödåtkomst gäller högst 60 minuter.", field="minutes")
    taken = EmergencyAccess.objects.taken_by(by)
    if taken.holding(at).filter(case_no=number).exists():
        raise Refused("already_open", "Du har redan nödåtkomst till det numret.", field="case_no")
    with connection.cursor() as cursor:
        cursor.execute("select sec.break_glass(%s, %s, %s)", [number, reason, lasting])  # type: ignore[list-item]
        return cursor.fetchone()[0]


def end_break_glass(*, emergency: EmergencyAccess, by: User, today: date) -> None:
    """End one's own emergency before its time: what it opened is closed from the next request on.

    It tells nothing new of whether the number has a case. The record stays, and is reviewed like any other.

    Raises:
        Refused: `not_allowed`, `already_over`.
    """
    if emergency.taken_by_id != by.pk:
        raise Refused("not_allowed", "Nödåtkomsten är någon annans.")
    case = Case.objects.visible_to(by).filter(pk=emergency.opened_id).first()
    with transaction.atomic():  # the event while the case is still open to its writer; both, or neither
        if case is not None:
            record(
                by=by, case=case, kind="behorighet_avslutad", requires=Can.SEE_ACCESS, on=today,
                text=f"{by.name} avslutade sin nödåtkomst i förtid.", object_id=emergency.pk,
            )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("select sec.end_break_glass(%s)", [emergency.pk])
            if not cursor.fetchone()[0]:
                raise Refused("already_over", "Nödåtkomsten gäller inte längre.")


def acknowledge(*, notice: EmergencyNotice, by: User, at: datetime) -> EmergencyNotice:
    """The person who was told has read it; it leaves the start page.

    Raises:
        Refused: `not_allowed`.
    """
    if notice.to_id != by.pk:
        raise Refused("not_allowed", "Beskedet är till någon annan.")
    if notice.acknowledged_at is None:
        notice.acknowledged_at = at
        notice.save(update_fields=["acknowledged_at"])
    return notice


def review_emergency(
    *, emergency: EmergencyAccess, verdict: str, text: str, by: User, at: datetime
) -> EmergencyAccess:
    """Sign whether it was justified, and why.

    Raises:
        Refused: `not_allowed`, `own_emergency`, `already_reviewed`, `verdict_missing`, `text_missing`.
    """
    demand(by, Can.REVIEW_EMERGENCY, emergency)
    row = EmergencyAccess.objects.visible_to(by).select_for_update(of=("self",)).get(pk=emergency.pk)
    if row.taken_by_id == by.pk:
        raise Refused("own_emergency", "En annan chef granskar din nödåtkomst.")
    if row.is_reviewed:
        raise Refused("already_reviewed", "Nödåtkomsten är redan granskad.")
    if verdict not in EmergencyAccess.Verdict.values:
        raise Refused("verdict_missing", "Välj om nödåtkomsten var befogad.", field="verdict")
    if not text.strip():
        raise Refused("text_missing", "Skriv hur du kom fram till bedömningen.", field="text")
    row.reviewed_by, row.reviewed_at = by, at
    row.verdict, row.review_text = verdict, text.strip()
    row.save(update_fields=["reviewed_by", "reviewed_at", "verdict", "review_text"])
    return row
