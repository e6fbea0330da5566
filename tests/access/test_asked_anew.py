"""A page that reads asks for the grants once; whoever writes is asked again, in the moment of writing."""

import pytest
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from cases.actions.grants import assign_handler
from cases.actions.journal import Note, sign_entry, write_draft
from cases.models import Case, JournalEntry
from cases.views import journal


@pytest.fixture
def draft(cast, case, today):
    note = Note(kind="kontakt", occurred_on=today, facts="Ringde.")
    with acting(cast.asta):
        return write_draft(case=case, note=note, by=cast.asta, at=timezone.now())


def sign(client, draft):
    return client.post(reverse("journal_sign", args=[draft.case_id, draft.pk]))


def is_signed(cast, draft):
    with acting(cast.asta):
        found = JournalEntry.objects.filter(pk=draft.pk).first()
    return found is not None and found.is_signed


def test_a_grant_that_ends_after_the_page_was_opened_stops_the_writing(
    as_, cast, case, draft, today, monkeypatch
):
    """Taken away between the decorator, which let the request in, and the action."""

    def ended_meanwhile(*, entry, by, at):
        with acting(cast.bo):
            handed = Case.objects.get(pk=case.pk)
            assign_handler(case=handed, handler=cast.frida, reason="Byte.", by=cast.bo, today=today)
        return sign_entry(entry=entry, by=by, at=at)

    monkeypatch.setattr(journal, "sign_entry", ended_meanwhile)
    answer = sign(as_("asta"), draft)
    assert answer.status_code == 200
    assert "Du har inte behörighet" in answer.content.decode()
    assert not is_signed(cast, draft)


def test_with_the_grant_the_same_request_is_carried_out(as_, cast, draft):
    assert sign(as_("asta"), draft).status_code == 302
    assert is_signed(cast, draft)
