"""Nobody works here with a password alone: what the second factor opens, and what it does not."""

import time
from urllib.parse import parse_qs, urlparse

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.accounts import factors
from avhopp.kernel import one_time
from tests.access.test_outsiders import WITHOUT_ARGUMENTS
from tests.accounts.conftest import code_now, password_step

ON_THE_WAY = {
    "set_up_factors", "add_app", "add_passkey", "sign_out", "sign_in", "second_factor", "passkey_sign_in",
    "one_time_code", "demo_sign_in", "confirm_identity", "health",
}  # fmt: skip


def enter_code(client: Client, code: str):
    return client.post(reverse("second_factor"), {"code": code})


def test_a_password_alone_reaches_the_set_up_and_nothing_else(client, cast):
    assert password_step(client).url == reverse("start")
    reached = {page.name for page in WITHOUT_ARGUMENTS if not _sent_to_set_up(client, page.name)}
    assert reached <= ON_THE_WAY
    assert {"set_up_factors", "add_app", "add_passkey"} <= reached


def _sent_to_set_up(client: Client, name: str) -> bool:
    if name == "sign_out":
        return False
    response = client.get(reverse(name))
    return response.status_code == 302 and response.url == reverse("set_up_factors")


@pytest.mark.parametrize("handle", ["asta", "bo", "siri", "eskil", "nils", "lova", "eva"])
def test_every_role_needs_it(client, cast, handle):
    password_step(client, handle)
    assert client.get(reverse("start")).url == reverse("set_up_factors")


def test_setting_up_an_app_opens_the_rest(client, cast):
    password_step(client)
    secret = _secret_on(client.get(reverse("add_app")).content.decode())
    response = client.post(reverse("add_app"), {"code": code_now(secret, time.time())})
    assert response.url == reverse("recovery_codes")
    assert client.get(reverse("my_cases")).status_code == 200
    with acting(cast.asta):
        kinds = [factor.type for factor in factors.of(cast.asta)]
    assert kinds == ["totp"]


def _secret_on(page: str) -> str:
    return page.split("<code>")[1].split("</code>")[0]


def test_a_wrong_code_registers_no_app(client, cast):
    password_step(client)
    secret = _secret_on(client.get(reverse("add_app")).content.decode())
    page = client.post(reverse("add_app"), {"code": "000000"})
    assert page.status_code == 200
    assert secret in page.content.decode()  # the same secret: the app has read it already
    assert client.get(reverse("my_cases")).url == reverse("set_up_factors")


def test_with_an_app_the_password_is_half_the_way(client, app_of):
    secret = app_of("asta")
    assert password_step(client).url == reverse("second_factor")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("my_cases")).status_code == 302
    assert enter_code(client, code_now(secret, time.time())).url == reverse("start")
    assert client.get(reverse("my_cases")).status_code == 200


def test_the_session_id_is_new_at_each_step(client, app_of):
    secret = app_of("asta")
    seen = []
    client.get(reverse("passkey_sign_in"))
    seen.append(client.session.session_key)
    password_step(client)
    seen.append(client.session.session_key)
    enter_code(client, code_now(secret, time.time()))
    seen.append(client.session.session_key)
    assert len(set(seen)) == 3


def test_where_one_was_going_survives_both_steps(client, app_of):
    secret = app_of("asta")
    onward = reverse("providers")
    password_step(client, next=onward)
    assert enter_code(client, code_now(secret, time.time())).url == onward


@pytest.mark.parametrize(
    "onward", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(client, app_of, onward):
    secret = app_of("asta")
    password_step(client, next=onward)
    assert enter_code(client, code_now(secret, time.time())).url == reverse("start")


def test_a_code_works_once(app_of):
    """The twin first: the same code, not used before, is right."""
    secret = app_of("asta")
    code = code_now(secret, time.time())
    first, second = Client(), Client()
    password_step(first)
    password_step(second)
    assert enter_code(first, code).status_code == 302
    assert enter_code(second, code).status_code == 200
    assert "_auth_user_id" not in second.session


@pytest.mark.parametrize(("off", "enters"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)])
def test_a_code_of_another_time_is_wrong(client, app_of, off, enters):
    secret = app_of("asta")
    password_step(client)
    assert (enter_code(client, code_now(secret, time.time() + off)).status_code == 302) is enters


def test_a_recovery_code_works_once(app_of, cast):
    app_of("asta")
    with acting(cast.asta):
        codes = factors.recovery_codes(cast.asta)
    assert len(codes) == 10
    first, second = Client(), Client()
    password_step(first)
    assert enter_code(first, codes[0]).status_code == 302
    password_step(second)
    assert enter_code(second, codes[0]).status_code == 200
    assert enter_code(second, codes[1]).status_code == 302


def test_the_second_step_waits_ten_minutes(client, app_of):
    secret = app_of("asta")
    with time_machine.travel(time.time(), tick=False) as clock:
        password_step(client)
        clock.shift(9 * 60)
        assert client.get(reverse("second_factor")).status_code == 200
        clock.shift(2 * 60)
        assert enter_code(client, code_now(secret, time.time())).url == reverse("sign_in")


def test_the_account_can_end_between_the_steps(client, app_of, cast):
    secret = app_of("asta")
    password_step(client)
    cast.change(cast.asta, is_active=False)
    assert enter_code(client, code_now(secret, time.time())).url == reverse("sign_in")


def test_a_stolen_password_adds_no_second_factor(client, app_of):
    """Whoever has an app cannot be given another by somebody who only knows the password."""
    app_of("asta")
    password_step(client)
    for name in ("add_app", "add_passkey", "recovery_codes", "account"):
        assert client.get(reverse(name)).url.startswith(reverse("sign_in"))


def test_nobody_reads_anothers_factors(app_of, cast):
    app_of("asta")
    with acting(cast.asta):
        assert Authenticator.objects.count() == 1
    for other in (cast.eva, cast.bo, None):
        with acting(other):
            assert Authenticator.objects.count() == 0
            assert Authenticator.objects.filter(user=cast.asta).update(data={}) == 0
            assert Authenticator.objects.filter(user=cast.asta).delete()[0] == 0


def test_the_last_factor_stays_and_another_goes(as_, app_of, cast):
    app_of("asta")
    asta = as_("asta")
    with acting(cast.asta):
        app = Authenticator.objects.get()
        assert asta.post(reverse("remove_factor", args=[factors.mark_of(app)])).status_code == 302
        assert Authenticator.objects.filter(pk=app.pk).exists()
        Authenticator.objects.create(user=cast.asta, type="webauthn", data={"name": "Jobbdatorn"})
    assert asta.post(reverse("remove_factor", args=[factors.mark_of(app)])).status_code == 302
    with acting(cast.asta):
        assert [factor.type for factor in factors.of(cast.asta)] == ["webauthn"]


def test_nobody_removes_anothers_factor(as_, app_of, cast):
    app_of("asta")
    with acting(cast.asta):
        app = Authenticator.objects.get()
    assert as_("eva").post(reverse("remove_factor", args=[factors.mark_of(app)])).status_code == 404
    with acting(cast.asta):
        assert Authenticator.objects.filter(pk=app.pk).exists()


def test_the_apps_address_names_the_account_and_no_e_mail():
    address = one_time.address("SECRET", account="asta@0198", issuer="Avhopp")
    read = urlparse(address)
    assert (read.scheme, read.netloc, read.path) == ("otpauth", "totp", "/Avhopp%3Aasta%400198")
    assert parse_qs(read.query) == {"secret": ["SECRET"], "issuer": ["Avhopp"]}
