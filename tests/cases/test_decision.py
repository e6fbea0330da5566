"""Decisions: delegation, proposals, notice, enforcement."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality
from avhopp.kernel.refusal import Refused
from cases.actions.accounts import ensure_machine_accounts
from cases.actions.decision import (
    decide,
    enforce_decision,
    notify_party,
    prepare_decision,
    standard_delegation,
)
from cases.models import Decision, DecisionProposal, DelegationRule, FollowUp, LegalProvision, Task
from cases.panels import due_in
from cases.rules import Rule
from cases.states import CaseState, MeasureKind
from cases.views.decision import delegation_table

from .conftest import said, text_of


@pytest.fixture
def filled(provision, today):
    return {
        "kind": "hvb",
        "outcome": "bifall",
        "start": str(today),
        "end": str(today + timedelta(days=100)),
        "max_rate": "3 200",
        "provision": str(provision.pk),
        "decided": str(today),
        "reasons": "Stort behov av skydd.",
    }


def send(client, case, step, **data):
    return client.post(reverse("decide", args=[case.pk]), {**data, "steg": step})


def test_a_decision_is_looked_through_and_then_made(as_, cast, investigated, filled, fresh):
    asta = as_("asta")
    page = text_of(send(asta, investigated, "granska", **filled))
    assert "Stämmer beslutet?" in page
    assert "punkt 3.1.1" in page
    again = text_of(send(asta, investigated, "andra", **filled))
    assert "Stämmer beslutet?" not in again
    assert "Stort behov av skydd." in again
    with acting(cast.asta):
        assert not Decision.objects.exists()
    assert "Beslutet är fattat" in said(asta, send(asta, investigated, "besluta", **filled))
    with acting(cast.asta):
        made = Decision.objects.select_related("delegation").get()
        assert (made.delegation.point, made.decided_by_id) == ("3.1.1", cast.asta.pk)
        assert (made.max_rate, made.reasons) == (3200, "Stort behov av skydd.")
        assert Task.objects.open().filter(kind=Task.Kind.NOTIFY).count() == 1
    assert fresh(investigated).state == CaseState.GRANTED


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"end": ""}, "utöver din delegation. Det får fattas av enhetschef"),
        ({"outside_framework": "on"}, "Det får fattas av enhetschef"),
        ({"reasons": ""}, "måste fyllas i"),
        ({"start": ""}, "från vilken dag"),
        ({"end": "2020-01-01"}, "efter startdagen"),
        ({"decided": "2999-01-01"}, "efter"),
        ({"decided": "2001-01-01", "start": "2001-01-01"}, "Beslutsdagen kan inte ligga före"),
        ({"provision": ""}, "måste fyllas i"),
    ],
)
def test_what_stops_a_decision_is_said_and_nothing_is_lost(
    as_, cast, investigated, filled, fresh, changed, says
):
    for step in ("granska", "besluta"):
        page = text_of(send(as_("asta"), investigated, step, **{**filled, **changed}))
        assert says in page
        assert "reasons" in changed or "Stort behov av skydd." in page
    with acting(cast.asta):
        assert not Decision.objects.exists()
    assert fresh(investigated).state == CaseState.DECISION


def test_beyond_her_delegation_she_prepares_and_the_manager_decides(
    as_, cast, investigated, filled, today, fresh
):
    asta, bo = as_("asta"), as_("bo")
    wide = {**filled, "outside_framework": "on"}
    assert "väntar på den som får besluta" in said(asta, send(asta, investigated, "forslag", **wide))
    with acting(cast.asta):
        assert not any("förslag" in one.label for one in due_in([investigated.pk], cast.asta, today))
    with acting(cast.bo):
        waiting = [one for one in due_in([investigated.pk], cast.bo, today) if "förslag" in one.label]
    assert [one.url for one in waiting] == [reverse("decide", args=[investigated.pk])]
    page = text_of(bo.get(waiting[0].url))
    assert "Stort behov av skydd." in page
    assert "Förberett" in page
    assert "fattat" in said(bo, send(bo, investigated, "besluta", **wide))
    with acting(cast.bo):
        assert Decision.objects.get().decided_by_id == cast.bo.pk
        assert not DecisionProposal.objects.waiting().exists()
    assert fresh(investigated).state == CaseState.GRANTED


def test_a_new_proposal_replaces_the_one_that_waits(cast, investigated, terms, today):
    with acting(cast.asta):
        prepare_decision(case=investigated, terms=terms, by=cast.asta, today=today)
        prepare_decision(
            case=investigated, terms=replace(terms, reasons="Nya skäl."), by=cast.asta, today=today
        )
        assert DecisionProposal.objects.waiting().get().reasons == "Nya skäl."
        assert DecisionProposal.objects.count() == 2


def test_the_rules_and_the_law_of_the_day_decide(cast, investigated, terms, today, delegate):
    delegate(Rule(uuid4(), "1", "familjehem", "enhetschef", None, True))
    with acting(cast.asta), pytest.raises(Refused, match="no_delegation"):
        decide(case=investigated, terms=terms, decided=today, by=cast.asta, today=today)
    with acting(cast.asta):
        yesterday = today - timedelta(days=1)
        assert (
            decide(case=investigated, terms=terms, decided=yesterday, by=cast.asta, today=today).decided
            == yesterday
        )


def test_a_provision_that_no_longer_holds_is_refused(cast, investigated, terms, today):
    old = LegalProvision.objects.get(code="6 kap. 1 § SoL (2001:453)")
    with acting(cast.asta), pytest.raises(Refused, match="provision_not_in_force"):
        decide(
            case=investigated, terms=replace(terms, provision=old), decided=today, by=cast.asta, today=today
        )


def test_a_rejection_has_no_period_and_can_be_appealed(as_, cast, investigated, filled, today, fresh):
    asta = as_("asta")
    send(asta, investigated, "besluta", **{**filled, "outcome": "avslag", "end": ""})
    with acting(cast.asta):
        made = Decision.objects.get()
    assert (made.start, made.end, made.max_rate) == (None, None, None)
    assert fresh(investigated).state == CaseState.REJECTED
    asta.post(reverse("decision_notify", args=[investigated.pk, made.pk]), {"on": str(today)})
    made = fresh(made)
    assert made.appeal_by == today + timedelta(days=21)
    with acting(cast.asta):
        labels = {one.label: one.due for one in due_in([investigated.pk], cast.asta, today)}
        assert not Task.objects.open().filter(kind=Task.Kind.NOTIFY).exists()
        with pytest.raises(Refused, match="not_granted"):
            enforce_decision(decision=made, on=today, by=cast.asta, today=today)
        with pytest.raises(Refused, match="already_notified"):
            notify_party(decision=made, on=today, by=cast.asta, today=today)
    assert labels["Tiden att överklaga går ut"] == today + timedelta(days=21)
    assert str(today + timedelta(days=21)) in text_of(
        asta.get(reverse("decision", args=[investigated.pk, made.pk]))
    )


def test_enforcement_starts_the_measure_and_its_clocks(as_, cast, granted, today, fresh):
    asta = as_("asta")
    response = asta.post(reverse("decision_enforce", args=[granted.case_id, granted.pk]), {"on": str(today)})
    assert "verkställt" in said(asta, response)
    assert fresh(granted).enforced == today
    assert fresh(granted.case).state == CaseState.ONGOING
    with acting(cast.asta):
        assert Task.objects.open().filter(kind=Task.Kind.PLAN).get().due == today + timedelta(days=30)
        assert FollowUp.objects.get(case=granted.case).held is None
        with pytest.raises(Refused, match="already_enforced"):
            enforce_decision(decision=granted, on=today, by=cast.asta, today=today)


@pytest.mark.parametrize("days", [-1, 1])
def test_enforcement_lies_between_the_decision_and_today(as_, granted, today, fresh, days):
    as_("asta").post(
        reverse("decision_enforce", args=[granted.case_id, granted.pk]),
        {"on": str(today + timedelta(days=days))},
    )
    assert fresh(granted).enforced is None


def test_a_decision_is_not_made_twice(cast, granted, terms, today):
    with acting(cast.asta), pytest.raises(Refused, match="not_in_this_state"):
        decide(case=granted.case, terms=terms, decided=today, by=cast.asta, today=today)


@pytest.mark.parametrize(
    ("handle", "status"),
    [("siri", 403), ("eskil", 403), ("cleo", 404), ("eva", 404), ("frida", 200), ("bo", 200)],
)
def test_who_decides(as_, investigated, filled, handle, status):
    assert send(as_(handle), investigated, "granska", **filled).status_code == status


def test_finance_sees_the_decision_and_who_does_not_see_the_case_does_not(as_, granted):
    address = reverse("decision", args=[granted.case_id, granted.pk])
    assert as_("eskil").get(address).status_code == 200
    assert as_("cleo").get(address).status_code == 404


def test_outside_the_state_the_page_leads_back(as_, case):
    response = as_("asta").get(reverse("decide", args=[case.pk]))
    assert response.url == case.url


def test_the_standard_order_covers_every_kind_and_is_made_once(cast, today):
    day = today - timedelta(days=400)
    with acting(cast.inlasare):
        again = standard_delegation(cast.municipality, day)
        there = DelegationRule.objects.filter(municipality=cast.municipality).count()
    assert there == len(again) == 3 * len(MeasureKind)


def test_the_review_shows_the_highest_price_that_is_decided(as_, investigated, filled):
    page = text_of(send(as_("asta"), investigated, "granska", **filled))
    assert "Högsta dygnskostnad" in page
    assert "3\u00a0200\u00a0kr per dygn" in page


def test_kinds_with_the_same_delegation_stand_together(cast, investigated):
    with acting(cast.asta):
        table = delegation_table(investigated)
    assert len({tuple(lines) for _, lines in table}) == len(table)
    assert {kind for kinds, _ in table for kind in kinds.split(", ")} == set(MeasureKind.labels)


def test_beyond_every_delegation_it_is_laid_before_the_committee(
    as_, cast, investigated, filled, today, delegate
):
    delegate(Rule(uuid4(), "1", "hvb", "enhetschef", None, True, Decimal(6000)))
    asta, bo = as_("asta"), as_("bo")
    dear = filled | {"max_rate": "6 500"}
    assert "nämnden eller dess utskott" in text_of(send(asta, investigated, "granska", **dear))
    send(asta, investigated, "forslag", **dear)
    with acting(cast.bo):
        labels = [one.label for one in due_in([investigated.pk], cast.bo, today)]
    assert "Lägg fram förslag till beslut för utskottet" in labels
    assert "nämnden eller dess utskott" in text_of(send(bo, investigated, "besluta", **dear))
    minutes = {"body": "utskott", "minutes": "2026-11-12 § 143"}
    assert "Du registrerar ett beslut av: Nämndens utskott" in text_of(
        send(bo, investigated, "granska", **dear, **minutes)
    )
    assert "fattat" in said(bo, send(bo, investigated, "besluta", **dear, **minutes))
    with acting(cast.asta):
        made = Decision.objects.get()
        assert (made.body, made.minutes, made.delegation, made.decided_by) == (*minutes.values(), None, None)
    page = text_of(asta.get(reverse("decision", args=[investigated.pk, made.pk])))
    assert "Nämndens utskott" in page
    assert "§ 143" in page


def test_minutes_are_asked_for_and_only_the_manager_writes_them_down(
    as_, cast, investigated, filled, terms, today
):
    page = text_of(send(as_("bo"), investigated, "besluta", **filled, body="namnd", minutes=" "))
    assert "protokollets datum och paragraf" in page
    assert "body" not in as_("asta").get(reverse("decide", args=[investigated.pk])).context["form"].fields
    committee = replace(terms, body="namnd", minutes="§ 1")
    with acting(cast.asta), pytest.raises(Refused, match="not_registrar"):
        decide(case=investigated, terms=committee, decided=today, by=cast.asta, today=today)


@pytest.mark.parametrize(
    "change",
    [
        {"end": timedelta(days=200)}, {"end": None}, {"outside_framework": True}, {"max_rate": 4001},
        {"kind": "stodboende"}, {"decided": timedelta(days=-401)},
    ],
)  # fmt: skip
def test_the_database_keeps_a_decision_within_its_point(cast, investigated, terms, today, change):
    """Also where no page or action is asked."""
    with acting(cast.asta):
        rule = DelegationRule.objects.get(kind="hvb", role="socialsekreterare")
        facts = {"kind": "hvb", "decided": today, "start": today, "end": today + timedelta(days=100)}
        row = Decision(case=investigated, decided_by=cast.asta, delegation=rule, **facts)
        with transaction.atomic():
            row.save(force_insert=True)
            transaction.set_rollback(True)
        for name, value in change.items():
            setattr(row, name, today + value if isinstance(value, timedelta) else value)
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            row.save(force_insert=True)
    assert error.value.__cause__.diag.constraint_name == "decision_within_delegation"


def test_the_database_lets_minutes_be_written_by_who_may_record_them(cast, investigated, today):
    """Also where no page or action is asked; a handler carries out what the committee decided."""
    about = {"case": investigated, "kind": "hvb", "decided": today, "body": "namnd", "minutes": "§ 1"}
    with acting(cast.asta), pytest.raises(IntegrityError) as added, transaction.atomic():
        Decision(**about).save(force_insert=True)
    assert added.value.__cause__.diag.constraint_name == "changed_by_those_who_may"
    with acting(cast.bo):
        made = Decision(**about)
        made.save(force_insert=True)
    with acting(cast.asta):
        assert Decision.objects.filter(pk=made.pk).update(enforced=today, body="namnd") == 1


@pytest.mark.parametrize("who", ["asta", "bo"])
@pytest.mark.parametrize(
    "change",
    [
        {"body": "namnd", "minutes": "§ 1", "delegation": None, "decided_by": None, "max_rate": 99_000},
        {"ref": "en annan"},
        {"decided": date(2020, 1, 1)},
    ],
)
def test_nobody_rewrites_a_decision_in_the_database(cast, granted, who, change):
    """Nor puts a committee in the place of the own point, which has limits."""
    with acting(cast.people[who]), pytest.raises(IntegrityError) as error, transaction.atomic():
        Decision.objects.filter(pk=granted.pk).update(**change)
    assert error.value.__cause__.diag.constraint_name == "decision_is_kept"


def test_the_database_keeps_a_decision_within_the_whole_cost_of_its_point(
    cast, investigated, today, delegate
):
    order = delegate(Rule(uuid4(), "1", "hvb", "enhetschef", None, True, None, Decimal(300_000)))
    with acting(cast.bo):
        rule = DelegationRule.objects.get(order=order)
        facts = {"kind": "hvb", "decided": today, "start": today, "delegation": rule, "decided_by": cast.bo}
        for days, rate, broken in (
            (100, 3000, False),
            (100, 3001, True),
            (101, 3000, True),
            (None, 3000, True),
        ):
            end = None if days is None else today + timedelta(days=days)
            row = Decision(case=investigated, end=end, max_rate=rate, **facts)
            assert within_its_point(row) is not broken, (days, rate)


def test_the_database_takes_no_point_of_another_municipality(cast, investigated, today):
    away = Municipality.objects.create(code="0197", name="Grannkommun", board="Nämnden", registry_prefix="G")
    stranger = ensure_machine_accounts(away)[Role.IMPORTER]
    with acting(stranger):
        standard_delegation(away, today)
        rule = DelegationRule.objects.get(kind="hvb", role="enhetschef")
    with acting(cast.bo):
        facts = {"kind": "hvb", "decided": today, "start": today, "decided_by": cast.bo}
        assert not within_its_point(Decision(case=investigated, delegation=rule, **facts))
        own = DelegationRule.objects.get(kind="hvb", role="enhetschef")
        assert within_its_point(Decision(case=investigated, delegation=own, **facts))


@pytest.mark.parametrize(
    "change",
    [
        {"end": timedelta(days=200)}, {"end": None}, {"outside_framework": True}, {"max_rate": 4001},
        {"kind": "stodboende"}, {"start": timedelta(days=-100)},
    ],
)  # fmt: skip
def test_nor_does_a_decision_that_is_made_go_beyond_its_point(cast, granted, today, change):
    values = {
        name: today + value if isinstance(value, timedelta) else value for name, value in change.items()
    }
    cast.revise(granted, max_rate=4000)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        cast.revise(granted, **values)
    assert error.value.__cause__.diag.constraint_name == "decision_within_delegation"


def test_a_rejection_rests_on_any_point_of_its_kind(cast, investigated, today):
    """It lasts no time and uses no place: whoever decides on the kind may reject."""
    with acting(cast.asta):
        rule = DelegationRule.objects.get(kind="hvb", role="socialsekreterare")
        row = Decision(
            case=investigated,
            decided_by=cast.asta,
            delegation=rule,
            kind="hvb",
            decided=today,
            outcome="avslag",
        )
        assert within_its_point(row)


def within_its_point(row: Decision) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "decision_within_delegation":
            raise
        return False
    return True
