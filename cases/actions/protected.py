"""Write and read the protected contact. Nothing is shown before the reading is written down."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import Can, GrantKind
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case, ProtectedContact, ProtectedReading
from cases.models.protected import APPROVED_FOR, THIS_TRANSACTION

SHORTEST_REASON = 10
NAMED = (GrantKind.ASSIGNMENT, GrantKind.CO_HANDLER)
CHANGES = "Uppgifterna ändras."


@dataclass(frozen=True)
class Contact:
    """What is kept: all of it may be empty."""

    address: str = ""
    whereabouts: str = ""
    channel: str = ""


def is_named(user: User, case: Case) -> bool:
    """Whether `user` is one of the case's handlers, who need nobody's approval."""
    return any(grant.kind in NAMED for grant in case.grants_to(user))


def read_as_handler(*, case: Case, reason: str, by: User, at: datetime) -> ProtectedContact | None:
    """The contact, or None when nothing is written yet; for the case's handlers.

    Raises:
        Refused: `not_allowed`, `not_a_handler`, `reason_too_short`.
    """
    demand(by, Can.SEE_PROTECTED_CONTACT, case)
    if not is_named(by, case):
        raise Refused("not_a_handler", "Du behöver någon annans godkännande för att läsa uppgifterna.")
    reading = ProtectedReading(
        case=case, asked_by=by, asked_at=at, reason=long_enough(reason), named=True, used_at=THIS_TRANSACTION
    )
    reading.save(force_insert=True)
    return _shown(case, reading, by, at)


def ask_to_read(*, case: Case, reason: str, by: User, at: datetime) -> ProtectedReading:
    """Ask somebody else to approve one reading.

    Raises:
        Refused: `not_allowed`, `handler_reads`, `reason_too_short`, `already_asked`.
    """
    demand(by, Can.SEE_PROTECTED_CONTACT, case)
    case = Case.objects.locked().get(pk=case.pk)
    if is_named(by, case):
        raise Refused("handler_reads", "Du handlägger ärendet och behöver inget godkännande.")
    mine = ProtectedReading.objects.filter(case=case, asked_by=by)
    if mine.waiting(at).exists() or mine.usable(at).exists():
        raise Refused("already_asked", "Du har redan en begäran som väntar, eller som du kan använda.")
    reading = ProtectedReading(case=case, asked_by=by, asked_at=at, reason=long_enough(reason))
    reading.save(force_insert=True)
    record(
        by=by, case=case, kind="skyddad_kontakt_begard", requires=Can.SEE_ACCESS, on=timezone.localdate(at),
        text="Begäran om att få läsa skyddade kontaktuppgifter.", object_id=reading.pk,
    )  # fmt: skip
    return reading


def answer_reading(*, reading: ProtectedReading, approve: bool, by: User, at: datetime) -> ProtectedReading:
    """Approve one reading within half an hour, or refuse; never the own question.

    Raises:
        Refused: `not_allowed`, `own_question`, `answered`.
    """
    demand(by, Can.APPROVE_PROTECTED_READ, reading)
    case = Case.objects.locked().get(pk=reading.case_id)
    waiting = ProtectedReading.objects.filter(pk=reading.pk).waiting(at).select_related("asked_by").first()
    if waiting is None:
        raise Refused("answered", "Begäran är redan besvarad, eller har gått ut.")
    if waiting.asked_by_id == by.pk:
        raise Refused("own_question", "Du kan inte godkänna din egen begäran. Be en kollega.")
    waiting.answered_by, waiting.answered_at, waiting.approved = by, at, approve
    waiting.valid_to = at + APPROVED_FOR if approve else None
    waiting.save(update_fields=["answered_by", "answered_at", "approved", "valid_to"])
    answer = "godkändes: en läsning inom 30 minuter" if approve else "nekades"
    record(
        by=by, case=case, kind="skyddad_kontakt_besvarad", requires=Can.SEE_ACCESS, on=timezone.localdate(at),
        text=f"Läsning av skyddade kontaktuppgifter av {waiting.asked_by.name} {answer}.",
        object_id=waiting.pk,
    )  # fmt: skip
    return waiting


def read_once(*, case: Case, by: User, at: datetime) -> ProtectedContact | None:
    """The contact, by an approval that is used up with it; None when nothing is written yet.

    Raises:
        Refused: `not_allowed`, `not_approved`.
    """
    demand(by, Can.SEE_PROTECTED_CONTACT, case)
    case = Case.objects.locked().get(pk=case.pk)
    reading = ProtectedReading.objects.filter(case=case, asked_by=by).usable(at).first()
    if reading is None:
        raise Refused(
            "not_approved", "Du har inget godkännande som gäller. Be någon annan godkänna läsningen."
        )
    reading.used_at = THIS_TRANSACTION
    reading.save(update_fields=["used_at"])
    return _shown(case, reading, by, at)


def write_contact(*, case: Case, contact: Contact, by: User, at: datetime) -> ProtectedContact:
    """Write what is known now; the history keeps what was known before, and shows it to nobody.

    Raises:
        Refused: `not_allowed`, `not_a_handler`.
    """
    demand(by, Can.WRITE_PROTECTED_CONTACT, case)
    case = Case.objects.locked().get(pk=case.pk)
    found = read_as_handler(case=case, reason=CHANGES, by=by, at=at)
    written = found or ProtectedContact(case=case)
    written.address, written.whereabouts = contact.address.strip(), contact.whereabouts.strip()
    written.channel, written.written_at, written.written_by = contact.channel.strip(), at, by
    written.save(force_insert=found is None)
    record(
        by=by, case=case, kind="skyddad_kontakt_andrad", requires=Can.SEE_ACCESS, on=timezone.localdate(at),
        text="Skyddade kontaktuppgifter skrevs.", object_id=written.pk,
    )  # fmt: skip
    return written


def long_enough(reason: str) -> str:
    """Raises Refused: `reason_too_short`."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Refused(
            "reason_too_short", f"Skriv varför, med minst {SHORTEST_REASON} tecken.", field="reason"
        )
    return reason


def _shown(case: Case, reading: ProtectedReading, by: User, at: datetime) -> ProtectedContact | None:
    record(
        by=by, case=case, kind="skyddad_kontakt_last", requires=Can.SEE_ACCESS, on=timezone.localdate(at),
        text="Skyddade kontaktuppgifter lästes.", object_id=reading.pk,
    )  # fmt: skip
    return ProtectedContact.objects.filter(case=case).first()
