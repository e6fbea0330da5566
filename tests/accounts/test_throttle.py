"""Guesses: of a thousand at most ten are evaluated, and the owner comes in another way."""

import statistics
import time

import pytest
import redis
import time_machine
from django.contrib.auth import hashers
from django.test import Client, RequestFactory
from django.urls import reverse

from avhopp.access import throttle
from avhopp.access.sign_in import SignInForm
from avhopp.accounts import backends
from avhopp.kernel.refusal import Refused
from tests.accounts.conftest import code_now, password_step


@pytest.fixture
def evaluated(monkeypatch):
    """Every password that was compared with anything, or worked on for a name that nobody has."""
    compared: list[str] = []
    monkeypatch.setattr(
        backends, "check_password", lambda raw, _: compared.append(raw) or raw.endswith("2026")
    )
    monkeypatch.setattr(backends, "make_password", compared.append)
    return compared


def guess(name: str) -> None:
    """One guess as the sign-in page takes it, without drawing the page."""
    request = RequestFactory().post(reverse("sign_in"))
    assert not SignInForm(request, data={"username": name, "password": "guess"}).is_valid()


@pytest.mark.parametrize("name", ["asta@0198", "nobody@0198"])
def test_of_a_thousand_guesses_ten_are_evaluated(cast, evaluated, name):
    with time_machine.travel(time.time(), tick=False) as clock:
        for number in range(1000):
            guess(name if number % 2 else name.partition("@")[0].upper())  # one account by either name
            clock.shift(0.8)
    assert len(evaluated) == throttle.PER_ACCOUNT


def test_any_quarter_of_an_hour_counts_and_not_only_the_first(cast, evaluated):
    with time_machine.travel(time.time(), tick=False) as clock:
        evaluations = []
        for _ in range(120):
            before = len(evaluated)
            guess("asta@0198")
            if len(evaluated) > before:
                evaluations.append(time.time())
            clock.shift(30)
    assert len(evaluations) > throttle.PER_ACCOUNT
    for start in evaluations:
        within = [at for at in evaluations if start <= at < start + throttle.WINDOW_SECONDS]
        assert len(within) <= throttle.PER_ACCOUNT


def test_whoever_is_locked_out_is_told_the_same_as_nobody(cast):
    answers = {}
    for name in ("asta@0198", "nobody@0198"):
        client = Client()
        for _ in range(throttle.PER_ACCOUNT):
            password_step_of(client, name)
        page = password_step_of(client, name).content.decode()
        assert throttle.TOO_MANY in page
        main = page.split("<main")[1].replace(name, "X")
        answers[name] = main.split("csrfmiddlewaretoken")[0]
    assert len(set(answers.values())) == 1


def password_step_of(client: Client, name: str):
    return client.post(reverse("sign_in"), {"username": name, "password": "fel"})


def test_right_passwords_are_no_guesses(cast):
    for _ in range(throttle.PER_ACCOUNT + 3):
        assert password_step(Client()).status_code == 302


def test_the_owner_is_locked_out_of_the_password_and_not_of_the_account(client, app_of, cast, monkeypatch):
    """The password's guesses do not count for the second factor, and a passkey has nothing to guess."""
    secret = app_of("asta")
    password_step(client)
    other = Client()
    for _ in range(throttle.PER_ACCOUNT):
        password_step(other, password="fel")
    assert password_step(Client()).status_code == 200  # the right password, and locked out
    assert client.post(reverse("second_factor"), {"code": code_now(secret, time.time())}).status_code == 302


def test_codes_are_counted_by_account_in_every_browser(app_of, cast):
    app_of("asta")
    clients = [Client() for _ in range(4)]
    for client in clients:
        password_step(client)
    with time_machine.travel(time.time(), tick=False):
        pages = [
            clients[number % 4].post(reverse("second_factor"), {"code": "000000"}).content.decode()
            for number in range(throttle.PER_ACCOUNT + 1)
        ]
        assert [throttle.TOO_MANY in page for page in pages] == [False] * throttle.PER_ACCOUNT + [True]


