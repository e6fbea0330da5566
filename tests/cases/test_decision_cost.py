"""What a decision can cost is shown before it is made: the year, the whole, and who pays."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.kernel.money import NBSP
from avhopp.kernel.periods import Period
from placements.actions.agreements import AgreementFacts, NewPrice, add_agreement, add_price
from placements.actions.budget import LineFacts, add_budget_line
from placements.actions.providers import ProviderFacts, add_provider
from placements.costs import PricePeriod, Stay, cost, nights
from placements.foreseen import at_most
from tests.markup import words

FIRST = date(2025, 1, 1)
days = st.integers(0, 1500).map(lambda number: FIRST + timedelta(days=number))
lengths = st.one_of(st.none(), st.integers(1, 900))
rates = st.decimals(0, 9000, places=2)


@given(days, lengths, rates, st.lists(st.tuples(days, lengths, rates), max_size=3), days)
def test_the_years_add_up_to_all_nights_at_the_rate(first, length, rate, others, today):
    end = None if length is None else first + timedelta(days=length)
    placed = [
        Stay(str(number), start, long and start + timedelta(days=long), (PricePeriod(start, None, price),))
        for number, (start, long, price) in enumerate(others)
    ]
    found = at_most(first, end, rate, placed, today)
    assert all(row.cost == row.nights * rate for row in found.years)
    if end is not None:
        assert found.total_nights == sum(row.nights for row in found.years) == length
        assert found.total_cost == length * rate
        whole = Period(first, end)
        assert found.total_cost_before == sum(cost(stay, whole) for stay in placed)
        assert sum(row.nights_before for row in found.years) == sum(nights(stay, whole) for stay in placed)
    else:
        assert (found.total_nights, found.total_cost) == (None, None)
        assert found.runs_on_until == max(first.year, today.year)
    assert found.this_year.year == today.year


@pytest.fixture
def filled(provision, today):
    """Ten nights on each side of the new year, at most 3 200."""
    turn = date(today.year + 1, 1, 1)
    return {
        "kind": "hvb", "outcome": "bifall", "start": str(turn - timedelta(days=10)),
        "end": str(turn + timedelta(days=10)), "max_rate": "3 200", "provision": str(provision.pk),
        "decided": str(today), "reasons": "Stort behov av skydd.",
    }  # fmt: skip


@pytest.fixture
def agreed(cast, today):
    """Two agreements for HVB: 3 000, and 2 500 with a level at 4 100."""
    on = {"by": cast.siri, "today": today}
    with acting(cast.siri):
        for name, rate in (("Granen", 3000), ("Eken", 2500)):
            provider = add_provider(facts=ProviderFacts(name, "hvb"), **on)
            facts = AgreementFacts(today - timedelta(days=100), None, Decimal(rate))
            agreement = add_agreement(provider=provider, facts=facts, **on)
        add_price(agreement=agreement, price=NewPrice(today, Decimal(4100), level="Förstärkt"), **on)


@pytest.fixture
def looked_through(investigated):
    def page(client, data: dict[str, str]) -> str:
        address = reverse("decide", args=[investigated.pk])
        return words(client.post(address, {**data, "steg": "granska"})).replace(NBSP, " ")

    return page


def test_the_year_and_the_whole_stand_before_the_decision(as_, looked_through, filled, today):
    page = looked_through(as_("asta"), filled)
    assert "Stämmer beslutet?" in page
    assert f"I år ({today.year}) 32 000 kr 10 dygn" in page
    assert "Sammanlagt 64 000 kr 20 dygn" in page
    assert "till den högsta dygnskostnaden 3 200 kr" in page
    assert "Nuvarande kostnad" not in page


def test_without_a_highest_rate_the_dearest_agreement_is_counted(as_, looked_through, filled, agreed):
    page = looked_through(as_("asta"), filled | {"max_rate": "", "outside_framework": ""})
    assert "det dyraste avtalade priset i dag, 4 100 kr per dygn" in page
    assert "Sammanlagt 82 000 kr" in page


def test_without_any_price_it_says_so(as_, looked_through, filled):
    page = looked_through(as_("asta"), filled | {"max_rate": ""})
    assert "Stämmer beslutet?" in page
    assert "Utan högsta dygnskostnad går det inte att räkna" in page


def test_what_grants_nothing_costs_nothing(as_, looked_through, filled):
    page = looked_through(as_("asta"), filled | {"outcome": "avslag", "max_rate": ""})
    assert "Stämmer beslutet?" in page
    assert "Det här kan beslutet kosta" not in page


def test_who_sees_the_budget_sees_which_line_pays(as_, cast, looked_through, filled, today):
    with acting(cast.eskil):
        facts = LineFacts(today.year, "ramhojande", Decimal(20_000), today - timedelta(days=1), "KF § 12")
        add_budget_line(facts=facts, by=cast.eskil, today=today)
    page = looked_through(as_("bo"), filled)
    assert "Betalas av Ramhöjande: 20 000 kr Ingen rad, över budgeten: 12 000 kr" in page
    assert "Betalas av" not in looked_through(as_("asta"), filled)
