"""The delegation order on its pages, and in a database that nobody asks nicely."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import ROLES, Can, Role
from avhopp.audit.models import Event
from avhopp.kernel.refusal import Refused
from cases.actions.decision import decide
from cases.actions.delegation import OrderFacts, newest_number, points_before, register_order
from cases.models import Decision, DelegationOrder, DelegationRule
from cases.rules import Rule
from tests.markup import words

from .conftest import said, text_of

PAGE, NEW = "delegation_order", "delegation_new"
ROW = {"point": "9.1", "kind": "hvb", "role": "socialsekreterare", "months": "4", "max_rate": "3 500"}


def facts(today, begins: int = 0, decided: int = -10) -> OrderFacts:
    return OrderFacts(today + timedelta(days=decided), "§ 143", today + timedelta(days=begins))


@pytest.fixture
def register(cast, today):
    """`register(rate=…, begins=…)`: a version with one point, registered by Nils."""

    def made(rate: int | None = 3500, begins: int = 0, by: str = "nils", after: int | None = None, **more):
        point = Rule(uuid4(), "9.1", "hvb", "socialsekreterare", 123, False, rate, None)
        user = cast.people[by]
        with acting(user):
            return register_order(
                facts=facts(today, begins, **more), points=[point], by=user, today=today,
                after=newest_number(user.municipality_id) if after is None else after,
            )  # fmt: skip

    return made


def filled(today, *rows: dict[str, str], begins: int = 0, **more: str) -> dict[str, str]:
    """The form as a browser sends it."""
    head = {"decided": str(today - timedelta(days=10)), "minutes": "§ 143", "efter": "0"}
    head["valid_from"] = str(today + timedelta(days=begins))
    count = {"punkter-TOTAL_FORMS": str(len(rows)), "punkter-INITIAL_FORMS": str(len(rows))}
    typed = {f"punkter-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
    return {**head, **count, **typed, **more}


def send(client, data, step):
    return client.post(reverse(NEW), {**data, "steg": step})


def refusal(action) -> str:
    """What the database says to the action: the broken rule, or that there is no right at all."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        action()
    if isinstance(error.value, IntegrityError):
        return error.value.__cause__.diag.constraint_name
    assert isinstance(error.value, ProgrammingError)
    return "no right"


def test_the_secretary_registers_what_the_committee_decided(as_, cast, today):
    nils, data = as_("nils"), filled(today, ROW, begins=1)
    page = words(send(nils, data, "granska"))
    assert "Stämmer det med protokollet?" in page
    assert "9.1 Ny – HVB. Socialsekreterare: högst 4 månader (123 dygn), högst 3 500 kr per dygn." in page
    assert "3.1.1 Tas bort HVB. Socialsekreterare" in page
    with acting(cast.nils):
        assert not DelegationOrder.objects.exists()
    assert "3 500" in text_of(send(nils, data, "andra")).replace("\u00a0", " ")
    assert "Version 1 är registrerad" in said(nils, send(nils, data, "registrera"))
    with acting(cast.nils):
        order = DelegationOrder.objects.get()
        assert (order.number, order.minutes, order.registered_by_id) == (1, "§ 143", cast.nils.pk)
        held = DelegationRule.objects.in_force_on(today)
        assert not held.filter(order=order).exists()
        assert {row.valid_to for row in held} == {order.valid_from}
        (tomorrow,) = DelegationRule.objects.in_force_on(order.valid_from)
        assert (tomorrow.order_id, tomorrow.max_days, tomorrow.max_rate) == (order.pk, 123, 3500)
    for handle in ("asta", "bo", "frida", "siri", "eskil", "lova", "nils"):
        shown = text_of(as_(handle).get(reverse(PAGE)))
        assert "3.1.1" in shown
        assert "Version 1" in shown
        assert "En ny version är på väg" in shown
        assert f"gäller från {order.valid_from}, beslutad av nämnden" in shown
    assert "Vad som ändrades" in text_of(as_("lova").get(reverse("delegation_version", args=[order.pk])))


@pytest.mark.parametrize("handle", ["asta", "bo", "frida", "siri", "eskil", "lova", "eva"])
def test_nobody_else_registers(as_, cast, today, register, handle):
    assert send(as_(handle), filled(today, ROW), "registrera").status_code == 403
    assert as_(handle).get(reverse(NEW)).status_code == 403
    with pytest.raises(Refused, match="not_allowed"):
        register(by=handle)
    with acting(cast.nils):
        assert not DelegationOrder.objects.exists()


