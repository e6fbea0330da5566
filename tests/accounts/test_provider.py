"""The municipality's identity provider, real and in a process of its own: it finds accounts, makes none."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.accounts.adapters import NOT_LET_IN, counts_as_two
from avhopp.accounts.models import FormDraft, User
from tests.accounts import provider

HOST = "http://testserver"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, Path(provider.__file__)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    yield process.stdout.readline().strip()
    process.communicate(timeout=20)


@pytest.fixture
def idp(issuer, settings, cast):
    """Asta is `asta-at-work` there. `idp(…)` says who signs in next, and what is wrong with the answer."""
    settings.OIDC_ISSUER, settings.OIDC_NAME = issuer, "Provkommuns inloggning"
    app = {
        "provider_id": settings.OIDC_ID,
        "name": settings.OIDC_NAME,
        "client_id": provider.CLIENT,
        "secret": provider.SECRET,
        "settings": {"server_url": issuer, "fetch_userinfo": False},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "SCOPE": ["openid"], "APPS": [app]}
    }
    cast.change(cast.asta, provider_id="asta-at-work")

    def following(fault: str = "", **claims: object) -> None:
        said = {"fault": fault, "claims": {"sub": "asta-at-work", **claims}}
        assert requests.post(f"{issuer}/next", json=said, timeout=10).status_code == 200

    following()
    return following


def through(client: Client, onward: str = ""):
    """To the provider and back, as a browser goes."""
    query = {"next": onward} if onward else {}
    there = client.get(reverse("openid_connect_login", args=["kommun"]), query)
    assert there.status_code == 302
    back = requests.get(there.url, allow_redirects=False, timeout=10).headers["Location"]
    assert back.startswith(f"{HOST}/logga-in/via/kommun/svar/?")
    return client.get(back.removeprefix(HOST))


def test_the_page_offers_it_only_where_it_is(client, cast, settings):
    assert "Logga in med" not in client.get(reverse("sign_in")).content.decode().replace("med passkey", "")
    assert client.get(reverse("openid_connect_login", args=["kommun"])).status_code == 404


def test_two_factors_there_are_two_factors_here(client, idp, settings):
    settings.OIDC_SECOND_FACTOR = ["mfa"]
    idp(amr=["pwd", "mfa"])
    assert through(client).url == reverse("start")
    assert client.get(reverse("my_cases")).status_code == 200
    assert "Provkommuns inloggning" in Client().get(reverse("sign_in")).content.decode()


@pytest.mark.parametrize("accepted", [[], ["urn:loa:3"]])
def test_one_factor_there_asks_for_the_second_here(client, idp, settings, app_of, accepted):
    settings.OIDC_SECOND_FACTOR = accepted
    app_of("asta")
    idp(amr=["pwd", "mfa"], acr="urn:loa:2")
    assert through(client).url == reverse("second_factor")
    assert "_auth_user_id" not in client.session


def test_one_factor_and_no_app_reaches_the_set_up(client, idp):
    assert through(client).url == reverse("start")
    assert client.get(reverse("my_cases")).url == reverse("set_up_factors")


@pytest.mark.parametrize(
    ("said", "accepted", "counts"),
    [
        ({"amr": ["pwd", "mfa"]}, ["mfa"], True),
        ({"amr": "mfa"}, ["mfa"], True),
        ({"acr": "urn:loa:3"}, ["urn:loa:3", "mfa"], True),
        ({"amr": ["pwd"], "acr": "urn:loa:2"}, ["urn:loa:3", "mfa"], False),
        ({"amr": ["mfa"]}, [], False),
        ({}, ["mfa"], False),
        ({"acr": None}, ["None"], False),
    ],
)
def test_which_sign_ins_count_as_two_is_a_setting(settings, said, accepted, counts):
    settings.OIDC_SECOND_FACTOR = accepted
    assert counts_as_two(said) is counts


def refused(client: Client, response) -> bool:
    assert response.url == reverse("sign_in")
    page = client.get(reverse("sign_in")).content.decode()
    return NOT_LET_IN in page and "_auth_user_id" not in client.session


@pytest.mark.parametrize("subject", ["somebody-else", "", "asta@0198", "ASTA-AT-WORK"])
def test_nobody_registers(client, idp, subject):
    before = User.objects.count()
    idp(sub=subject, preferred_username="asta@0198", email="asta@example.org", email_verified=True)
    assert refused(client, through(client))
    assert User.objects.count() == before


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"valid_to": "2020-01-01"}, {"role": "rapportering", "unit": None}]
)
def test_an_account_that_may_not_sign_in_does_not(client, idp, cast, change):
    cast.change(cast.asta, **change)
    assert refused(client, through(client))


@pytest.mark.parametrize("fault", ["signature", "issuer", "audience", "expired", "denied"])
def test_an_answer_that_is_wrong_lets_nobody_in(client, idp, fault):
    idp(fault)
    assert refused(client, through(client))


def test_an_answer_belongs_to_the_browser_that_asked(idp):
    """Somebody else's code and state sign nobody in."""
    asked, victim = Client(), Client()
    there = asked.get(reverse("openid_connect_login", args=["kommun"])).url
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"].removeprefix(HOST)
    assert refused(victim, victim.get(back))
    assert asked.get(back).url == reverse("start")


def test_where_one_was_going_is_kept_and_elsewhere_is_not(client, idp, settings):
    settings.OIDC_SECOND_FACTOR = ["mfa"]
    idp(amr=["mfa"])
    assert through(client, reverse("providers")).url == reverse("providers")
    assert through(Client(), "https://elsewhere.example/").url == reverse("start")


def test_when_it_does_not_answer_the_page_says_so(client, idp, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:9"
    )
    response = client.get(reverse("openid_connect_login", args=["kommun"]))
    assert response.url == reverse("sign_in")
    assert "svarar inte" in client.get(reverse("sign_in")).content.decode()


def test_what_is_asked_for_is_no_more_than_needed(client, idp):
    there = urlsplit(client.get(reverse("openid_connect_login", args=["kommun"])).url).query
    assert "code_challenge_method=S256" in there
    assert "response_type=code" in there
    assert parse_qs(there)["scope"] == ["openid"]


@pytest.mark.parametrize(("seconds", "fresh"), [(10, True), (3600, False), (None, False)])
def test_what_the_provider_remembers_is_no_fresh_proof(client, idp, settings, seconds, fresh):
    settings.OIDC_SECOND_FACTOR = ["mfa"]
    idp(amr=["mfa"], **({} if seconds is None else {"auth_time": int(time.time()) - seconds}))
    through(client)
    assert (client.get(reverse("password")).status_code == 200) is fresh


def test_whoever_signs_in_there_confirms_there_and_keeps_what_was_typed(as_, idp, cast):
    with time_machine.travel(time.time(), tick=False) as clock:
        asta = as_("asta")
        clock.shift(360)
        page = asta.post(reverse("password"), {"text": "Det jag skrev"}).content.decode()
    assert "prompt%3Dlogin%26max_age%3D0" in page
    with acting(cast.asta):
        assert FormDraft.objects.get().fields == {"text": ["Det jag skrev"]}
