"""Prove again that it is you: before a release and the annex, after five minutes, with nothing lost."""

import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality
from avhopp.accounts.proofs import FRESH_SECONDS
from avhopp.audit.models import ReadEntry
from tests.accounts.conftest import code_now

PASSWORD = "asta-hemligt-2026"


@pytest.fixture
def clock():
    with time_machine.travel(time.time(), tick=False) as moved:
        yield moved


@pytest.fixture
def stale(clock, as_):
    """`stale("siri")` signed in six minutes ago."""

    def signed_in(handle):
        client = as_(handle)
        clock.shift(FRESH_SECONDS + 60)
        return client

    return signed_in


def test_within_five_minutes_nobody_is_asked(clock, as_):
    asta = as_("asta")
    clock.shift(FRESH_SECONDS - 1)
    assert asta.get(reverse("password")).status_code == 200
    clock.shift(2)
    assert asta.get(reverse("password")).status_code == 302


def test_a_link_comes_back_to_its_page(stale):
    asta = stale("asta")
    asked = asta.get(reverse("password") + "?a=1").url
    assert asked.startswith(reverse("confirm_identity"))
    response = asta.post(asked, {"bekrafta-secret": PASSWORD, "bekrafta-sent": "1"})
    assert response.url == reverse("password") + "?a=1"
    assert asta.get(response.url).status_code == 200


@pytest.mark.parametrize("secret", ["fel", "", "bo-hemligt-2026", "000000"])
def test_what_is_wrong_opens_nothing(stale, secret):
    asta = stale("asta")
    asked = asta.get(reverse("password")).url
    assert asta.post(asked, {"bekrafta-secret": secret, "bekrafta-sent": "1"}).status_code == 200
    assert asta.get(reverse("password")).status_code == 302


@pytest.mark.parametrize("credential", ["{}", "nonsense", '{"id": "x", "response": {"userHandle": "eA"}}'])
def test_a_made_up_passkey_opens_nothing(stale, cast, credential):
    """What a real one does is shown in a browser: tests/browser/test_sign_in.py."""
    asta = stale("asta")
    asked = asta.get(reverse("password")).url
    asta.get(reverse("passkey_sign_in"))
    page = asta.post(asked, {"bekrafta-credential": credential, "bekrafta-sent": "1"})
    assert page.status_code == 200
    assert asta.get(reverse("password")).status_code == 302


def test_only_whoever_has_a_passkey_is_offered_to_confirm_with_one(stale, cast):
    asta = stale("asta")
    asked = asta.get(reverse("password")).url
    assert "Bekräfta med passkey" not in asta.get(asked).content.decode()
    with acting(cast.asta):
        Authenticator.objects.create(user=cast.asta, type="webauthn", data={"name": "Jobbdatorn"})
    assert "Bekräfta med passkey" in asta.get(asked).content.decode()


def test_a_code_is_as_good_as_the_password(stale, app_of):
    secret = app_of("asta")
    asta = stale("asta")
    asked = asta.get(reverse("password")).url
    asta.post(asked, {"bekrafta-secret": code_now(secret, time.time()), "bekrafta-sent": "1"})
    assert asta.get(reverse("password")).status_code == 200


def test_a_form_that_was_sent_comes_back_with_what_was_typed(stale):
    asta = stale("asta")
    words = "tallrik moln cykel hammare"
    typed = {"new_password": words, "again": words, "several": ["a", "b & <c>"]}
    page = asta.post(reverse("password"), typed)
    assert page.status_code == 403
    body = page.content.decode()
    for value in (words, "a", "b &amp; &lt;c&gt;"):
        assert f'value="{value}"' in body
    done = asta.post(reverse("password"), {**typed, "bekrafta-secret": PASSWORD, "bekrafta-sent": "1"})
    assert done.url == reverse("account")


def test_a_form_with_a_wrong_secret_does_nothing(stale, cast):
    asta = stale("asta")
    words = "tallrik moln cykel hammare"
    page = asta.post(
        reverse("password"),
        {"new_password": words, "again": words, "bekrafta-secret": "fel", "bekrafta-sent": "1"},
    )
    assert page.status_code == 403
    assert words in page.content.decode()
    cast.asta.refresh_from_db()
    assert not cast.asta.check_password(words)


def test_a_release_asks_after_the_right_was_checked(stale, as_, case):
    url = reverse("release_new", args=[case.pk])
    assert stale("siri").get(url).url.startswith(reverse("confirm_identity"))
    assert stale("asta").get(url).status_code == 403  # may not, and is not asked for a password either
    assert stale("cleo").get(url).status_code == 404
    assert as_("siri").get(url).status_code == 200


def test_nothing_is_read_before_it_is_confirmed(stale, case, cast):
    siri = stale("siri")
    with acting(cast.lova):
        before = ReadEntry.objects.count()
    siri.get(reverse("release_new", args=[case.pk]))
    with acting(cast.lova):
        assert ReadEntry.objects.count() == before


def test_guesses_are_counted_with_those_of_the_sign_in(stale, client):
    asta = stale("asta")
    asked = asta.get(reverse("password")).url
    for _ in range(10):
        asta.post(asked, {"bekrafta-secret": "fel", "bekrafta-sent": "1"})
    assert asta.post(asked, {"bekrafta-secret": PASSWORD, "bekrafta-sent": "1"}).status_code == 200
    assert client.post(reverse("sign_in"), {"username": "asta", "password": PASSWORD}).status_code == 200


def test_the_demonstration_confirms_with_a_press(stale, cast, settings):
    asta = stale("asta")
    with acting(cast.inlasare):
        Municipality.objects.filter(pk=cast.municipality.pk).update(is_demo=True)
    asked = asta.get(reverse("password")).url
    assert asta.post(asked, {"bekrafta-sent": "1"}).url == reverse("password")


def test_outside_the_demonstration_a_press_is_nothing(stale, cast, settings):
    asta = stale("asta")
    with acting(cast.inlasare):
        Municipality.objects.filter(pk=cast.municipality.pk).update(is_demo=True)
    settings.DEMO = False
    asked = asta.get(reverse("password")).url
    assert asta.post(asked, {"bekrafta-sent": "1"}).status_code == 200


def test_nobody_is_sent_elsewhere(stale):
    asta = stale("asta")
    asked = reverse("confirm_identity") + "?next=https://elsewhere.example/"
    response = asta.post(asked, {"bekrafta-secret": PASSWORD, "bekrafta-sent": "1"})
    assert response.url == reverse("start")