@pytest.mark.parametrize(
    ("handle", "where"),
    [(who, "my_cases") for who in ("asta", "frida", "siri", "bo", "eskil")]
    + [("lova", "log_reviews"), ("nils", "reports")],
)
def test_everybody_who_reads_it_finds_it(as_, handle, where):
    """From the page that they begin at or work on, and it opens."""
    assert f'href="{reverse(PAGE)}"' in text_of(as_(handle).get(reverse(where)))
    assert as_(handle).get(reverse(PAGE)).status_code == 200


def test_nobody_whom_it_gives_power_registers_it_whatever_the_role_may(monkeypatch, register):
    monkeypatch.setitem(ROLES, Role.UNIT_MANAGER, ROLES[Role.UNIT_MANAGER] | {Can.WRITE_DELEGATION})
    with pytest.raises(Refused, match="own_power"):
        register(by="bo")


def test_the_system_manager_and_the_police_do_not_read_it(as_):
    assert as_("eva").get(reverse(PAGE)).status_code == 403


@pytest.mark.parametrize(
    ("row", "head", "says"),
    [
        ({"max_rate": "-1"}, {}, "Beloppet får inte vara mindre än noll."),
        ({"max_rate": "0"}, {}, "Med gränsen noll kan ingen besluta."),
        ({"max_cost": "10,50"}, {}, "Skriv hela kronor, utan ören."),
        ({"months": "0"}, {}, "Skriv 1 eller mer."),
        ({"role": "samordnare"}, {}, "Välj ett giltigt alternativ."),
        ({"DELETE": "on"}, {}, "Skriv minst en punkt."),
        ({}, {"minutes": " "}, "måste fyllas i"),
        ({}, {"valid_from": "2001-01-01"}, "Ordningen kan inte gälla före nämndens beslut"),
        ({}, {"decided": "2001-01-01", "valid_from": "2001-01-01"}, "Den senaste versionen gäller från"),
        (
            {},
            {"decided": "2999-01-01", "valid_from": "2999-01-01"},
            "Nämnden kan inte ha beslutat efter i dag",
        ),
    ],
)
def test_what_stops_a_version_is_said_and_nothing_is_lost(as_, cast, today, row, head, says):
    nils, data = as_("nils"), filled(today, {**ROW, "point": "A:7.10", **row}, **head)
    for step in ("granska", "registrera"):
        page = send(nils, data, step).content.decode()
        assert says in page
        assert "A:7.10" in page
    with acting(cast.nils):
        assert not DelegationOrder.objects.exists()


def test_a_day_that_has_been_keeps_its_order(as_, cast, today):
    data = filled(today, ROW, begins=-1)
    assert "dagar som har varit ändras inte" in text_of(send(as_("nils"), data, "granska"))


def test_another_version_meanwhile_is_told_and_not_overwritten(as_, cast, today, register):
    nils, data = as_("nils"), filled(today, ROW | {"max_rate": "9 900"})
    assert "Stämmer det" in text_of(send(nils, data, "granska"))
    register()
    assert "Version 1 registrerades medan du skrev" in text_of(send(nils, data, "registrera"))
    with acting(cast.nils):
        assert DelegationOrder.objects.count() == 1
    page = words(send(nils, data, "granska"))
    assert "9.1 Ändras" in page
    assert "registrerad" in said(nils, send(nils, data | {"efter": "1"}, "registrera"))


def test_another_row_keeps_what_was_typed_and_gone_ones_are_left_out(as_, cast, today):
    nils, data = as_("nils"), filled(today, ROW, ROW | {"point": "9.2", "DELETE": "on"})
    page = send(nils, data, "fler")
    assert page.context["points"].total_form_count() == 3
    assert "Rätta det här" not in text_of(page)
    assert "9.2" in page.content.decode()
    data |= {"punkter-TOTAL_FORMS": "3"}
    send(nils, data, "registrera")
    with acting(cast.nils):
        assert [row.point for row in DelegationRule.objects.exclude(order=None)] == ["9.1"]


def test_the_form_begins_with_the_version_before(as_, register):
    register(rate=3700)
    page = as_("nils").get(reverse(NEW))
    assert page.context["points"].initial[0]["months"] == 4
    assert "3\u00a0700" in page.content.decode()


def test_what_nobody_can_decide_any_more_is_told_before_it_is_saved(as_, cast, today):
    page = text_of(send(as_("nils"), filled(today, ROW), "granska"))
    assert "Insatser som bara nämnden får besluta om" in page
    assert "Familjehem" in page
    cast.change(cast.bo, is_active=False)
    page = text_of(send(as_("nils"), filled(today, ROW | {"role": "enhetschef"}), "granska"))
    assert "Ingen i kommunen har en roll som får besluta enligt de här punkterna" in page


