"""Framework agreements: price lists without gaps, and what a stay was agreed under never changes."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from placements.actions.agreements import (
    AgreementFacts,
    NewPrice,
    add_agreement,
    add_price,
    change_agreement,
)
from placements.models import AgreementPrice, FrameworkAgreement, PlacementPrice
from tests.placements.words import errors


def listed(agreement, level="") -> list[tuple]:
    rows = AgreementPrice.objects.filter(agreement=agreement, level=level).order_by("start")
    return [(row.start, row.end, row.rate) for row in rows]


def test_an_agreement_begins_its_price_list(cast, places):
    with acting(cast.siri):
        assert listed(places.agreement) == [(places.agreement.start, None, Decimal(3000))]


def test_a_new_price_from_a_day_changes_no_stay(as_, cast, places, placed, decision, today):
    stay = placed(decision)
    said = {"start": today.isoformat(), "rate": "3 150", "level": "", "basis": "Tillägg 1"}
    answer = as_("siri").post(reverse("agreement_price", args=[places.agreement.pk]), said)
    assert answer.status_code == 302
    with acting(cast.siri):
        rows = listed(places.agreement)
        assert [(row[1], row[2]) for row in rows] == [(today, Decimal(3000)), (None, Decimal(3150))]
        prices = PlacementPrice.objects.filter(placement=stay)
        assert [(row.rate, row.end) for row in prices] == [(Decimal(3000), None)]


def test_a_level_of_care_has_a_list_of_its_own(cast, places, today):
    with acting(cast.siri):
        add_price(
            agreement=places.agreement, price=NewPrice(today, Decimal(4200), "Förstärkt"),
            by=cast.siri, today=today,
        )  # fmt: skip
        assert listed(places.agreement, "Förstärkt") == [(today, None, Decimal(4200))]
        assert len(listed(places.agreement)) == 1


@pytest.mark.parametrize("days", [-1, 0])
def test_a_price_before_the_agreement_or_twice_a_day_is_refused(cast, places, today, days):
    start = places.agreement.start + timedelta(days=days)
    with acting(cast.siri), pytest.raises(Refused) as refused:
        add_price(
            agreement=places.agreement, price=NewPrice(start, Decimal(1)), by=cast.siri, today=today
        )  # fmt: skip
    assert refused.value.code == ("price_that_day" if days == 0 else "price_outside_agreement")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-5, 400), st.integers(0, 9000), st.sampled_from(["", "Förstärkt"])),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_no_sequence_of_prices_reaches_a_gap_or_an_overlap_in_the_database(cast, places, today, wanted):
    with acting(cast.siri), transaction.atomic():
        for days, rate, level in wanted:
            price = NewPrice(places.agreement.start + timedelta(days=days), Decimal(rate), level)
            with suppress(Refused):
                add_price(agreement=places.agreement, price=price, by=cast.siri, today=today)
        for level in ("", "Förstärkt"):
            rows = listed(places.agreement, level)
            assert all(one[1] == other[0] for one, other in pairwise(rows))
            assert not rows or rows[-1][1] is None
        transaction.set_rollback(True)


def _run(sql: str, values: tuple) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("set constraints all immediate")


def refused_by_the_database(sql: str, *values: object) -> str:
    """The name of the rule that stops the statement; the test's own login is used."""
    with pytest.raises(DatabaseError) as error:
        _run(sql, values)
    return error.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("start = start + 5", "no_agreement_price_gap"),
        ("start = start - 5", "no_agreement_price_gap"),
        ('"end" = start + 5', "no_agreement_price_gap"),
        ("rate = rate + 1", "first_price_is_the_rate"),
        ("rate = -1", "agreement_price_not_negative"),
    ],
)
def test_the_database_keeps_the_list_whole(cast, places, change, rule):
    with acting(cast.siri):
        sql = f"update placements_agreementprice set {change} where agreement_id = %s"
        assert refused_by_the_database(sql, places.agreement.pk) == rule


def test_the_database_keeps_prices_apart(cast, places):
    with acting(cast.siri):
        chosen = {"id": "gen_random_uuid()", "start": "start + 10"}
        columns = [field.column for field in AgreementPrice._meta.local_concrete_fields]
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(chosen.get(name, f'"{name}"') for name in columns)
        table = "placements_agreementprice"
        sql = f"insert into {table} ({names}) select {values} from {table} where agreement_id = %s"
        assert refused_by_the_database(sql, places.agreement.pk) == "no_overlapping_agreement_prices"


KEPT = [
    ("rate", Decimal(1)), ("charges_departure_day", True), ("absence_full_nights", 5),
    ("start", timedelta(days=-3)),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), KEPT)
@pytest.mark.parametrize("in_use", [True, False])
def test_what_a_stay_was_agreed_under_is_kept(cast, places, placed, decision, today, field, value, in_use):
    if in_use:
        placed(decision)
    before = AgreementFacts.of(places.agreement)
    changed = {field: before.start + value if isinstance(value, timedelta) else value}
    changed |= {"absence_share": Decimal("0.5")} if field == "absence_full_nights" else {}
    facts = AgreementFacts(**vars(before) | changed)
    with acting(cast.siri):
        if not in_use:
            after = change_agreement(
                agreement=places.agreement, facts=facts, reason="Fel", by=cast.siri, today=today
            )  # fmt: skip
            assert AgreementFacts.of(after) == facts
            assert listed(after) == [(facts.start, None, facts.rate)]
            return
        with pytest.raises(Refused) as refused:
            change_agreement(
                agreement=places.agreement, facts=facts, reason="Fel", by=cast.siri, today=today
            )  # fmt: skip
        assert refused.value.code == "agreement_in_use"


