"""The second person: nobody gives an account more power alone, on the pages or in SQL."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.actions.accounts import AccountData, change_account, end_account
from avhopp.accounts.actions.requests import (
    approve,
    ask_for_account,
    ask_for_change,
    ask_for_code,
    refuse,
    withdraw,
)
from avhopp.accounts.models import AccountRequest, OneTimeCode, User
from avhopp.accounts.powers import rises
from avhopp.audit.models import Event
from avhopp.kernel.refusal import Refused
from tests.accounts.asking import approved

NEW = {"username": "ny", "name": "Ny Person", "role": "socialsekreterare"}
USABLE = "argon2$something"


@pytest.fixture
def asked(cast) -> AccountRequest:
    """Eva, the only system manager, asks for a code to Asta."""
    with acting(cast.eva):
        return ask_for_code(user=cast.asta, reason="Har tappat telefonen", by=cast.eva, at=timezone.now())


@pytest.fixture
def vera(cast) -> User:
    return cast.add("vera", Role.SYSTEM_MANAGER, password=USABLE)


def answering(cast, asked, handle, at=None):
    who = cast.people[handle]
    with acting(who), transaction.atomic():
        return approve(request=asked, by=who, at=at or timezone.now())


def test_nobody_both_asks_and_approves(cast, vera, asked):
    with pytest.raises(Refused, match="own_request"):
        answering(cast, asked, "eva")
    assert answering(cast, asked, "vera")


def test_nobody_approves_what_is_about_the_own_account(cast, vera):
    with acting(cast.eva):
        asked = ask_for_code(user=cast.bo, reason="Tappat", by=cast.eva, at=timezone.now())
        with transaction.atomic():
            end_account(user=vera, by=cast.eva, reason="Slutat")
    with pytest.raises(Refused, match="own_account"):
        answering(cast, asked, "bo")


@pytest.mark.parametrize("handle", ["asta", "siri", "frida", "lova", "nils", "eskil"])
def test_others_than_managers_and_heads_approve_nothing(cast, asked, handle):
    with pytest.raises(Refused, match="not_allowed"):
        answering(cast, asked, handle)


def test_a_head_is_the_second_person_only_where_there_is_no_other_manager(cast, asked, vera):
    with pytest.raises(Refused, match="not_allowed"):
        answering(cast, asked, "bo")
    cast.change(vera, is_active=False)
    assert answering(cast, asked, "bo")


def test_a_manager_who_never_signed_in_is_no_second_person(cast, asked):
    cast.add("vera", Role.SYSTEM_MANAGER, password="!")
    assert answering(cast, asked, "bo")


def test_it_is_answered_once_and_within_a_week(cast, asked):
    with pytest.raises(Refused, match="expired"):
        answering(cast, asked, "bo", timezone.now() + timedelta(days=8))
    assert answering(cast, asked, "bo")
    with pytest.raises(Refused, match="answered"):
        answering(cast, asked, "bo")


def test_what_is_refused_or_withdrawn_is_not_done(cast, asked):
    with acting(cast.bo):
        refuse(request=asked, answer="Inte min medarbetare", by=cast.bo, at=timezone.now())
    with acting(cast.eva):
        other = ask_for_code(user=cast.frida, reason="Tappat", by=cast.eva, at=timezone.now())
        withdraw(request=other, by=cast.eva, at=timezone.now())
    for one in (asked, other):
        with pytest.raises(Refused, match="answered"):
            answering(cast, one, "bo")
    with acting(cast.bo):
        assert not OneTimeCode.objects.exists()


def test_only_the_asker_takes_it_back(cast, vera, asked):
    with acting(vera), pytest.raises(Refused, match="not_allowed"):
        withdraw(request=asked, by=vera, at=timezone.now())


def test_the_event_says_both_names(cast, asked):
    approved(asked, cast.bo)
    with acting(cast.lova):
        told = list(Event.objects.filter(object_id=cast.asta.pk).values_list("text", "actor_name"))
    assert ("En engångskod togs fram. Begärdes av Eva, godkändes av Bo.", "Bo") in told
    assert ("Engångskod begärdes.", "Eva") in told


def test_an_approved_role_reaches_the_account_and_its_team(cast):
    data = AccountData(username="cleo", name="Cleo", role=Role.UNIT_MANAGER, unit=cast.ungdom)
    with acting(cast.eva):
        asked = ask_for_change(user=cast.cleo, data=data, reason="Ny chef", by=cast.eva, at=timezone.now())
    approved(asked, cast.bo)
    cleo = User.objects.get(pk=cast.cleo.pk)
    assert cleo.role == Role.UNIT_MANAGER
    assert [group.name for group in cleo.groups.all()] == ["0198/ungdom/enhetschef"]


def test_contact_and_ending_sooner_need_nobody_else(as_, cast):
    change = {"username": "cleo", "name": "Cleo Ny", "role": "socialsekreterare", "unit": cast.ungdom.pk}
    change |= {"phone": "08-1", "valid_to": "2199-01-01"}
    answer = as_("eva").post(reverse("account_change", args=[cast.cleo.pk]), change)
    assert answer.url == reverse("account_page", args=[cast.cleo.pk])
    cleo = User.objects.get(pk=cast.cleo.pk)
    assert (cleo.name, cleo.phone, str(cleo.valid_to)) == ("Cleo Ny", "08-1", "2199-01-01")


@pytest.mark.parametrize(
    "change",
    [
        {"role": "samordnare"}, {"provider_id": "eva-at-work"}, {"unit": None},
        {"valid_to": "2299-01-01"}, {"valid_from": "2019-01-01"}, {"is_active": True},
    ],
)  # fmt: skip
def test_the_database_lets_no_manager_raise_an_account_alone(cast, change):
    """Twins: ending sooner goes; and the same change goes in the transaction in which it was approved."""
    works, at = "is_active" not in change, timezone.now()
    cast.change(cast.cleo, valid_from="2020-01-01", valid_to="2199-01-01", is_active=works)
    rows = User.objects.filter(pk=cast.cleo.pk)
    with acting(cast.eva):
        rows.update(valid_to="2198-01-01")
        with pytest.raises(DatabaseError, match="a second person"), transaction.atomic():
            rows.update(**change)
    shall_be = dict.fromkeys(("unit", "valid_from", "valid_to")) | {
        "role": cast.cleo.role, "provider_id": "", "is_active": True, "unit": cast.ungdom,
        "valid_from": "2020-01-01", "valid_to": "2198-01-01",
    } | change  # fmt: skip
    with acting(cast.eva):
        wanted = AccountRequest(
            municipality=cast.municipality, kind="andring", account=cast.cleo.pk, name="Cleo",
            reason="Ny roll", asked_by=cast.eva, asked_at=at, expires_at=at + timedelta(days=7),
            contact={"name": "Cleo", "title": "", "phone": "", "email": "", "handle": "cleo"},
            powers={
                "username": cast.cleo.username, "municipality_id": str(cast.municipality.pk),
                "police_unit_id": None, "role": shall_be["role"], "is_active": shall_be["is_active"],
                "unit_id": str(shall_be["unit"].pk) if shall_be["unit"] else None,
                "provider_id": shall_be["provider_id"], "valid_from": shall_be["valid_from"],
                "valid_to": shall_be["valid_to"],
            },
        )  # fmt: skip
        wanted.save(force_insert=True)
    approved(wanted, cast.bo)
    assert rows.filter(**change).exists()


def test_the_database_lets_nobody_open_an_account_or_order_a_code_alone(cast):
    with acting(cast.eva):
        new = User(username="ny@0198", handle="ny", name="Ny", role=Role.LOG_AUDITOR, password="!")
        new.municipality = cast.municipality
        with pytest.raises(DatabaseError, match="a second person"), transaction.atomic():
            new.save(force_insert=True)
        code = OneTimeCode(user=cast.asta, digest="0" * 64, ordered_by=cast.eva)
        code.ordered_at, code.valid_to = timezone.now(), timezone.now() + timedelta(days=1)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            code.save(force_insert=True)


@pytest.mark.parametrize("team", ["0198/samordnare", "0198/beroende/enhetschef"])
def test_the_database_lets_no_manager_put_an_account_into_a_team(cast, team):
    join = (
        "insert into accounts_user_groups (user_id, group_id) select %s, id from auth_group where name = %s"
    )
    with (
        acting(cast.eva),
        pytest.raises(DatabaseError, match="move this account"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(join, [cast.nils.pk, team])


ANSWER = """
    update accounts_accountrequest
    set outcome = %s, answered_by_id = %s, answered_at = transaction_timestamp() where id = %s"""


@pytest.mark.parametrize(
    ("who", "outcome", "may"),
    [
        ("eva", "godkand", False), ("eva", "avslagen", False), ("eva", "aterkallad", True),
        ("bo", "godkand", True), ("bo", "avslagen", True), ("bo", "aterkallad", False),
        ("siri", "godkand", False), ("lova", "godkand", False), ("asta", "godkand", False),
    ],
)  # fmt: skip
def test_the_database_says_who_answers(cast, asked, who, outcome, may):
    def tried() -> bool:
        with acting(cast.people[who]), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ANSWER, [outcome, cast.people[who].pk, asked.pk])
            return cursor.rowcount == 1

    if may:
        assert tried()
    elif who in ("eva", "bo", "lova"):  # who see it
        with pytest.raises(DatabaseError, match=r"row-level security|nobody_answers"):
            tried()
    else:
        assert not tried()


def test_the_database_lets_a_head_answer_only_where_there_is_no_other_manager(cast, vera, asked):
    def tried() -> int:
        with acting(cast.bo), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ANSWER, ["godkand", cast.bo.pk, asked.pk])
            return cursor.rowcount

    with pytest.raises(DatabaseError, match="row-level security"):
        tried()
    cast.change(vera, is_active=False)
    assert tried() == 1


def test_nobody_asks_in_anothers_name_or_beforehand(cast, vera):
    at = timezone.now()
    facts = {
        "municipality": cast.municipality, "kind": "kod", "account": cast.asta.pk, "name": "Asta",
        "reason": "x", "asked_at": at, "expires_at": at + timedelta(days=7),
    }  # fmt: skip
    answered = {"answered_by": cast.eva, "answered_at": timezone.now(), "outcome": "godkand"}
    for more in (
        {"asked_by": vera},
        {"asked_by": vera, **answered},
        {"asked_by": cast.eva, "account": cast.eva.pk},
    ):
        with acting(cast.eva), pytest.raises(DatabaseError), transaction.atomic():
            AccountRequest(**{**facts, **more}).save(force_insert=True)
    with acting(cast.eva):
        AccountRequest(**facts, asked_by=cast.eva).save(force_insert=True)


def test_where_nobody_can_approve_the_page_says_so(as_, cast, asked):
    eva = as_("eva")
    page = eva.get(reverse("account_request", args=[asked.pk])).content.decode()
    assert "Bo" in page
    cast.change(cast.bo, is_active=False)
    page = eva.get(reverse("account_request", args=[asked.pk])).content.decode()
    assert "Det finns ingen som kan godkänna" in page


def test_the_pages_from_asking_to_answer(as_, cast, asked):
    eva, bo = as_("eva"), as_("bo")
    page = reverse("account_request", args=[asked.pk])
    assert "Du kan svara" in bo.get(reverse("account_requests")).content.decode()
    assert "Du kan svara" not in eva.get(reverse("account_requests")).content.decode()
    assert "Ta tillbaka begäran" in eva.get(page).content.decode()
    assert "Har tappat telefonen" in bo.get(page).content.decode()
    refused = reverse("account_request_refuse", args=[asked.pk])
    assert "måste fyllas i" in bo.post(refused, {"answer": ""}).content.decode()
    assert bo.post(refused, {"answer": "Fel person"}).status_code == 302
    assert "Fel person" in eva.get(page).content.decode()
    assert bo.post(reverse("account_request_approve", args=[asked.pk])).url == page


def test_the_list_asks_as_much_for_one_as_for_many(as_, cast, asked, django_assert_num_queries):
    bo = as_("bo")
    bo.get(reverse("account_requests"))
    with django_assert_num_queries(12, exact=False) as few:
        bo.get(reverse("account_requests"))
    with acting(cast.eva):
        for handle in ("cleo", "frida", "siri", "nils"):
            ask_for_code(user=cast.people[handle], reason="Tappat", by=cast.eva, at=timezone.now())
    with django_assert_num_queries(len(few)):
        bo.get(reverse("account_requests"))


POWERS = {
    "username": "x", "role": "samordnare", "municipality_id": 1, "unit_id": None, "police_unit_id": None,
    "is_active": False, "valid_from": None, "valid_to": None, "provider_id": "",
}  # fmt: skip
DAYS = st.none() | st.dates()


@given(
    st.fixed_dictionaries({"is_active": st.booleans(), "valid_from": DAYS, "valid_to": DAYS}),
    st.fixed_dictionaries({"is_active": st.booleans(), "valid_from": DAYS, "valid_to": DAYS}),
    st.dates(),
)
def test_an_account_that_works_a_day_more_has_risen(before, after, day):
    def works(said) -> bool:
        begun = said["valid_from"] is None or said["valid_from"] <= day
        return said["is_active"] and begun and (said["valid_to"] is None or day <= said["valid_to"])

    if works(after) and not works(before):
        assert rises(POWERS | before, POWERS | after)
    assert not rises(POWERS | before, POWERS | before)


#: What a system manager can try alone. Each takes the account that it is about.
ROLES = [Role.CASE_WORKER, Role.COORDINATOR, Role.UNIT_MANAGER, Role.SYSTEM_MANAGER, Role.POLICE]


def _data(user, **more):
    unit = {"unit": None} if more.get("role") == Role.POLICE else {"unit": user.unit}
    return AccountData(**({"username": user.handle, "name": user.name, "role": user.role} | unit | more))


def tries(eva, other, role):
    """By name: everything that changes an account, by the actions and by SQL."""
    at, rows = timezone.now(), User.objects.filter(pk=other.pk)
    return {
        "open": lambda: ask_for_account(
            data=AccountData(username="ny", name="Ny", role=role), reason="x", by=eva, at=at
        ),
        "change": lambda: change_account(user=other, data=_data(other, role=role), by=eva),
        "ask": lambda: ask_for_change(user=other, data=_data(other, role=role), reason="x", by=eva, at=at),
        "code": lambda: ask_for_code(user=other, reason="x", by=eva, at=at),
        "end": lambda: end_account(user=other, by=eva, reason="x"),
        "approve": lambda: [
            approve(request=one, by=eva, at=at) for one in AccountRequest.objects.visible_to(eva).waiting(at)
        ],
        "sql role": lambda: rows.update(role=role),
        "sql sign-in": lambda: rows.update(provider_id="eva-at-work"),
        "sql name": lambda: rows.update(handle="other", name="Another"),
        "sql password": lambda: rows.update(password=USABLE),
        "sql again": lambda: rows.update(is_active=True, valid_to=None),
        "sql asker": lambda: AccountRequest.objects.update(asked_by=other),
        "sql answer": lambda: AccountRequest.objects.update(
            outcome="godkand", answered_by=other, answered_at=timezone.now()
        ),
        "sql own answer": lambda: AccountRequest.objects.update(
            outcome="godkand", answered_by=eva, answered_at=timezone.now()
        ),
        "sql team": lambda: other.groups.add(1),
        "sql code": lambda: OneTimeCode(
            user=other, digest="1" * 64, ordered_by=eva, ordered_at=at, valid_to=at + timedelta(days=1)
        ).save(force_insert=True),
    }


def standing(cast) -> dict[str, tuple]:
    """Of everybody: what the account may do, and how one signs in to it."""
    with acting(None):
        return {
            user.username: (
                user.role, user.unit_id, user.police_unit_id, user.provider_id, user.password,
                frozenset(user.groups.values_list("name", flat=True)),
            )
            for user in User.objects.filter(municipality=cast.municipality).prefetch_related("groups")
        }  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_sequence_of_acts_by_one_manager_gives_a_power(cast, data):
    """Whatever Eva does alone, in whatever order: no account is new, can do other things or opens to her."""
    before = standing(cast)
    others = [cast.people[handle] for handle in ("asta", "bo", "siri", "nils", "lova")]
    with transaction.atomic():
        for _ in range(data.draw(st.integers(1, 8), "steps")):
            other = data.draw(st.sampled_from(others), "account")
            acts = tries(cast.eva, other, data.draw(st.sampled_from(ROLES), "role"))
            name = data.draw(st.sampled_from(sorted(acts)), "act")
            try:
                with transaction.atomic(), acting(cast.eva):
                    acts[name]()
            except (Refused, DatabaseError):
                continue
        after = standing(cast)
        with acting(cast.eva):
            assert not OneTimeCode.objects.exists()
            assert not AccountRequest.objects.filter(outcome="godkand").exists()
        transaction.set_rollback(True)
    assert after == before