def test_a_decision_keeps_the_version_it_was_made_under(cast, granted, register, terms, today):
    with acting(cast.asta):
        made = Decision.objects.select_related("delegation").get(pk=granted.pk)
    before = (made.delegation_id, made.delegation.point, made.delegation.max_rate)
    register(rate=100)
    with acting(cast.asta):
        made = Decision.objects.select_related("delegation").get(pk=granted.pk)
        assert (made.delegation_id, made.delegation.point, made.delegation.max_rate) == before
        assert Decision.objects.filter(pk=made.pk).update(enforced=today) == 1
    cast.revise(made, max_rate=3000)


def test_a_new_version_decides_from_its_day(cast, investigated, register, terms, today):
    register(rate=3000, begins=1)
    dear = terms.__class__(**{**vars(terms), "max_rate": 3900})
    with acting(cast.asta):
        with transaction.atomic():
            decide(case=investigated, terms=dear, decided=today, by=cast.asta, today=today)
            transaction.set_rollback(True)
        tomorrow = today + timedelta(days=1)
        with pytest.raises(Refused, match="no_delegation"):
            decide(case=investigated, terms=dear, decided=tomorrow, by=cast.asta, today=tomorrow)


def test_versions_follow_each_other_and_one_that_never_held_is_kept(as_, cast, register, today):
    register(rate=3000, begins=5)
    mistaken = register(rate=3100, begins=9)
    with pytest.raises(Refused, match="before_newest"):
        register(begins=6)
    mended = register(rate=3200, begins=9)
    with acting(cast.nils):
        assert [row.max_rate for row in DelegationRule.objects.filter(order=mistaken)] == [3100]
        for days, rate in ((5, 3000), (8, 3000), (9, 3200), (99, 3200)):
            day = today + timedelta(days=days)
            assert [row.max_rate for row in DelegationRule.objects.in_force_on(day)] == [rate]
        assert [rule.max_rate for rule in points_before(mended.number, mended.municipality_id)] == [3100]
    page = text_of(as_("asta").get(reverse("delegation_version", args=[mistaken.pk])))
    assert "Ersattes samma dag som den skulle börja gälla" in page


def test_registering_leaves_an_event_and_history(cast, register):
    order = register()
    with acting(cast.lova):
        event = Event.objects.visible_to(cast.lova).get(object_id=order.pk)
        assert (event.kind, event.actor_id) == ("delegation_registrerad", cast.nils.pk)
        assert "§ 143" in event.text
        assert {row.history_user_id for row in DelegationOrder.history.filter(id=order.pk)} == {cast.nils.pk}
        ended = DelegationRule.history.filter(history_type="~")
        assert {row.valid_to for row in ended} == {order.valid_from}


# ---- The second wall.


def new_order(cast, today, by="nils", **more) -> DelegationOrder:
    values = {
        "municipality": cast.municipality, "number": 1, "decided": today, "minutes": "§ 1",
        "valid_from": today, "registered_by": cast.people[by], "registered_at": timezone.now(),
    }  # fmt: skip
    return DelegationOrder(**values | more)


def at_once(order: DelegationOrder) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select transaction_timestamp()")
        (order.registered_at,) = cursor.fetchone()
    order.save(force_insert=True)


@pytest.mark.parametrize("handle", ["asta", "frida", "bo", "siri", "eskil", "lova", "eva"])
def test_the_database_takes_versions_and_points_from_the_secretary_alone(cast, today, handle):
    with acting(cast.people[handle]):
        assert refusal(lambda: at_once(new_order(cast, today, by=handle))) == "no right"
        rule = DelegationRule(
            municipality=cast.municipality,
            point="9.9",
            kind="hvb",
            role="socialsekreterare",
            valid_from=today,
        )
        assert refusal(lambda: rule.save(force_insert=True)) == "no right"
    with acting(cast.nils):
        at_once(new_order(cast, today))


