"""The system manager's accounts: open, change, end, one-time codes. Nobody does it to the own account."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts import factors
from avhopp.accounts.actions.accounts import (
    AccountData,
    change_account,
    end_account,
    end_sessions,
)
from avhopp.accounts.actions.requests import ask_for_account, ask_for_change, ask_for_code, ask_to_reopen
from avhopp.accounts.models import AccountRequest, Municipality, OneTimeCode, User
from avhopp.kernel.refusal import Refused
from cases.actions.accounts import ensure_machine_accounts
from tests.accounts.asking import approved, code_for
from tests.accounts.conftest import code_now, password_step
from tests.cast import add_person

WORDS = "tallrik moln cykel hammare"
NEW = {"username": "ny", "name": "Ny Person", "role": "socialsekreterare", "title": "Socialsekreterare"}
WHY = {"why": "Börjar på enheten"}


def use(client: Client, code: str, username: str = "asta@0198", password: str = WORDS):
    data = {"username": username, "code": code, "new_password": password, "again": password}
    return client.post(reverse("one_time_code"), data)


@pytest.fixture
def code(cast) -> str:
    return code_for(cast.asta, by=cast.eva, second=cast.bo)


def test_from_nothing_to_a_working_account(as_, cast, client):
    eva, bo = as_("eva"), as_("bo")
    page = eva.post(reverse("account_new"), {**NEW, **WHY, "unit": cast.beroende.pk}).url
    assert "Bo" in eva.get(page).content.decode()  # who can answer
    assert not User.objects.filter(handle="ny").exists()
    assert bo.post(f"{page}godkann/").url == reverse("account_requests")
    new = User.objects.get(handle="ny")
    assert new.username == "ny@0198"
    page = eva.post(reverse("account_code", args=[new.pk]), WHY).url
    assert "<code>" not in eva.get(page).content.decode()
    shown = bo.post(f"{page}godkann/").content.decode()
    code = shown.split("<code>")[1].split("</code>")[0]
    assert use(client, code, "ny@0198").url == reverse("start")
    secret = client.get(reverse("add_app")).content.decode().split("<code>")[1].split("</code>")[0]
    client.post(reverse("add_app"), {"code": code_now(secret, time.time())})
    assert client.get(reverse("my_cases")).status_code == 200


def test_a_new_manager_joins_the_team_of_the_unit_and_leaves_it_with_the_role(as_, cast):
    eva, bo = as_("eva"), as_("bo")
    asked = eva.post(reverse("account_new"), {**NEW, **WHY, "role": "enhetschef", "unit": cast.beroende.pk})
    bo.post(f"{asked.url}godkann/")
    new = User.objects.get(handle="ny")
    assert [group.name for group in new.groups.all()] == ["0198/beroende/enhetschef"]
    change = {**NEW, **WHY, "role": "namndsekreterare", "unit": ""}
    asked = eva.post(reverse("account_change", args=[new.pk]), change)
    assert new.groups.exists()
    bo.post(f"{asked.url}godkann/")
    assert not new.groups.exists()


@pytest.mark.parametrize("handle", ["asta", "bo", "frida", "siri", "eskil", "nils"])
def test_only_the_system_manager_has_these_pages(as_, cast, handle):
    client = as_(handle)
    assert client.get(reverse("accounts")).status_code == 403
    assert client.get(reverse("account_new")).status_code == 403
    for name in ("account_page", "account_change", "account_end"):
        assert client.get(reverse(name, args=[cast.cleo.pk])).status_code == 404
    for name in ("account_code", "account_sign_out", "account_reopen"):
        assert client.post(reverse(name, args=[cast.cleo.pk])).status_code == 404
    if handle != "bo":  # who orders accounts, and is the second person where there is one manager
        assert client.get(reverse("account_requests")).status_code == 403


def test_another_municipalitys_accounts_do_not_exist(as_, cast):
    other = Municipality.objects.create(code="0197", name="Annan", board="Nämnd", registry_prefix="SN")
    with acting(ensure_machine_accounts(other)[Role.IMPORTER]):
        stranger = add_person(other, "annorstädes", Role.CASE_WORKER, password="!")
    eva = as_("eva")
    assert "Annorstädes" not in eva.get(reverse("accounts")).content.decode()
    assert eva.get(reverse("account_page", args=[stranger.pk])).status_code == 404
    assert eva.post(reverse("account_code", args=[stranger.pk])).status_code == 404


def test_machines_are_no_accounts_of_people(as_, cast):
    eva = as_("eva")
    assert "raknare" not in eva.get(reverse("accounts")).content.decode()
    assert eva.post(reverse("account_new"), {**NEW, **WHY, "role": "rapportering"}).status_code == 200
    with acting(cast.eva):
        assert not AccountRequest.objects.exists()
    assert not User.objects.filter(handle="ny").exists()


@pytest.mark.parametrize(
    "act",
    [
        lambda eva: change_account(
            user=eva, by=eva, data=AccountData(username="eva", name="E", role="samordnare")
        ),
        lambda eva: end_account(user=eva, by=eva, reason="x"),
        lambda eva: end_sessions(user=eva, by=eva),
        lambda eva: ask_for_code(user=eva, reason="x", by=eva, at=timezone.now()),
        lambda eva: ask_to_reopen(user=eva, reason="x", by=eva, at=timezone.now()),
        lambda eva: ask_for_change(
            user=eva,
            reason="x",
            by=eva,
            at=timezone.now(),
            data=AccountData(username="eva", name="E", role="samordnare"),
        ),
    ],
)
def test_nobody_acts_on_the_own_account(cast, act):
    with acting(cast.eva), pytest.raises(Refused, match="own_account"):
        act(cast.eva)


@pytest.mark.parametrize("change", [{"role": "samordnare"}, {"valid_to": "2199-01-01"}, {"unit": None}])
def test_the_database_lets_nobody_change_the_own_role(cast, change):
    with acting(cast.inlasare):
        User.objects.filter(pk=cast.cleo.pk).update(**change)  # whoever loads scenarios may, with another's
    refused = pytest.raises(DatabaseError, match="nobody changes the own account")
    with acting(cast.eva), refused, transaction.atomic():
        User.objects.filter(pk=cast.eva.pk).update(**change)
    with acting(cast.asta), pytest.raises(DatabaseError, match="right to manage"), transaction.atomic():
        User.objects.filter(pk=cast.bo.pk).update(**change)


def test_a_code_changes_the_password_and_lets_go_of_everything_old(client, cast, as_, app_of, code):
    app_of("asta")
    old = as_("asta")
    assert use(client, code).url == reverse("start")
    assert old.get(reverse("account")).url.startswith(reverse("sign_in"))
    with acting(cast.asta):
        assert factors.of(cast.asta) == []
    assert password_step(Client(), password="asta-hemligt-2026").status_code == 200
    assert password_step(Client(), password=WORDS).status_code == 302


def test_small_letters_and_spaces_do_not_matter(client, code):
    assert use(client, code.lower().replace("-", " ")).status_code == 302


def test_a_code_works_once(code):
    assert use(Client(), code).status_code == 302
    assert use(Client(), code, password="annat moln helt hammare").status_code == 200


def test_only_the_newest_code_works(cast, code):
    newer = code_for(cast.asta, by=cast.eva, second=cast.bo, at=timezone.now() + timedelta(seconds=1))
    assert use(Client(), code).status_code == 200
    assert use(Client(), newer).status_code == 302


def test_a_code_is_one_persons(client, code):
    assert use(client, code, "bo@0198").status_code == 200


@pytest.mark.parametrize(("hours", "works"), [(71, True), (73, False)])
def test_a_code_lasts_three_days(cast, client, hours, works):
    with time_machine.travel(time.time(), tick=False) as clock:
        code = code_for(cast.asta, by=cast.eva, second=cast.bo)
        clock.shift(hours * 3600)
        assert (use(client, code).status_code == 302) is works


def test_the_answer_does_not_tell_whether_the_account_exists(code):
    pages = [use(Client(), "AAAA-BBBB", name).content.decode() for name in ("asta@0198", "nobody@0198")]
    known, unknown = (
        page.split("<main")[1].replace(n, "X")
        for page, n in zip(pages, ("asta@0198", "nobody@0198"), strict=True)
    )
    token = 'name="csrfmiddlewaretoken" value="'
    assert known.split(token)[0] == unknown.split(token)[0]
    assert known.split(token)[1][64:] == unknown.split(token)[1][64:]


def test_codes_are_guessed_at_ten_times(client, code):
    for _ in range(10):
        use(client, "AAAA-BBBB")
    assert use(client, code).status_code == 200


@pytest.mark.parametrize("password", ["kort", "asta@0198-asta"])
def test_a_weak_password_is_refused_and_the_code_is_not_used_up(client, code, password):
    assert use(client, code, password=password).status_code == 200
    assert use(client, code).status_code == 302


def test_the_code_is_kept_as_a_digest_and_nobody_else_reads_it(cast, code):
    with acting(cast.asta):
        row = OneTimeCode.objects.get()
    assert code.replace("-", "") not in (row.digest, row.digest.upper())
    for other in (cast.eva, cast.lova, None):  # Bo approved it, and handed it over
        with acting(other):
            assert not OneTimeCode.objects.exists()


def test_ending_an_account_ends_its_sessions_now(as_, cast):
    asta, eva = as_("asta"), as_("eva")
    eva.post(reverse("account_end", args=[cast.asta.pk]), {"reason": "slutat"})
    assert asta.get(reverse("account")).url.startswith(reverse("sign_in"))
    assert not cast.asta.sessions.exists()
    assert password_step(Client()).status_code == 200
    asked = eva.post(reverse("account_reopen", args=[cast.asta.pk]), WHY)
    assert password_step(Client()).status_code == 200
    as_("bo").post(f"{asked.url}godkann/")
    assert password_step(Client()).status_code == 302


def test_signing_somebody_out_everywhere(as_, cast):
    asta, bo, eva = as_("asta"), as_("bo"), as_("eva")
    eva.post(reverse("account_sign_out", args=[cast.asta.pk]))
    assert asta.get(reverse("account")).status_code == 302
    assert bo.get(reverse("account")).status_code == 200


def test_a_taken_name_is_refused_and_nothing_typed_is_lost(as_, cast):
    page = as_("eva").post(reverse("account_new"), {**NEW, **WHY, "username": "asta"})
    assert page.status_code == 200
    assert "Ny Person" in page.content.decode()


def test_a_new_account_has_no_password(cast):
    with acting(cast.eva):
        asked = ask_for_account(data=AccountData(**NEW), reason="Ny", by=cast.eva, at=timezone.now())
    approved(asked, cast.bo)
    user = User.objects.get(handle="ny")
    assert not user.has_usable_password()
    assert password_step(Client(), "ny", password="!").status_code == 200


def test_the_list_asks_as_much_for_one_as_for_many(as_, cast, django_assert_num_queries):
    eva = as_("eva")
    eva.get(reverse("accounts"))
    with django_assert_num_queries(10, exact=False) as few:
        eva.get(reverse("accounts"))
    for number in range(20):
        cast.add(f"p{number}", Role.FINANCE_OFFICER)
    with django_assert_num_queries(len(few)):
        eva.get(reverse("accounts"))


def test_the_auditor_follows_what_is_done_to_accounts_and_does_nothing_to_them(as_, cast):
    """Who opens accounts must not be the only one who can see it."""
    eva, lova = as_("eva"), as_("lova")
    asked = eva.post(reverse("account_code", args=[cast.asta.pk]), WHY)
    as_("bo").post(f"{asked.url}godkann/")
    page = lova.get(reverse("account_page", args=[cast.asta.pk])).content.decode()
    assert "En engångskod togs fram. Begärdes av Eva, godkändes av Bo." in page
    assert "Begär en engångskod" not in page
    assert lova.get(asked.url).status_code == 200
    assert lova.post(f"{asked.url}godkann/").status_code == 403
    assert "Ändra" not in page
    assert "Nytt konto" not in lova.get(reverse("accounts")).content.decode()
    assert "Nytt konto" in eva.get(reverse("accounts")).content.decode()
    for name in ("account_change", "account_end"):
        assert lova.get(reverse(name, args=[cast.asta.pk])).status_code == 403
    assert lova.post(reverse("account_code", args=[cast.asta.pk])).status_code == 403
    assert as_("bo").get(reverse("account_page", args=[cast.asta.pk])).status_code == 404
