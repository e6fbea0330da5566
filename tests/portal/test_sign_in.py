"""Sign-in to the portal: two factors, counted guesses, sessions that end, and getting started with a code."""

import re
from collections.abc import Iterator

import pytest

from avhopp.access.session_times import IDLE_SECONDS, LONGEST_SECONDS
from avhopp.access.throttle import PER_ACCOUNT, TOO_MANY
from tests.portal.processes import connect

PASSWORD = "polis-hemligt-2026"
WORDS = "tallrik moln cykel hammare"
STEP = "/logga-in/andra-steget/"


@pytest.fixture
def clock(police) -> Iterator[object]:
    """`clock(seconds)` moves the portal's clock so far from the real one."""
    yield lambda seconds: police("travel", seconds=seconds)
    police("travel", seconds=0)


def is_in(police, who: str) -> bool:
    return police("send", who=who, path="/")["status"] == 200


def code_step(police, who: str, code: str):
    return police("send", who=who, path=STEP, method="POST", data={"code": code})


def test_the_password_is_half_the_way(police):
    police("password_step", who="half", username="dag@0099", password=PASSWORD)
    assert not is_in(police, "half")
    before = police("session", who="half")
    assert code_step(police, "half", police("app_code"))["status"] == 302
    assert is_in(police, "half")
    assert police("session", who="half") != before


@pytest.mark.parametrize("off", [-3, 3])
def test_a_code_of_another_time_is_wrong(police, off):
    police("password_step", who="late", username="dag@0099", password=PASSWORD)
    assert code_step(police, "late", police("app_code", off=off))["status"] == 200
    assert not is_in(police, "late")


def test_a_code_works_once(police):
    for who in ("one", "two"):
        police("password_step", who=who, username="dag@0099", password=PASSWORD)
    code = police("app_code")
    assert code_step(police, "one", code)["status"] == 302
    assert code_step(police, "two", code)["status"] == 200
    assert not is_in(police, "two")


def test_guesses_are_counted_for_known_and_unknown_alike(police):
    bodies = {}
    for name in ("dag@0099", "nobody@0099"):
        police("forget_guesses")
        data = {"username": name, "password": "fel"}
        answers = [
            police("send", who="guesser", path="/logga-in/", method="POST", data=data)
            for _ in range(PER_ACCOUNT + 1)
        ]
        assert [answer["hashes"] for answer in answers] == [1] * PER_ACCOUNT + [0]
        assert TOO_MANY in answers[-1]["body"]
        bodies[name] = re.sub(r'value="[^"]*"', "", answers[-1]["body"])
    assert len(set(bodies.values())) == 1
    assert all(key.startswith("portal:") for key in police("counters"))
    assert police("counters")
    police("forget_guesses")


def test_codes_are_counted_too(police):
    police("password_step", who="coder", username="dag@0099", password=PASSWORD)
    for _ in range(PER_ACCOUNT):
        code_step(police, "coder", "000000")
    assert TOO_MANY in code_step(police, "coder", police("app_code"))["body"]
    police("forget_guesses")


@pytest.mark.parametrize(("idle", "stays"), [(IDLE_SECONDS - 60, True), (IDLE_SECONDS + 5, False)])
def test_idle(police, clock, idle, stays):
    police("sign_in", who="idler", username="dag@0099", password=PASSWORD)
    clock(idle)
    assert is_in(police, "idler") is stays


def test_twelve_hours_are_the_longest_whatever_happens(police, clock):
    police("sign_in", who="long", username="dag@0099", password=PASSWORD)
    lasted = 0
    while lasted < LONGEST_SECONDS + 3600:
        lasted += 720
        clock(lasted)
        if not is_in(police, "long"):
            break
    assert lasted == LONGEST_SECONDS


# Getting started


def begin(police, who: str, code: str, username: str = "tom@0099"):
    police("forget_guesses")
    data = {"username": username, "code": code}
    return police("send", who=who, path="/logga-in/engangskod/", method="POST", data=data)


def finish(police, who: str, password: str = WORDS):
    page = police("send", who=who, path="/logga-in/ny-app/")["body"]
    secret = page.split("<code>")[1].split("</code>")[0]
    data = {"code": police("app_code", secret=secret), "new_password": password, "again": password}
    return secret, police("send", who=who, path="/logga-in/ny-app/", method="POST", data=data)


def test_an_officer_gets_started_with_a_code(police, social):
    code = social("order", handle="tom")
    assert begin(police, "tom", code)["status"] == 302
    secret, answer = finish(police, "tom")
    assert answer["status"] == 302
    assert is_in(police, "tom")
    police("password_step", who="again", username="tom@0099", password=WORDS)
    police("forget_guesses")
    assert code_step(police, "again", police("app_code", secret=secret))["status"] == 302
    assert police("password_step", who="old", username="tom@0099", password=PASSWORD)["status"] == 200
    assert begin(police, "thief", code)["status"] == 200  # used


def test_a_new_password_ends_the_sessions_that_are_open(police, social):
    police("sign_in", who="norr-old", username="norr@0099", password=PASSWORD)
    begin(police, "norr-new", social("order", handle="norr"), "norr@0099")
    assert finish(police, "norr-new")[1]["status"] == 302
    assert is_in(police, "norr-new")
    assert not is_in(police, "norr-old")


@pytest.mark.parametrize(
    ("handle", "minutes", "username"),
    [("ingen", 3 * 24 * 60 + 1, "ingen@0099"), ("ingen", 0, "soder@0099"), ("asta", 0, "asta@0099")],
)
def test_a_code_that_is_old_or_anothers_or_not_of_the_police(police, social, handle, minutes, username):
    code = social("order", handle=handle, minutes=minutes)
    assert begin(police, "wrong", code, username)["status"] == 200
    assert police("send", who="wrong", path="/logga-in/ny-app/")["status"] == 302


def test_without_a_code_the_portals_login_sets_nothing(portal_login, seeded):
    """Even whoever speaks SQL as the portal changes no password and reads no secret."""
    dag = seeded["accounts"]["dag"][0]
    hashed, secret = "argon2$argon2id$v=19$x", f"s1.officers1.{'A' * 60}"
    asked = portal_login.execute("select portal.enrol(%s, %s, %s, %s)", [dag, "0" * 64, hashed, secret])
    assert asked.fetchone() == (False,)
    assert portal_login.execute("select * from portal.my_factor()").fetchone() is None
    with connect("admin") as admin:
        kept = admin.execute("select data->>'secret' from app.mfa_authenticator where user_id = %s", [dag])
        assert kept.fetchone() != (secret,)


def test_the_code_is_shown_nowhere_in_the_database(social):
    code = social("order", handle="soder").replace("-", "")
    with connect("admin") as admin:
        rows = admin.execute("select row_to_json(c)::text from app.accounts_onetimecode c").fetchall()
    assert rows
    assert not any(code in row[0] or code.lower() in row[0] for row in rows)


# What breaks


CANARY = "Kanariefågel Hemlig 19900101-1234"


def test_a_broken_view_of_the_portal_says_nothing_anywhere(police, seeded):
    assert police("sign_in", who="dag", username="dag@0099", password="polis-hemligt-2026")["status"] == 302
    answers = police("broken", who="dag", canary=CANARY)
    assert len(answers) >= 9
    bodies = set()
    for name, answer in answers.items():
        assert answer["status"] == 500, name
        bodies.add(answer["body"])
        assert "Kanarie" not in str(answer), name
        assert "1234" not in answer["body"], name
        assert answer["log"].count("Internal Server Error") == 1, name
        headers = dict(answer["headers"])
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer["body"])
    assert len(bodies) == 1
