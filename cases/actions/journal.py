"""Write, sign and correct journal entries. Signed is locked; a correction is new (SOSFS 2014:5)."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case, JournalEntry


@dataclass(frozen=True)
class Note:
    """What an entry says: facts apart from the assessment, and who told."""

    kind: str
    occurred_on: date
    facts: str
    occurred_at: time | None = None
    informant: str = ""
    assessment: str = ""
    own_view: str = ""


def write_draft(*, case: Case, note: Note, by: User, at: datetime) -> JournalEntry:
    """A draft that its author alone can read, change, sign or remove.

    Raises:
        Refused: codes `not_allowed`, `in_the_future`.
    """
    demand(by, Can.WRITE_JOURNAL, case)
    _check(note, at)
    entry = JournalEntry(case=case, author=by, author_title=by.title, written_at=at, **asdict(note))
    entry.save(force_insert=True)
    return entry


def edit_draft(*, entry: JournalEntry, note: Note, by: User, at: datetime) -> JournalEntry:
    """Raises Refused: `not_allowed`, `removed`, `not_the_author`, `already_signed`, `in_the_future`."""
    entry = _own_draft(entry=entry, by=by)
    _check(note, at)
    for name, value in asdict(note).items():
        setattr(entry, name, value)
    entry.save()
    return entry


def remove_draft(*, entry: JournalEntry, by: User) -> None:
    """Take away a draft that was never signed; the history keeps it.

    Raises Refused: `not_allowed`, `removed`, `not_the_author`, `already_signed`.
    """
    _own_draft(entry=entry, by=by).delete()


def sign_entry(*, entry: JournalEntry, by: User, at: datetime) -> JournalEntry:
    """Lock the entry in the author's name.

    Raises Refused: `not_allowed`, `removed`, `not_the_author`, `already_signed`.
    """
    entry = _own_draft(entry=entry, by=by)
    entry.signed_at, entry.signed_by = at, by
    entry.save(update_fields=["signed_at", "signed_by"])
    record(
        by=by,
        case=entry.case,
        kind="journal_signerad",
        requires=Can.SEE_JOURNAL,
        on=entry.occurred_on,
        text=f"Journalanteckning: {entry.get_kind_display().lower()}.",
        object_id=entry.pk,
    )
    return entry


def correct_entry(*, entry: JournalEntry, note: Note, reason: str, by: User, at: datetime) -> JournalEntry:
    """A new, signed version that replaces `entry`, which stays readable and marked as replaced.

    Raises:
        Refused: `not_allowed`, `not_signed`, `already_corrected`, `reason_missing`, `in_the_future`.
    """
    demand(by, Can.WRITE_JOURNAL, entry.case)
    Case.objects.locked().get(pk=entry.case_id)
    entry = JournalEntry.objects.select_related("case").get(pk=entry.pk)
    if not entry.is_signed:
        raise Refused("not_signed", "Anteckningen är ett utkast. Ändra den direkt.")
    if JournalEntry.objects.filter(supersedes=entry).exists():
        raise Refused("already_corrected", "Anteckningen är redan rättad. Rätta den senaste versionen.")
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför anteckningen rättas.", field="reason")
    _check(note, at)
    version = JournalEntry(
        case=entry.case,
        author=by,
        author_title=by.title,
        written_at=at,
        signed_at=at,
        signed_by=by,
        supersedes=entry,
        correction_reason=reason.strip(),
        **asdict(note),
    )
    version.save(force_insert=True)
    record(
        by=by,
        case=entry.case,
        kind="journal_rattad",
        requires=Can.SEE_JOURNAL,
        on=timezone.localdate(at),
        text=f"Journalanteckningen från {entry.occurred_on} rättades.",
        reason=reason.strip(),
        object_id=version.pk,
    )
    return version


def _own_draft(*, entry: JournalEntry, by: User) -> JournalEntry:
    demand(by, Can.WRITE_JOURNAL, entry.case)
    Case.objects.locked().get(pk=entry.case_id)
    found = JournalEntry.objects.select_related("case").filter(pk=entry.pk).first()
    if found is None:
        raise Refused("removed", "Utkastet är borttaget.")
    entry = found
    if entry.author_id != by.pk:
        raise Refused("not_the_author", "Bara den som skrev utkastet kan ändra eller signera det.")
    if entry.is_signed:
        raise Refused("already_signed", "Anteckningen är signerad och låst. Skriv en rättelse i stället.")
    return entry


def _check(note: Note, at: datetime) -> None:
    if note.occurred_on > timezone.localdate(at):
        raise Refused("in_the_future", "Händelsen kan inte ligga efter i dag.", field="occurred_on")