@pytest.mark.parametrize(
    ("more", "broken"),
    [
        ({"by": "bo"}, "order_registered_by_oneself"),
        ({"valid_from": -1, "decided": -1}, "order_follows_the_last"),
        ({"valid_from": -401, "decided": -401}, "order_follows_the_last"),
        ({"decided": 1}, "order_holds_after_its_decision"),
        ({"minutes": ""}, "order_holds_after_its_decision"),
        ({"number": 0}, ""),
    ],
)
def test_the_database_keeps_versions_one_after_the_other(cast, today, more, broken):
    values = {
        name: today + timedelta(days=value) if name in ("valid_from", "decided") else value
        for name, value in more.items()
    }
    with acting(cast.nils):
        order = new_order(cast, today, **values)
        if broken:
            assert refusal(lambda: at_once(order)) == broken
        else:
            at_once(order)


def test_the_database_takes_no_version_at_another_time_and_leaves_no_gap(cast, today):
    later = timezone.now() - timedelta(days=3)
    with acting(cast.nils):
        order = new_order(cast, today, registered_at=later)
        assert refusal(lambda: order.save(force_insert=True)) == "order_registered_by_oneself"
    other = {"municipality": cast.municipality, "kind": "hvb", "role": "enhetschef", "point": "1"}
    with connection.cursor() as cursor, acting(cast.inlasare):
        cursor.execute("select count(*) from cases_delegationrule where valid_to is null")
        assert cursor.fetchone()[0] > 0
        at_once(new_order(cast, today, by="inlasare"))  # nothing holds from today on
        ends = today + timedelta(days=5)
        DelegationRule(valid_from=today, valid_to=ends, **other).save(force_insert=True)
    with acting(cast.nils):
        for days, broken in ((6, "order_follows_the_last"), (5, "")):
            order = new_order(cast, today, number=2, valid_from=today + timedelta(days=days))
            if broken:
                assert refusal(lambda order=order: at_once(order)) == broken
            else:
                at_once(order)


@pytest.mark.parametrize(
    "change",
    [
        {"max_rate": 9000}, {"max_rate": None}, {"max_days": None}, {"outside_framework": True},
        {"role": "socialsekreterare"}, {"kind": "familjehem"}, {"valid_from": "2001-01-01"},
        {"valid_to": None}, {"point": "1"}, {"max_cost": 5}, {"order": None}, {"valid_to": "2999-01-01"},
    ],
)  # fmt: skip
def test_a_point_is_never_changed(cast, register, change):
    """Not by the secretary, nor by the set-up; nor by the owner, who may change rows."""
    order = register()
    register(begins=3)
    for handle in ("nils", "inlasare"):
        with acting(cast.people[handle]):
            rows = DelegationRule.objects.filter(order=order)
            assert refusal(lambda rows=rows: rows.update(**change)) == "no right"
            assert refusal(rows.delete) == "no right"
            orders = DelegationOrder.objects.filter(pk=order.pk)
            assert refusal(lambda orders=orders: orders.update(minutes="§ 2")) == "no right"


def test_a_point_comes_with_its_version(cast, register, today):
    order = register()
    about = {"municipality": cast.municipality, "kind": "hvb", "role": "enhetschef", "point": "9.9"}
    with acting(cast.nils):
        for more in (
            {"valid_from": today},
            {"order": order, "valid_from": today + timedelta(days=1)},
            {"order": order, "valid_from": today, "valid_to": today + timedelta(days=1)},
        ):
            rule = DelegationRule(**about | more)
            assert refusal(lambda rule=rule: rule.save(force_insert=True)) == "points_come_with_their_version"


@pytest.mark.parametrize(
    "change", [{"role": "samordnare"}, {"max_days": 0}, {"max_rate": 0}, {"max_cost": 0}, {"point": "9.1"}]
)
def test_the_database_takes_no_point_that_nobody_decides_on(cast, register, today, change):
    order = register()
    about = {"municipality": cast.municipality, "kind": "hvb", "role": "enhetschef", "point": "9.9"}
    rule = DelegationRule(order=order, valid_from=today, **about | change)
    with acting(cast.nils):
        assert refusal(lambda: rule.save(force_insert=True)) in (
            "somebody_decides_on_the_point", "delegated_amounts_not_negative", "point_once_in_a_version",
        )  # fmt: skip


def test_nobody_without_a_context_reads_the_order(cast):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('avhopp.actor', '', true)")
        for table in ("cases_delegationrule", "cases_historicaldelegationrule"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("count", ["9" * 5000, "-1", "två", ""])
def test_a_count_that_no_browser_sends_breaks_nothing(as_, today, count):
    nils, data = as_("nils"), filled(today, ROW)
    assert send(nils, data | {"punkter-TOTAL_FORMS": count}, "fler").status_code == 200
    page = words(send(nils, data | {"efter": count}, "registrera"))
    assert "registrerades medan du skrev" in page