@pytest.mark.parametrize("field", ["rate", "charges_departure_day", "absence_full_nights", "start"])
def test_the_database_keeps_it_as_well(cast, places, placed, decision, field):
    """Also for somebody who cannot see the stay."""
    placed(decision)
    change = {"charges_departure_day": "not charges_departure_day", "absence_full_nights": "3"}
    value = change.get(field, f"{field} + 1")
    sql = f"update placements_frameworkagreement set {field} = {value} where id = %s"
    with acting(cast.siri):
        assert refused_by_the_database(sql, places.agreement.pk) == "agreement_in_use_is_kept"
        price = "update placements_agreementprice set rate = rate + 1 where agreement_id = %s"
        assert refused_by_the_database(price, places.agreement.pk) == "agreement_in_use_is_kept"


def test_a_planned_stay_does_not_hold_the_agreement(cast, places, placed, decision, today):
    placed(decision, days_ago=-5, planned=True)
    facts = AgreementFacts(**vars(AgreementFacts.of(places.agreement)) | {"charges_departure_day": True})
    with acting(cast.siri):
        change_agreement(agreement=places.agreement, facts=facts, reason="Fel", by=cast.siri, today=today)


def test_parties_rank_and_notice_change_while_somebody_stays(as_, cast, places, placed, decision):
    placed(decision)
    client, address = as_("siri"), reverse("agreement_edit", args=[places.agreement.pk])
    shown = client.get(address).context["form"]
    said = {name: shown[name].value() or "" for name in shown.fields} | {
        "parties": "Kommunen och Granen AB", "registry_no": "SN 2026/12", "ranking": "2",
        "notice_months": "6", "reason": "Kompletterat", "rate": "3000", "charges_departure_day": "",
    }  # fmt: skip
    assert client.post(address, said).status_code == 302
    with acting(cast.siri):
        row = FrameworkAgreement.objects.get(pk=places.agreement.pk)
    assert (row.parties, row.ranking, row.notice_months) == ("Kommunen och Granen AB", 2, 6)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"absence_full_nights": 3}, "absence_rule_incomplete"),
        ({"index_name": "OPI"}, "index_incomplete"),
        ({"index_name": "OPI", "index_month": 4}, "index_incomplete"),
    ],
)
def test_half_a_rule_is_refused(cast, places, today, more, code):
    facts = AgreementFacts(today, None, Decimal(1), **more)
    with acting(cast.siri), pytest.raises(Refused) as refused:
        add_agreement(provider=places.outside, facts=facts, by=cast.siri, today=today)
    assert refused.value.code == code


@pytest.fixture
def indexed_agreement(cast, places, today) -> FrameworkAgreement:
    facts = AgreementFacts(
        today - timedelta(days=400), None, Decimal(3000), index_name="OPI", index_month=4,
        index_share=Decimal("0.6"),
    )  # fmt: skip
    with acting(cast.siri):
        return add_agreement(provider=places.outside, facts=facts, by=cast.siri, today=today)


def test_an_index_gives_a_proposal_that_somebody_confirms(as_, cast, indexed_agreement, today):
    client, address = as_("siri"), reverse("agreement_index", args=[indexed_agreement.pk])
    said = {"start": today.isoformat(), "base": "100", "now": "110,5"}
    page = client.post(address, said)
    assert page.context["proposal"].rate == Decimal("3189.00")
    with acting(cast.siri):
        assert len(listed(indexed_agreement)) == 1, "nothing is saved before it is confirmed"
    other = client.post(address, said | {"confirmed": "3000.00"})
    assert other.status_code == 200, "another sum than the one counted is shown again"
    assert client.post(address, said | {"confirmed": "3189.00"}).status_code == 302
    with acting(cast.siri):
        newest = AgreementPrice.objects.filter(agreement=indexed_agreement).latest("start")
    assert (newest.rate, newest.basis) == (Decimal("3189.00"), "OPI 100 till 110,5, 60 procent av priset")


def test_without_an_index_clause_there_is_nothing_to_count(as_, cast, places, today):
    client, address = as_("siri"), reverse("agreement_index", args=[places.agreement.pk])
    said = {"start": today.isoformat(), "base": "100", "now": "200", "confirmed": "6000.00"}
    assert b"ingen indexklausul" in client.get(address).content
    assert b"ingen indexklausul" in client.post(address, said).content
    with acting(cast.siri):
        assert len(listed(places.agreement)) == 1


def test_an_absence_share_is_written_in_per_cent(as_, cast, places, today):
    said = {
        "start": today.isoformat(), "end": "", "rate": "2 000", "absence_full_nights": "7",
        "absence_share": "62,5", "index_month": "",
    }  # fmt: skip
    address = reverse("agreement_new", args=[places.outside.pk])
    assert as_("siri").post(address, said | {"absence_share": "101"}).status_code == 200
    assert "högst 100" in errors(as_("siri").post(address, said | {"absence_share": "101"}))
    assert as_("siri").post(address, said).status_code == 302
    with acting(cast.siri):
        row = FrameworkAgreement.objects.get(provider=places.outside)
    assert (row.absence_full_nights, row.absence_share) == (7, Decimal("0.6250"))
