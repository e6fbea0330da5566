"""The protected contact: handlers read it, others once by another's approval; both walls, and the log."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Can, GrantKind, opens
from avhopp.audit.models import Event, ReadEntry
from avhopp.kernel.refusal import Refused
from cases.actions.protected import (
    Contact,
    answer_reading,
    ask_to_read,
    read_as_handler,
    read_once,
    write_contact,
)
from cases.models import ProtectedContact, ProtectedReading
from tests.cases.conftest import text_of

PLACE = "Kanariegatan 7, Hemligby"
REASON = "Ska skjutsa till ett möte"


@pytest.fixture
def at():
    return timezone.localtime()


@pytest.fixture
def contact(cast, case, at) -> ProtectedContact:
    with acting(cast.asta):
        written = write_contact(case=case, contact=Contact(address=PLACE), by=cast.asta, at=at)
        return written


def url(name: str, case, *more) -> str:
    return reverse(name, args=[case.pk, *more])


def rows_seen(user) -> int:
    with acting(user):
        return ProtectedContact.objects.count()


@pytest.fixture
def asked(cast, case, at) -> ProtectedReading:
    with acting(cast.siri):
        return ask_to_read(case=case, reason=REASON, by=cast.siri, at=at)


def test_the_handler_writes_and_reads_and_each_reading_is_logged(as_, cast, case):
    asta = as_("asta")
    assert asta.post(url("protected_write", case), {"address": PLACE}).status_code == 302
    assert PLACE not in text_of(asta.get(url("protection", case)))
    shown = asta.post(url("protected_show", case), {"reason": REASON})
    assert PLACE in text_of(shown)
    assert "Skyddade personuppgifter" in text_of(shown)
    assert shown.headers["Cache-Control"].find("no-store") >= 0
    with acting(cast.siri):
        readings = list(ProtectedReading.objects.filter(case=case, named=True))
        assert len(readings) == 2  # the writing, and the reading
        assert REASON in {one.reason for one in readings}
        assert Event.objects.filter(kind="skyddad_kontakt_last", case_id=case.pk).count() == 2
    with acting(cast.lova):
        entry = ReadEntry.objects.filter(what=Can.SEE_PROTECTED_CONTACT.value, case_id=case.pk).get()
        assert (entry.actor_id, entry.ground) == (cast.asta.pk, GrantKind.ASSIGNMENT)


def test_a_reading_needs_a_reason(as_, cast, case, contact):
    answer = as_("asta").post(url("protected_show", case), {"reason": "kort"})
    assert PLACE not in text_of(answer)
    assert "minst 10 tecken" in text_of(answer).lower()


def test_nothing_of_it_shows_anywhere_else(as_, case, contact):
    for handle in ("asta", "siri", "bo", "frida"):
        client = as_(handle)
        for name in ("case", "protection", "case_timeline", "case_access"):
            assert PLACE not in text_of(client.get(url(name, case)))


def test_another_reads_once_after_an_approval(as_, cast, case, contact):
    siri, asta = as_("siri"), as_("asta")
    assert "Be om att få läsa" in text_of(siri.get(url("protection", case)))
    refused = siri.post(url("protected_show", case))
    assert PLACE not in text_of(refused)
    assert siri.post(url("protected_ask", case), {"reason": REASON}).status_code == 302
    with acting(cast.siri):
        reading = ProtectedReading.objects.get(case=case, asked_by=cast.siri)
    answer = url("protected_answer", case, reading.pk)
    own = text_of(siri.post(answer, {"answer": "godkann"}))
    assert "Du kan inte godkänna din egen begäran" in own
    assert "Svara på begäran om skyddade uppgifter" in text_of(asta.get(case.url))
    assert REASON in text_of(asta.get(answer))
    assert asta.post(answer, {"answer": "godkann"}).status_code == 302
    assert PLACE in text_of(siri.post(url("protected_show", case)))
    assert PLACE not in text_of(siri.post(url("protected_show", case)))
    assert "redan besvarad" in text_of(asta.post(answer, {"answer": "godkann"}))


@pytest.mark.parametrize("handle", ["asta", "bo", "frida"])
def test_those_who_may_approve(cast, case, asked, at, handle):
    with acting(cast.people[handle]):
        assert answer_reading(reading=asked, approve=True, by=cast.people[handle], at=at).approved


def test_a_refusal_and_a_late_use_show_nothing(cast, case, contact, asked, at):
    with acting(cast.bo):
        answer_reading(reading=asked, approve=False, by=cast.bo, at=at)
    with acting(cast.siri), pytest.raises(Refused, match="not_approved"):
        read_once(case=case, by=cast.siri, at=at)
    with acting(cast.siri):
        again = ask_to_read(case=case, reason=REASON, by=cast.siri, at=at)
    with acting(cast.bo):
        answer_reading(reading=again, approve=True, by=cast.bo, at=at)
    with acting(cast.siri), pytest.raises(Refused, match="not_approved"):
        read_once(case=case, by=cast.siri, at=at + timedelta(minutes=30))
    with acting(cast.siri):
        assert read_once(case=case, by=cast.siri, at=at + timedelta(minutes=29)).address == PLACE


def test_a_question_is_not_asked_twice_nor_answered_too_late(cast, case, asked, at):
    with acting(cast.siri), pytest.raises(Refused, match="already_asked"):
        ask_to_read(case=case, reason=REASON, by=cast.siri, at=at)
    with acting(cast.bo), pytest.raises(Refused, match="answered"):
        answer_reading(reading=asked, approve=True, by=cast.bo, at=at + timedelta(days=1))


@pytest.mark.parametrize("handle", ["bo", "frida", "eskil", "nils", "lova", "eva", "cleo"])
def test_those_without_the_right_are_refused_as_for_anything_else(as_, case, contact, handle):
    client = as_(handle)
    expected = 403 if handle in ("bo", "frida", "eskil") else 404
    for name in ("protected_ask", "protected_show", "protected_write"):
        assert client.post(url(name, case), {"reason": REASON}).status_code == expected, name


def test_the_coordinator_does_not_write(as_, case):
    assert as_("siri").post(url("protected_write", case), {"address": "x"}).status_code == 403


def test_break_glass_opens_the_question_for_managers_and_no_more():
    for role in ("enhetschef", "forste_socialsekreterare"):
        assert opens(role, Can.SEE_PROTECTED_CONTACT, GrantKind.BREAK_GLASS, works=False)
        assert not opens(role, Can.SEE_PROTECTED_CONTACT, GrantKind.UNIT, works=True)
    assert not opens("socialsekreterare", Can.SEE_PROTECTED_CONTACT, GrantKind.BREAK_GLASS, works=False)
    for kind in GrantKind:
        assert not opens("ekonom", Can.SEE_PROTECTED_CONTACT, kind, works=True)


def test_names_are_hidden_and_shown_again(as_, cast, case):
    asta = as_("asta")
    for said, hidden in (("ja", True), ("ja", True), ("nej", False)):
        assert asta.post(url("protection_names", case), {"dolj": said}).status_code == 302
        with acting(cast.asta):
            case.refresh_from_db()
        assert case.hide_handler_names is hidden
    with acting(cast.asta):
        assert Event.objects.filter(kind="skydd_andrat").count() == 2
    assert as_("siri").post(url("protection_names", case), {"dolj": "ja"}).status_code == 403


# The database alone


def raw_reading(case, user, **more) -> ProtectedReading:
    made = ProtectedReading(case=case, asked_by=user, asked_at=timezone.now(), reason=REASON, **more)
    with transaction.atomic():
        made.save(force_insert=True)
    return made


def test_without_a_reading_the_database_shows_the_contact_to_nobody(cast, case, contact):
    """The handler who wrote it included: in another transaction there is no reading yet."""
    with acting(cast.frida):
        assert ProtectedContact.objects.count() == 0
    for handle in ("siri", "bo", "cleo", "eva", "lova", "eskil"):
        assert rows_seen(cast.people[handle]) == 0
    with acting(cast.asta):
        assert ProtectedContact.history.count() == 0, "and nobody sees where somebody was"


def test_the_database_takes_no_reading_that_is_not_the_actors_own_right(cast, case, contact, asked):
    wrong = [
        (cast.siri, {"named": True, "used_at": timezone.now()}),  # she handles nothing
        (
            cast.asta,
            {"named": True, "used_at": timezone.now() - timedelta(seconds=1)},
        ),  # not this transaction
        (cast.siri, {"approved": True, "answered_by": cast.bo, "answered_at": timezone.now()}),
    ]
    for user, more in wrong:
        with acting(user), pytest.raises(DatabaseError):
            raw_reading(case, user, **more)
    with acting(cast.siri), pytest.raises(DatabaseError):
        raw_reading(case, cast.asta)
    for handle in ("bo", "frida", "eskil", "cleo"):
        with acting(cast.people[handle]), pytest.raises(DatabaseError):
            raw_reading(case, cast.people[handle])


def change(user, reading, **values) -> int:
    with acting(user), transaction.atomic():
        return ProtectedReading.objects.filter(pk=reading.pk).update(**values)


def approval(by, now) -> dict:
    return {"approved": True, "answered_by": by, "answered_at": now, "valid_to": now + timedelta(minutes=30)}


def test_the_database_lets_nobody_approve_for_oneself_or_for_another(cast, case, asked, at):
    for by in (cast.siri, cast.bo):
        with pytest.raises(DatabaseError):
            change(cast.siri, asked, **approval(by, at))
    with pytest.raises(DatabaseError):
        change(cast.bo, asked, **approval(cast.asta, at))
    with pytest.raises(DatabaseError):
        change(cast.bo, asked, **{**approval(cast.bo, at), "valid_to": at + timedelta(minutes=31)})
    with pytest.raises(DatabaseError):
        change(cast.bo, asked, **approval(cast.bo, at), reason="")
    assert change(cast.eskil, asked, **approval(cast.eskil, at)) == 0
    assert change(cast.bo, asked, **approval(cast.bo, at)) == 1
    for again in ({"approved": False, "valid_to": None}, {"valid_to": at}, approval(cast.bo, at)):
        with pytest.raises(DatabaseError):
            change(cast.bo, asked, **again)


def test_only_the_handler_reads_as_one(cast, case, contact, at):
    for handle in ("siri", "bo"):
        with acting(cast.people[handle]), pytest.raises(Refused):
            read_as_handler(case=case, reason=REASON, by=cast.people[handle], at=at)
    with acting(cast.asta):
        assert read_as_handler(case=case, reason=REASON, by=cast.asta, at=at).address == PLACE