def test_one_address_guesses_at_many_accounts_a_hundred_times(cast, evaluated):
    with time_machine.travel(time.time(), tick=False):
        for number in range(throttle.PER_ADDRESS + 20):
            guess(f"name{number}")
        assert len(evaluated) == throttle.PER_ADDRESS
        elsewhere = Client(REMOTE_ADDR="192.0.2.7")
        password_step_of(elsewhere, "name-of-another")
        assert len(evaluated) == throttle.PER_ADDRESS + 1


def test_when_the_counters_are_away_no_password_is_tried(client, cast, evaluated, monkeypatch):
    nowhere = redis.Redis(unix_socket_path="/nonexistent/valkey.sock")
    monkeypatch.setattr(throttle, "valkey", lambda: nowhere)
    page = password_step(client).content.decode()
    assert throttle.CLOSED in page
    assert evaluated == []
    assert "_auth_user_id" not in client.session


def test_a_guess_counts_even_when_the_answer_fails(client, cast, monkeypatch):
    """A fault after the count gives no guess back: the count does not live in the request's transaction."""

    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(backends, "check_password", fails)
    client.raise_request_exception = False
    for _ in range(throttle.PER_ACCOUNT):
        assert password_step(client).status_code == 500
    monkeypatch.undo()
    assert throttle.TOO_MANY in password_step(Client()).content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),  # nobody in front: the header is the visitor's own invention
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert throttle.address_of(request) == address


def test_the_counters_tell_no_name_and_no_address(client, cast, settings):
    password_step(client, password="fel")
    keys = [key.decode() for key in throttle.valkey().scan_iter(f"{settings.COUNTERS_PREFIX}:*")]
    assert len(keys) == 2
    assert not any("asta" in key or "127.0.0.1" in key for key in keys)


def test_what_is_used_once_is_used():
    assert throttle.use_once("step", "a", 60)
    assert not throttle.use_once("step", "a", 60)
    assert throttle.use_once("step", "b", 60)


def test_a_refusal_has_a_code():
    request = RequestFactory().get("/")
    for _ in range(throttle.PER_ACCOUNT):
        throttle.count("password", "x", request, 1000.0)
    with pytest.raises(Refused, match="throttled"):
        throttle.count("password", "x", request, 1000.0)


@pytest.fixture
def argon2(cast, settings):
    """The real hash, and how often it was worked out."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    cast.change(cast.asta, password=hashers.make_password("asta-hemligt-2026"))


NAMES = ("asta@0198", "asta", "nobody@0198", "dag@0198")


def test_a_known_name_costs_what_an_unknown_one_costs(argon2, cast, monkeypatch):
    """One Argon2 each: a name without an account here is worked on like a real one."""
    worked: list[str] = []
    for method in ("encode", "verify"):
        real = getattr(hashers.Argon2PasswordHasher, method)
        monkeypatch.setattr(
            hashers.Argon2PasswordHasher,
            method,
            lambda *given, real=real, method=method: worked.append(method) or real(*given),
        )
    costs = {}
    for name in NAMES:
        worked.clear()
        assert backends.PasswordBackend().authenticate(None, username=name, password="fel") is None
        costs[name] = len(worked)
    assert costs == dict.fromkeys(NAMES, 1)


@pytest.mark.deep
def test_a_known_name_takes_as_long_as_an_unknown_one(argon2, cast):
    backend, took = backends.PasswordBackend(), {"asta@0198": [], "nobody@0198": []}
    for _ in range(30):
        for name, times in took.items():
            begun = time.process_time()
            backend.authenticate(None, username=name, password="fel")
            times.append(time.process_time() - begun)
    known, unknown = (statistics.median(times) for times in took.values())
    assert abs(known - unknown) <= 0.1 * known, took
