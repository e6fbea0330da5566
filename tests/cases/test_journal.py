"""The journal: the author's draft, the locked entry, the visible correction."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from cases.actions.grants import assign_handler
from cases.actions.journal import Note, correct_entry, edit_draft, sign_entry, write_draft
from cases.models import JournalEntry
from cases.panels import due_in

from .conftest import said, text_of


@pytest.fixture
def note(today):
    return Note(
        "besok",
        today,
        "Vi träffades på kontoret.",
        informant="Personen själv",
        assessment="Motivationen är god.",
    )


@pytest.fixture
def draft(cast, case, note):
    with acting(cast.asta):
        return write_draft(case=case, note=note, by=cast.asta, at=timezone.localtime())


@pytest.fixture
def signed(cast, draft):
    with acting(cast.asta):
        return sign_entry(entry=draft, by=cast.asta, at=timezone.localtime())


def form_of(today, **changed):
    return {
        "kind": "besok",
        "occurred_on": str(today),
        "occurred_at": "14:05",
        "facts": "Nytt möte.",
        **changed,
    }


def address(name, entry):
    return reverse(name, args=[entry.case_id, entry.pk])


def test_write_read_edit_sign(as_, cast, case, today, fresh):
    asta = as_("asta")
    response = asta.post(reverse("journal_new", args=[case.pk]), form_of(today, own_view="Vill lämna."))
    assert "Utkastet är sparat" in said(asta, response)
    with acting(cast.asta):
        entry = JournalEntry.objects.get()
    asta.post(address("journal_edit", entry), form_of(today, facts="Ändrat."))
    assert fresh(entry).facts == "Ändrat."
    assert "låses i ditt namn" in text_of(asta.get(address("journal_sign", entry)))
    assert fresh(entry).signed_at is None  # looking at the question signs nothing
    assert "signerad och låst" in said(asta, asta.post(address("journal_sign", entry)))
    entry = fresh(entry)
    assert (entry.signed_by_id, entry.author_id) == (cast.asta.pk, cast.asta.pk)
    page = text_of(asta.get(reverse("journal", args=[case.pk])))
    assert "kl. 14.05" in page
    assert "Signerad" in page


@pytest.mark.parametrize("field", ["kind", "facts", "occurred_on"])
def test_nothing_typed_is_lost_when_the_form_is_refused(as_, cast, case, today, field):
    page = text_of(
        as_("asta").post(
            reverse("journal_new", args=[case.pk]), form_of(today, assessment="Min text", **{field: ""})
        )
    )
    assert "Min text" in page
    with acting(cast.asta):
        assert not JournalEntry.objects.exists()


def test_a_draft_is_the_authors_alone(as_, cast, case, draft, note):
    frida = as_("frida")
    page = text_of(frida.get(reverse("journal", args=[case.pk])))
    assert "Asta har ett osignerat utkast" in page
    assert note.facts not in page
    assert frida.get(address("journal_entry", draft)).status_code == 404
    assert note.facts not in text_of(frida.get(case.url))


def test_the_next_handler_can_neither_read_edit_nor_sign_the_draft(as_, cast, case, draft, note, today):
    with acting(cast.frida):
        assign_handler(case=case, handler=cast.cleo, reason="Byte", by=cast.frida, today=today)
    cleo = as_("cleo")
    assert note.facts not in text_of(cleo.get(reverse("journal", args=[case.pk])))
    for name in ("journal_entry", "journal_edit", "journal_sign", "journal_remove"):
        missing = reverse(name, args=[case.pk, uuid.uuid4()])
        assert cleo.get(address(name, draft)).status_code == cleo.get(missing).status_code == 404
    assert cleo.post(address("journal_sign", draft)).status_code == 404
    with acting(cast.cleo), pytest.raises(Refused, match="removed"):
        edit_draft(entry=draft, note=note, by=cast.cleo, at=timezone.localtime())


@pytest.mark.parametrize("name", ["journal_edit", "journal_sign", "journal_remove"])
def test_a_signed_entry_takes_no_change_by_the_pages(as_, signed, today, fresh, name):
    before = fresh(signed).facts
    as_("asta").post(address(name, signed), form_of(today))
    assert fresh(signed).facts == before


@pytest.mark.parametrize(
    "statement",
    [
        "update cases_journalentry set facts = 'ändrat' where id = %s",
        "update cases_journalentry set signed_at = null, signed_by_id = null where id = %s",
        "update cases_journalentry set author_id = signed_by_id, occurred_on = '2020-01-01' where id = %s",
        "delete from cases_journalentry where id = %s",
    ],
)
def test_a_signed_entry_is_locked_in_the_database(cast, signed, fresh, statement):
    with (
        acting(cast.asta),
        pytest.raises(IntegrityError, match="locked"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [signed.pk])
    assert fresh(signed).facts == "Vi träffades på kontoret."


def test_the_lock_cannot_be_taken_off_by_the_web_login(cast, signed):
    with acting(cast.asta), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("alter table cases_journalentry disable trigger keep_signed")


def test_a_draft_changes_so_that_the_lock_is_what_refuses(cast, draft, fresh):
    with acting(cast.asta), connection.cursor() as cursor:
        cursor.execute("update cases_journalentry set occurred_on = '2020-01-01' where id = %s", [draft.pk])
    assert fresh(draft).occurred_on == date(2020, 1, 1)


def test_a_correction_is_a_new_version_and_the_old_one_stays(as_, cast, case, signed, today):
    asta = as_("asta")
    assert "måste fyllas i" in text_of(asta.post(address("journal_correct", signed), form_of(today)))
    response = asta.post(
        address("journal_correct", signed), form_of(today, facts="Rätt dag.", reason="Fel person nämndes.")
    )
    page = said(asta, response)
    assert "Rätt dag." in page
    assert "Fel person nämndes." in page
    old = text_of(asta.get(address("journal_entry", signed)))
    assert "Vi träffades på kontoret." in old
    assert "Ersatt av en rättelse" in old
    whole = text_of(asta.get(reverse("journal", args=[case.pk])))
    assert "Vi träffades på kontoret." in whole
    assert "Rätt dag." in whole
    with acting(cast.asta):
        new = JournalEntry.objects.get(supersedes=signed)
        assert new.is_signed
        with pytest.raises(Refused, match="already_corrected"):
            correct_entry(
                entry=signed,
                note=Note("besok", today, "Igen"),
                reason="x",
                by=cast.asta,
                at=timezone.localtime(),
            )


def test_a_draft_is_not_corrected_but_changed(cast, draft, note):
    with acting(cast.asta), pytest.raises(Refused, match="not_signed"):
        correct_entry(entry=draft, note=note, reason="x", by=cast.asta, at=timezone.localtime())


def test_a_draft_can_be_taken_away(as_, cast, case, draft):
    asta = as_("asta")
    assert "Utkastet är borttaget" in said(asta, asta.post(address("journal_remove", draft)))
    with acting(cast.asta):
        assert not JournalEntry.objects.exists()
        assert JournalEntry.history.filter(id=draft.pk, history_type="-").count() == 1


def test_drafts_are_due_after_five_days_for_their_author(cast, case, draft, today):
    for handle, sees in (("asta", True), ("frida", False)):
        with acting(cast.people[handle]):
            due = [
                one
                for one in due_in([case.pk], cast.people[handle], today)
                if "journalanteckning" in one.label
            ]
        assert bool(due) is sees
        assert all(one.due == today + timedelta(days=5) for one in due)


def test_the_journal_costs_the_same_for_one_entry_and_many(as_, cast, case, signed, note):
    asta, page = as_("asta"), reverse("journal", args=[case.pk])
    asta.get(page)
    with CaptureQueriesContext(connection) as one:
        asta.get(page)
    for _ in range(5):
        with acting(cast.asta):
            sign_entry(
                entry=write_draft(case=case, note=note, by=cast.asta, at=timezone.localtime()),
                by=cast.asta,
                at=timezone.localtime(),
            )
    with CaptureQueriesContext(connection) as many:
        asta.get(page)
    assert len(many) == len(one)


@pytest.mark.parametrize(
    ("handle", "status"),
    [("frida", 200), ("siri", 403), ("bo", 403), ("eskil", 403), ("cleo", 404), ("eva", 404)],
)
def test_who_reads_the_journal(as_, case, signed, handle, status):
    assert as_(handle).get(reverse("journal", args=[case.pk])).status_code == status


def test_nobody_but_the_handler_writes(as_, case, today):
    for handle, status in (("frida", 403), ("bo", 403), ("siri", 403), ("cleo", 404)):
        assert as_(handle).post(reverse("journal_new", args=[case.pk]), form_of(today)).status_code == status


def test_an_entry_is_not_found_under_another_case(as_, another, signed):
    other = another()
    for name in ("journal_entry", "journal_edit", "journal_sign", "journal_correct", "journal_remove"):
        assert as_("asta").get(reverse(name, args=[other.pk, signed.pk])).status_code == 404
