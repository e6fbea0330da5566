"""Price lists, index clauses and nights away, without a database."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.money import NBSP, round_kr
from avhopp.kernel.refusal import Refused
from placements.agreement_rules import (
    AbsenceRule,
    away_by_rule,
    indexed,
    next_index_day,
    rate_from,
    relisted,
)
from placements.costs import PricePeriod

DAY = date(2024, 1, 1)
rates = st.decimals(min_value=0, max_value=9999, places=2)
changes = st.lists(st.tuples(st.integers(-30, 900), rates), max_size=12)


@given(rates, changes)
def test_no_sequence_of_new_prices_leaves_a_gap_or_an_overlap(first, wanted):
    rows = relisted((), DAY, first)
    said = {DAY: first}
    for offset, rate in wanted:
        start = DAY + timedelta(days=offset)
        if start < DAY or start in said:
            with pytest.raises(Refused) as refused:
                relisted(rows, start, rate)
            assert refused.value.code == ("price_before_list" if start < DAY else "price_that_day")
            continue
        rows = relisted(rows, start, rate)
        said[start] = rate
    assert rows[0].start == DAY
    assert rows[-1].end is None
    assert all(one.end == other.start for one, other in pairwise(rows))
    assert {row.start: row.rate for row in rows} == said


@given(rates, changes, st.integers(0, 1000), rates)
def test_a_new_price_changes_only_the_nights_from_its_day_to_the_next_price(first, wanted, offset, rate):
    rows = relisted((), DAY, first)
    for days, one in dict(wanted).items():
        if days > 0:
            rows = relisted(rows, DAY + timedelta(days=days), one)
    start = DAY + timedelta(days=offset)
    if any(row.start == start for row in rows):
        return
    until = next((row.start for row in rows if row.start > start), None)
    after = relisted(rows, start, rate)
    for days in range(0, 1001, 13):
        night = DAY + timedelta(days=days)
        within = start <= night and (until is None or night < until)
        assert rate_from(after, night) == (rate if within else rate_from(rows, night))


def test_a_price_below_nothing_is_refused():
    with pytest.raises(Refused, match="mindre än noll"):
        relisted((), DAY, Decimal(-1))


def test_before_the_list_nothing_is_agreed():
    assert rate_from((PricePeriod(DAY, None, Decimal(1)),), DAY - timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("share", "base", "now", "rate"),
    [("1", "100", "110", "3300.00"), ("0.6", "100", "110", "3180.00"), ("0.5", "321.4", "318.9", "2988.33")],
)
def test_the_index_moves_its_share_of_the_price(share, base, now, rate):
    found = indexed(Decimal(3000), share=Decimal(share), base=Decimal(base), now=Decimal(now))
    assert found == Decimal(rate)


@pytest.mark.parametrize("field", ["base", "now"])
def test_an_index_is_above_nothing(field):
    with pytest.raises(Refused) as refused:
        indexed(Decimal(1), share=Decimal(1), **{"base": Decimal(1), "now": Decimal(1), field: Decimal(0)})
    assert (refused.value.code, refused.value.field) == ("index_not_positive", field)


@pytest.mark.parametrize(
    ("month", "after", "found"),
    [
        (4, date(2026, 3, 31), date(2026, 4, 1)),
        (4, date(2026, 4, 1), date(2027, 4, 1)),
        (1, DAY, date(2025, 1, 1)),
    ],
)
def test_the_next_index_day(month, after, found):
    assert next_index_day(month, after) == found


@given(st.integers(1, 120), st.integers(0, 60), st.decimals(0, 1, places=4), rates, changes)
def test_each_night_away_costs_its_own_price_first_and_then_the_share(length, full, share, first, wanted):
    prices = relisted((), DAY, first)
    for days, rate in dict(wanted).items():
        if days > 0:
            prices = relisted(prices, DAY + timedelta(days=days), rate)
    begins = DAY + timedelta(days=10)
    back = begins + timedelta(days=length)
    parts = away_by_rule(begins, back, prices, AbsenceRule(full, share))
    assert (parts[0].start, parts[-1].end) == (begins, back)
    assert all(one.end == other.start and one.rate != other.rate for one, other in pairwise(parts))
    for number in range(length):
        night = begins + timedelta(days=number)
        price = rate_from(prices, night)
        found = next(part.rate for part in parts if part.start <= night < part.end)
        assert found == (price if number < full else round_kr(price * share))


@pytest.mark.parametrize(
    ("full", "share", "words"),
    [
        (3, "0.5", "fullt pris de första 3 dygnen, därefter 50 % av priset"),
        (1, "0.6250", "fullt pris första dygnet, därefter 62,5 % av priset"),
        (0, "1", "100 % av priset"),
    ],
)
def test_the_rule_in_words(full, share, words):
    assert AbsenceRule(full, Decimal(share)).in_words.replace(NBSP, " ") == words


def test_an_absence_has_a_night():
    with pytest.raises(Refused) as refused:
        away_by_rule(DAY, DAY, [PricePeriod(DAY, None, Decimal(1))], AbsenceRule(1, Decimal(1)))
    assert refused.value.code == "absence_empty"
