"""The agreement's prices are offered as they are on the day, and as they are agreed to become."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.kernel.money import NBSP
from placements.actions.agreements import NewPrice, add_price
from placements.agreement_rules import prices_between, rate_from, relisted
from placements.models import Placement
from tests.placements.test_agreement_rules import DAY, changes, rates
from tests.placements.words import count, errors, save


@given(rates, changes, st.integers(0, 900), st.one_of(st.none(), st.integers(1, 400)))
def test_each_night_costs_what_the_list_says_without_a_gap(first, wanted, offset, length):
    rows = relisted((), DAY, first)
    for days, rate in dict(wanted).items():
        if days > 0:
            rows = relisted(rows, DAY + timedelta(days=days), rate)
    begins = DAY + timedelta(days=offset)
    found = prices_between(rows, begins, None if length is None else begins + timedelta(days=length))
    assert (found[0].start, found[-1].end) == (begins, None)
    assert all(one.end == other.start for one, other in pairwise(found))
    for night in (begins + timedelta(days=days) for days in range(length or 950)):
        assert rate_from(found, night) == rate_from(rows, night)
    assert length is None or all(row.start < begins + timedelta(days=length) for row in found)


def test_a_price_from_the_day_of_departure_is_not_proposed():
    turn = DAY + timedelta(days=10)
    rows = relisted(relisted((), DAY, Decimal(1)), turn, Decimal(2))
    assert [row.rate for row in prices_between(rows, DAY, turn)] == [1]
    assert [row.rate for row in prices_between(rows, DAY, turn + timedelta(days=1))] == [1, 2]
    assert [row.rate for row in prices_between(rows, turn, None)] == [2]


def test_before_the_list_there_is_nothing_to_propose():
    assert prices_between(relisted((), DAY, Decimal(1)), DAY - timedelta(days=1), None) == ()


@pytest.fixture
def address(old_case):
    return reverse("place", args=[old_case.pk])


@pytest.fixture
def listed(cast, places, today):
    """Granen: 3 000, 3 100 since a month, 3 200 from in ten days, 3 300 from in fifteen, 4 000 much later."""
    rates = ((-30, 3100), (10, 3200), (15, 3300), (300, 4000))
    with acting(cast.siri):
        for days, rate in rates:
            price = NewPrice(today + timedelta(days=days), Decimal(rate), basis="Index")
            add_price(agreement=places.agreement, price=price, by=cast.siri, today=today)


@pytest.fixture
def said(decision, places, listed, today):
    """Ten days ago to in twenty days, without a price."""
    return {
        "decision": str(decision.pk), "place": f"ram:{places.agreement.pk}", "outside_reason": "",
        "planned_start": (today - timedelta(days=10)).isoformat(),
        "start": (today - timedelta(days=10)).isoformat(),
        "end": (today + timedelta(days=20)).isoformat(),
        "rate": "", "later_from": "", "later_rate": "",
    }  # fmt: skip


def written(response) -> dict:
    """The form as the browser would send it back."""
    form = response.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def agreed(cast) -> list[tuple]:
    with acting(cast.asta):
        return [(row.start, row.end, row.rate) for row in Placement.objects.get().prices.all()]


def test_the_place_is_offered_at_the_price_of_the_day(as_, address, places, listed, decision):
    page = as_("asta").get(address).content.decode()
    assert f"Granen, 3{NBSP}100{NBSP}kr per dygn" in page.replace("&nbsp;", NBSP)


def test_the_stay_takes_the_list_with_the_prices_to_come(as_, cast, address, said, today):
    counted = count(as_("asta"), address, said)
    assert written(counted)["rate"] == f"3{NBSP}100"
    assert written(counted)["later_rate_2"] == f"3{NBSP}300"
    assert counted.context["effect"].total_cost == 20 * 3100 + 5 * 3200 + 5 * 3300
    assert save(as_("asta"), address, said).status_code == 302
    first, ten, fifteen = (today + timedelta(days=days) for days in (-10, 10, 15))
    assert agreed(cast) == [(first, ten, 3100), (ten, fifteen, 3200), (fifteen, None, 3300)]


def test_what_was_proposed_can_be_changed(as_, cast, address, said, today):
    client = as_("asta")
    shown = written(count(client, address, said))
    changed = shown | {"later_rate": "3 150", "later_from_2": "", "later_rate_2": ""}
    assert save(client, address, changed).status_code == 302
    ten = today + timedelta(days=10)
    assert agreed(cast) == [(today - timedelta(days=10), ten, 3100), (ten, None, 3150)]


def test_an_own_price_is_not_mixed_with_the_list(as_, cast, address, said, today):
    assert save(as_("asta"), address, said | {"rate": "2 900"}).status_code == 302
    assert agreed(cast) == [(today - timedelta(days=10), None, 2900)]


def test_an_own_later_price_keeps_the_price_of_the_day_before_it(as_, cast, address, said, today):
    five = today + timedelta(days=5)
    later = {"later_from": five.isoformat(), "later_rate": "1 500"}
    assert save(as_("asta"), address, said | later).status_code == 302
    assert agreed(cast) == [(today - timedelta(days=10), five, 3100), (five, None, 1500)]


def test_an_untouched_proposal_follows_the_days(as_, address, said, today):
    client = as_("asta")
    shown = written(count(client, address, said))
    shorter = count(client, address, shown | {"end": (today + timedelta(days=12)).isoformat()})
    assert shorter.context["effect"].total_cost == 20 * 3100 + 2 * 3200
    earlier = {name: (today - timedelta(days=40)).isoformat() for name in ("planned_start", "start")}
    longer = count(client, address, written(shorter) | earlier)
    assert longer.context["effect"].total_cost == 10 * 3000 + 40 * 3100 + 2 * 3200


def test_a_proposal_does_not_follow_to_a_place_outside(as_, address, said, places):
    client = as_("asta")
    shown = written(count(client, address, said))
    outside = {"place": f"utan:{places.outside.pk}", "outside_reason": "Ingen plats fanns"}
    assert "Ange dygnspriset" in errors(count(client, address, shown | outside))


def test_prices_out_of_order_are_told_beside_the_field(as_, address, said, today):
    client = as_("asta")
    shown = written(count(client, address, said))
    wrong = count(client, address, shown | {"later_from_2": (today + timedelta(days=9)).isoformat()})
    assert "det förra priset" in " ".join(wrong.context["form"].errors["later_from_2"])


def test_what_was_counted_is_saved_at_once(as_, cast, address, said):
    """Posted as a browser does: what the fields show, to the letter."""
    client = as_("asta")
    counted = count(client, address, said)
    again = client.post(address, written(counted) | {"gor": "spara", "counted": counted.context["counted"]})
    assert again.status_code == 302, again.context["changed"]


def test_a_move_takes_the_list_as_well(as_, cast, places, placed, decision, listed, said, today):
    stay = placed(decision, days_ago=100)
    terms = {name: said[name] for name in ("decision", "end", "rate", "later_from", "later_rate")}
    to = {"place": f"ram:{places.agreement.pk}", "outside_reason": "", "day": today.isoformat()}
    counted = count(as_("asta"), reverse("placement_move", args=[stay.case_id, stay.pk]), terms | to)
    assert written(counted)["later_from"] == (today + timedelta(days=10)).isoformat()
    assert counted.context["effect"].total_cost == 110 * 3000 - 10 * 3000 + 10 * 3100 + 5 * 3200 + 5 * 3300


@pytest.fixture
def levelled(cast, places, listed, today):
    """Granen, reinforced: 4 500 since twenty days, 4 600 from in ten. And a level that begins in fifty."""
    rates = (("Förstärkt", -20, 4500), ("Förstärkt", 10, 4600), ("Utsluss: egen lägenhet", 50, 1200))
    with acting(cast.siri):
        for level, days, rate in rates:
            price = NewPrice(today + timedelta(days=days), Decimal(rate), level=level, basis="Avtal")
            add_price(agreement=places.agreement, price=price, by=cast.siri, today=today)
    return {level: f"ram:{places.agreement.pk}:{level}" for level, _, _ in rates}


def test_each_level_is_offered_at_its_own_price(as_, address, levelled, decision, today):
    page = as_("asta").get(address).content.decode().replace("&nbsp;", NBSP)
    assert f"Granen, ordinarie nivå, 3{NBSP}100{NBSP}kr per dygn" in page
    assert f"Granen, nivån Förstärkt, 4{NBSP}500{NBSP}kr per dygn" in page
    fifty = (today + timedelta(days=50)).isoformat()
    assert f"Granen, nivån Utsluss: egen lägenhet, 1{NBSP}200{NBSP}kr per dygn från {fifty}" in page


def test_a_stay_at_a_level_takes_the_levels_prices(as_, cast, address, said, levelled, today):
    at_level = said | {"place": levelled["Förstärkt"]}
    assert written(count(as_("asta"), address, at_level))["later_rate"] == f"4{NBSP}600"
    assert save(as_("asta"), address, at_level).status_code == 302
    first, ten = today - timedelta(days=10), today + timedelta(days=10)
    assert agreed(cast) == [(first, ten, 4500), (ten, None, 4600)]


def test_an_untouched_proposal_follows_to_another_level(as_, address, said, levelled):
    client = as_("asta")
    shown = written(count(client, address, said))
    raised = count(client, address, shown | {"place": levelled["Förstärkt"]})
    assert raised.context["effect"].total_cost == 20 * 4500 + 10 * 4600
    back = count(client, address, written(raised) | {"place": said["place"]})
    assert back.context["effect"].total_cost == 20 * 3100 + 5 * 3200 + 5 * 3300


def test_a_level_without_a_price_on_the_first_day_asks_for_one(as_, cast, address, said, levelled):
    client, early = as_("asta"), said | {"place": levelled["Utsluss: egen lägenhet"]}
    text = "inget pris för nivån Utsluss: egen lägenhet den första dagen"
    assert text in errors(count(client, address, early))
    assert save(client, address, early | {"rate": "1 100"}).status_code == 302
    assert [rate for _, _, rate in agreed(cast)] == [1100]


def test_a_level_that_nobody_agreed_is_no_place(as_, address, said, places, levelled):
    made_up = said | {"place": f"ram:{places.agreement.pk}:Finns inte"}
    assert "place" in count(as_("asta"), address, made_up).context["form"].errors
