"""Signing in, one step into the demonstration, and where each role begins."""

import pytest
from django.conf import settings
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.demo import CAST, DEMO_CODE, demo_users
from avhopp.accounts.models import Municipality
from cases.actions.accounts import ensure_machine_accounts
from tests.cast import add_person

WRONG = "Användarnamnet eller lösenordet stämmer inte."


@pytest.fixture
def demo(db):
    home = Municipality.objects.create(
        code=DEMO_CODE, name="Demokommun", board="Socialnämnden", registry_prefix="SN", is_demo=True
    )
    with acting(ensure_machine_accounts(home)[Role.IMPORTER]):
        for handle, role in (("asta", Role.CASE_WORKER), ("eva", Role.SYSTEM_MANAGER)):
            add_person(home, handle, role, password="!")
    return home


@pytest.mark.parametrize(
    ("username", "password", "enters"),
    [
        ("asta@0198", "asta-hemligt-2026", True),
        ("ASTA@0198", "asta-hemligt-2026", True),
        ("asta", "asta-hemligt-2026", True),
        ("asta@0198", "fel", False),
        ("ingen@0198", "asta-hemligt-2026", False),
        ("dag@0198", "dag-hemligt-2026", False),  # the police sign in elsewhere
        ("raknare@0198", "raknare-hemligt-2026", False),  # a machine
    ],
)
def test_sign_in(client, cast, username, password, enters):
    response = client.post(reverse("sign_in"), {"username": username, "password": password})
    assert (response.status_code == 302) is enters
    assert ("_auth_user_id" in client.session) is enters
    assert enters or WRONG in response.content.decode()


def test_the_answer_does_not_tell_whether_the_account_exists(client, cast):
    answers = [
        client.post(reverse("sign_in"), {"username": name, "password": "fel"})
        .content.decode()
        .split("<main")[1]
        for name in ("asta@0198", "nobody@0198")
    ]
    known, unknown = (text.replace("asta@0198", "X").replace("nobody@0198", "X") for text in answers)
    token = 'name="csrfmiddlewaretoken" value="'
    strip = [text.split(token)[0] + text.split(token)[1][64:] for text in (known, unknown)]
    assert strip[0] == strip[1]


def test_signing_in_takes_a_new_session(client, cast):
    client.get(reverse("sign_in"))
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    client.post(reverse("sign_in"), {"username": "asta@0198", "password": "asta-hemligt-2026"})
    assert client.session.session_key != session.session_key


def test_signing_out_ends_the_session_and_clears_the_browser(as_):
    client = as_("asta")
    response = client.post(reverse("sign_out"))
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("my_cases")).status_code == 302


def test_one_step_into_the_demonstration(client, demo):
    page = client.get(reverse("sign_in")).content.decode()
    assert "Asta Ek" in page
    assert "Dag och Nora" in page
    response = client.post(reverse("demo_sign_in"), {"username": f"asta@{DEMO_CODE}"})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(demo_users().get(handle="asta").pk)


@pytest.mark.parametrize("username", ["asta@0198", "", "dag@0099"])
def test_only_the_demonstrations_people_come_in_without_a_password(client, cast, demo, username):
    assert client.post(reverse("demo_sign_in"), {"username": username}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_outside_the_demonstration_there_is_no_step_in(client, demo, settings):
    settings.DEMO = False
    assert client.post(reverse("demo_sign_in"), {"username": f"asta@{DEMO_CODE}"}).status_code == 404
    assert "Prova som" not in client.get(reverse("sign_in")).content.decode()


def test_demo_sign_in_takes_no_links(client, demo):
    assert client.get(reverse("demo_sign_in")).status_code == 405


@pytest.mark.parametrize(
    ("handle", "page"),
    [
        ("asta", "my_cases"),
        ("bo", "dashboard"),
        ("frida", "dashboard"),
        ("siri", "dashboard"),
        ("eskil", "my_cases"),
        ("nils", "reports"),
        ("eva", "accounts"),
    ],
)
def test_each_role_begins_where_its_work_is(as_, handle, page):
    assert as_(handle).get(reverse("start")).url == reverse(page)


@pytest.mark.parametrize(
    ("handle", "first"),
    [("asta", "my_cases"), ("siri", "dashboard"), ("lova", "log_reviews"), ("eva", "accounts")],
)
def test_everybody_begins_where_their_work_is(as_, handle, first):
    assert as_(handle).get(reverse("start")).url == reverse(first)


def test_every_actor_says_what_they_do():
    assert len({actor.handle for actor in CAST}) == 10
    assert all(actor.title and actor.does for actor in CAST)
