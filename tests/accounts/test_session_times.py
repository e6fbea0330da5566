"""A sign-in ends: after fifteen idle minutes, after twelve hours, with the account, with the role."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avhopp.access.roles import Role
from avhopp.access.session_times import IDLE_SECONDS, LONGEST_SECONDS
from avhopp.accounts.models import Session
from avhopp.accounts.sessions import device_name, digest
from tests.cast import BACKEND

PAGE = "/konto/"


@pytest.fixture
def clock():
    with time_machine.travel(time.time(), tick=False) as moved:
        yield moved


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


@pytest.mark.parametrize(("idle", "stays"), [(IDLE_SECONDS - 60, True), (IDLE_SECONDS + 1, False)])
def test_idle(clock, as_, idle, stays):
    asta = as_("asta")
    assert is_in(asta)
    clock.shift(idle)
    assert is_in(asta) is stays


def test_a_sign_of_life_starts_the_quarter_anew(clock, as_):
    asta = as_("asta")
    for _ in range(20):
        clock.shift(IDLE_SECONDS - 60)
        assert is_in(asta)


def test_twelve_hours_are_the_longest_whatever_happens(clock, as_):
    asta = as_("asta")
    Session.objects.filter(user__handle="asta").update(expire_date=timezone.now() + timedelta(days=1))
    clock.shift(LONGEST_SECONDS - 100)
    session = asta.session
    session["seen"] = time.time()  # as if there had been signs of life all the time
    session.save()
    assert is_in(asta)
    clock.shift(99)
    assert is_in(asta)
    clock.shift(1)
    assert not is_in(asta)


def test_what_the_page_does_by_itself_is_no_sign_of_life(clock, as_):
    asta = as_("asta")
    for _ in range(14):
        clock.shift(60)
        assert asta.get(reverse("session_time")).status_code == 200
        assert asta.post(reverse("draft"), {"_path": "/konto/", "text": "x"}).status_code == 200
    assert asta.get(reverse("session_time")).json() == {"seconds": 60}
    clock.shift(61)
    assert not is_in(asta)


def test_saying_that_one_is_there_is_a_sign_of_life(clock, as_):
    asta = as_("asta")
    clock.shift(IDLE_SECONDS - 30)
    assert asta.post(reverse("stay")).status_code == 200
    assert asta.get(reverse("session_time")).json() == {"seconds": IDLE_SECONDS}


def test_the_database_holds_the_time_too(clock, as_):
    """With the middleware's own clock gone, the row has still run out."""
    asta = as_("asta")
    assert is_in(asta)
    row = Session.objects.get()
    assert (row.expire_date - timezone.now()).total_seconds() <= IDLE_SECONDS
    clock.shift(IDLE_SECONDS + 1)
    assert not asta.session.get("_auth_user_id")


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False}, {"valid_to": "2020-01-01"}, {"valid_from": "2199-01-01"},
        {"role": "ekonom"}, {"password": "another"}, {"unit": None},
    ],
)  # fmt: skip
def test_a_changed_account_is_out_with_the_next_click(as_, cast, change):
    asta, bo = as_("asta"), as_("bo")
    assert is_in(asta)
    cast.change(cast.asta, **change)
    assert asta.get(PAGE).url.startswith(reverse("sign_in"))
    assert is_in(bo)


def test_a_new_role_has_its_own_rights_at_once(as_, cast):
    cast.change(cast.asta, role=Role.BOARD_SECRETARY, unit=None)
    asta = as_("asta")
    assert asta.get(reverse("my_cases")).status_code == 403
    assert asta.get(reverse("reports")).status_code == 200


def test_the_table_holds_no_key_that_opens_anything(as_):
    asta = as_("asta")
    key = asta.session.session_key
    row = Session.objects.get()
    assert row.session_key == digest(key) != key
    thief = Client()
    thief.cookies["avhopp"] = row.session_key
    assert thief.get(PAGE).status_code == 302


def test_own_sign_ins_are_listed_and_ended(as_, cast):
    here, there, bo = as_("asta"), as_("asta"), as_("bo")
    page = here.get(PAGE).content.decode()
    assert page.count("Logga ut den") == 1
    assert page.count("Den här webbläsaren") == 1
    mark = digest(there.session.session_key)[:16]
    here.post(reverse("sign_out_one", args=[mark]))
    assert (is_in(here), is_in(there), is_in(bo)) == (True, False, True)


def test_nobody_ends_anothers_sign_in(as_):
    asta, bo = as_("asta"), as_("bo")
    bo.post(reverse("sign_out_one", args=[digest(asta.session.session_key)[:16]]))
    bo.post(reverse("sign_out_one", args=["a"]))
    assert is_in(asta)


def test_signing_out_everywhere(as_):
    here, there, bo = as_("asta"), as_("asta"), as_("bo")
    response = here.post(reverse("sign_out_everywhere"))
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert (is_in(here), is_in(there), is_in(bo)) == (False, False, True)


def test_a_new_password_ends_the_others_and_not_this_one(as_):
    here, there = as_("asta"), as_("asta")
    words = "tallrik moln cykel hammare"
    assert here.post(reverse("password"), {"new_password": words, "again": words}).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert Client().login(username="asta@0198", password=words, backend=BACKEND)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge på Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox på Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1", "Safari på iPhone"),
        ("<script>alert(1)</script>", "Webbläsare"),
        ("", "Webbläsare"),
    ],
)
def test_a_browser_is_named_in_words(agent, name):
    assert device_name(agent) == name
