"""Who came in, who tried to, who left: what the log auditor sees, and what nobody keeps."""

import time

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.accounts import sign_in_log
from avhopp.accounts.sign_in_log import FAILED, SIGNED_IN, SIGNED_OUT
from avhopp.audit.models import Event
from tests.accounts.asking import code_for
from tests.accounts.conftest import code_now, password_step


@pytest.fixture
def log(cast):
    """`log()` gives kind, account and text of every event of a sign-in, in their order."""

    def told() -> list[tuple[str, object, str]]:
        with acting(cast.lova):
            rows = Event.objects.filter(kind__in=list(sign_in_log.KINDS)).order_by("at")
            return list(rows.values_list("kind", "actor_id", "text"))

    return told


def test_a_sign_in_and_a_sign_out_are_told_with_the_ways(client, cast, app_of, log):
    secret = app_of("asta")
    password_step(client)
    assert log() == []  # half the way
    client.post(reverse("second_factor"), {"code": code_now(secret, time.time())})
    client.post(reverse("sign_out"))
    assert log() == [
        (SIGNED_IN, cast.asta.pk, "Loggade in med lösenord och kod."),
        (SIGNED_OUT, cast.asta.pk, "Loggade ut."),
    ]


def test_a_wrong_password_code_and_one_time_code_are_told(client, cast, app_of, log):
    app_of("asta")
    code_for(cast.asta, by=cast.eva, second=cast.bo)
    password_step(client, password="fel lösenord helt")
    password_step(client)
    client.post(reverse("second_factor"), {"code": "000000"})
    data = {"username": "asta@0198", "code": "AAAA", "new_password": "tallrik moln cykel hammare"}
    client.post(reverse("one_time_code"), {**data, "again": data["new_password"]})
    assert [(kind, who) for kind, who, _ in log()] == [(FAILED, cast.asta.pk)] * 3
    assert [text.rpartition(": ")[2] for *_, text in log()] == [
        "fel lösenord.",
        "fel kod.",
        "fel engångskod.",
    ]


@pytest.mark.parametrize("typed", ["Mitt-Hemliga-Lösenord-1", "nobody@0198", "dag@0198", ""])
def test_of_a_name_that_no_account_here_has_nothing_is_kept(client, cast, log, typed):
    """Twin: the account's own name, in the same way."""
    client.post(reverse("sign_in"), {"username": typed, "password": "fel lösenord helt"})
    assert log() == []
    client.post(reverse("sign_in"), {"username": "asta@0198", "password": "fel lösenord helt"})
    assert len(log()) == 1
    with acting(cast.lova):
        kept = [str(row) for row in Event.objects.values_list()]
    assert not [row for row in kept if "fel lösenord helt" in row or (typed and typed in row)]


def test_guesses_after_the_throttle_shut_are_no_events(client, log):
    for _ in range(13):
        password_step(client, password="fel lösenord helt")
    assert len(log()) == 10


def test_a_failed_confirmation_is_told(as_, cast, log):
    asta = as_("asta")
    asta.post(reverse("confirm_identity"), {"bekrafta-secret": "fel", "bekrafta-sent": "1"})
    assert [(kind, who) for kind, who, _ in log()] == [(FAILED, cast.asta.pk)]


def test_a_sign_in_that_cannot_be_told_does_not_happen(client, cast, monkeypatch):
    """Twin: with the log whole, the same steps sign in."""

    def broken(notes):
        if list(notes):
            raise DatabaseError("the log is full")

    monkeypatch.setattr(sign_in_log, "write", broken)
    client.raise_request_exception = False
    assert password_step(client).status_code == 500
    assert client.get(reverse("set_up_factors")).url.startswith(reverse("sign_in"))
    monkeypatch.undo()
    assert password_step(client).status_code == 302
    assert client.get(reverse("set_up_factors")).status_code == 200


def test_what_undoes_the_request_does_not_undo_the_event(client, cast, log, monkeypatch):
    """A failing page after a wrong password: the answer is an error, and the attempt stands."""

    def broken(*_, **__):
        raise RuntimeError("the page broke")

    monkeypatch.setattr("avhopp.accounts.views.sign_in.render", broken)
    client.raise_request_exception = False
    assert password_step(client, password="fel lösenord helt").status_code == 500
    assert [kind for kind, *_ in log()] == [FAILED]


def test_the_log_auditor_alone_reads_them(as_, cast, client):
    password_step(client)
    password_step(Client(), "bo", password="fel lösenord helt")
    page = as_("lova").get(reverse("sign_ins")).content.decode()
    assert "Loggade in med lösenord." in page
    assert "Ett försök att komma in på kontot misslyckades: fel lösenord." in page
    for handle in ("eva", "bo", "asta", "siri"):
        assert as_(handle).get(reverse("sign_ins")).status_code == 403
        with acting(cast.people[handle]):
            assert not Event.objects.filter(kind__in=list(sign_in_log.KINDS)).exists()


def test_the_list_is_narrowed_by_account_kind_and_day(as_, cast, client, today):
    password_step(client)
    password_step(Client(), "bo", password="fel lösenord helt")
    lova = as_("lova")

    def shown(**chosen) -> list[bool]:
        page = lova.get(reverse("sign_ins"), chosen).content.decode()
        return [words in page for words in ("Loggade in med lösenord.", "misslyckades: fel lösenord.")]

    assert shown() == [True, True]
    assert shown(konto=str(cast.asta.pk)) == [True, False]
    assert shown(vad=FAILED) == [False, True]
    assert shown(fran=str(today), till=str(today)) == [True, True]
    assert shown(till="2020-01-01") == [False, False]
    assert shown(konto="1; drop table") == [False, False]
