"""Every krona of an outcome is attested, waiting or not invoiced: the parts add up, whatever is charged."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from placements.costs import Absence, PricePeriod, Stay, cost, nights
from placements.invoices.coverage import Claim, Coverage, Part, Run, Where, coverage

FIRST = date(2026, 2, 20)
MARCH = periods.month(2026, 3)
YEAR = periods.year(2026)


def on(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def stay(end: int | None = 30, **more: object) -> Stay:
    prices = (
        PricePeriod(FIRST, on(15), Decimal(3000)),
        PricePeriod(on(15), None if end is None else on(end), Decimal(2800)),
    )
    return Stay(
        **({"key": "L", "start": FIRST, "end": None if end is None else on(end), "prices": prices} | more)
    )


def claim(first: int, count: int, amount: int, where: Where = Where.ATTESTED, **more: object) -> Claim:
    days = frozenset(on(first + number) for number in range(count))
    values = {"invoice": "F", "where": where, "amount": Decimal(amount), "start": on(first),
              "end": on(first + count), "pays": days}  # fmt: skip
    return Claim(**(values | more))


def test_the_three_parts_of_a_stay():
    found = coverage(
        stay(),
        Period(FIRST, on(30)),
        [claim(0, 10, 30_000), claim(10, 5, 15_500, Where.WAITING, invoice="G", pays=frozenset(), asks=True)],
    )
    assert (found.attested, found.waiting) == (
        Part(10, Decimal(30_000), Decimal(30_000)), Part(5, Decimal(15_000), Decimal(15_500))
    )  # fmt: skip
    assert found.missing == Part(15, Decimal(42_000))
    assert found.waiting.difference == 500
    assert found.runs == (Run(on(15), on(29), 15, Decimal(42_000)),)
    assert [(one.invoice, one.nights, one.charged) for one in found.invoices] == [
        ("F", 10, Decimal(30_000)), ("G", 5, Decimal(15_500))
    ]  # fmt: skip


def test_a_month_takes_its_nights_of_a_longer_line():
    found = coverage(stay(), MARCH, [claim(0, 30, 88_000)], MARCH)
    assert found.attested.nights == nights(stay(), MARCH) == 21
    assert found.attested.charged == Decimal("61600.00")


def test_what_is_charged_where_nothing_is_owed_is_a_difference_and_no_outcome():
    found = coverage(stay(10), Period(FIRST, on(30)), [claim(0, 12, 36_000)])
    assert (found.cost, found.attested.nights, found.attested.difference) == (30_000, 10, 6_000)
    never_began = coverage(None, MARCH, [claim(15, 2, 6_000)], MARCH)
    assert (never_began.cost, never_began.attested.difference) == (0, 6_000)


def test_what_is_not_nights_stands_by_itself_on_its_day():
    other = claim(0, 1, 900, by_night=False, pays=frozenset())
    found = coverage(stay(), YEAR, [other], periods.month(2026, 2))
    assert (found.attested.other, found.attested.charged, found.attested.nights) == (900, 0, 0)
    assert not coverage(stay(), MARCH, [other], MARCH).invoices


def test_a_charged_departure_day_is_no_night_and_costs():
    leaving = stay(30, charges_departure_day=True)
    found = coverage(leaving, YEAR, [claim(0, 30, 87_000)])
    assert found.missing == Part(0, Decimal(2800))
    assert found.runs == (Run(on(30), on(30), 0, Decimal(2800)),)
    assert coverage(leaving, YEAR, [claim(0, 31, 89_800)]).missing == Part()


def test_what_a_credit_note_frees_is_owed_again_and_both_are_told():
    paid = claim(0, 10, 30_000, pays=frozenset())
    credit = claim(0, 10, -30_000, Where.WAITING, invoice="K", pays=frozenset())
    found = coverage(stay(), Period(FIRST, on(10)), [paid, credit])
    assert found.missing == Part(10, Decimal(30_000))
    assert (found.attested.difference, found.waiting.difference) == (30_000, -30_000)


offset, count = st.integers(-5, 60), st.integers(1, 40)


@st.composite
def stays(draw) -> Stay:
    end = draw(st.none() | st.integers(0, 70))
    away = draw(st.none() | st.tuples(st.integers(0, 20), st.integers(1, 9)))
    found = stay(end, charges_departure_day=draw(st.booleans()))
    if away and (end is None or sum(away) <= end):
        lasting = Absence(on(away[0]), on(sum(away)), Decimal(draw(st.integers(0, 4000))))
        found = stay(end, absences=(lasting,), charges_departure_day=found.charges_departure_day)
    return found


@st.composite
def claims(draw) -> Claim:
    first, lasting = draw(offset), draw(count)
    amount = Decimal(draw(st.integers(-9_000_000, 9_000_000))) / 100
    by_night, asks = draw(st.booleans()), draw(st.booleans())
    days = frozenset(on(first + number) for number in range(lasting))
    pays = draw(st.sampled_from([days, frozenset(), frozenset(sorted(days)[::2])]))
    return Claim(
        draw(st.sampled_from("FGK")), Where.WAITING if asks else draw(st.sampled_from(Where)), amount,
        on(first), on(first + lasting), by_night, frozenset() if asks or not by_night else pays, asks,
    )  # fmt: skip


@given(stays(), st.lists(claims(), max_size=6), st.integers(0, 80))
def test_the_parts_add_up_to_the_months_outcome_and_the_shares_to_the_invoices(one, charged, known):
    whole = Coverage(Part(), Part(), Part())
    for month in periods.months_between(on(-5), on(110)):
        lived = month.intersection(Period(FIRST, on(known))) or Period(month.start, month.start)
        found = coverage(one, lived, charged, month)
        assert found.nights == nights(one, lived)
        assert found.cost == cost(one, lived)
        assert (sum(run.nights for run in found.runs), sum(run.cost for run in found.runs)) == (
            found.missing.nights, found.missing.cost
        )  # fmt: skip
        for part, key in (("charged", "charged"), ("other", "other")):
            of_parts = getattr(found.attested, part) + getattr(found.waiting, part)
            assert of_parts == sum((getattr(row, key) for row in found.invoices), Decimal(0))
        whole += found
    assert whole.attested.charged + whole.attested.other + whole.waiting.charged + whole.waiting.other == sum(
        (row.amount for row in charged), Decimal(0)
    )
    everything = coverage(one, Period(FIRST, on(known)), charged)
    assert (whole.attested, whole.waiting, whole.missing) == (
        everything.attested, everything.waiting, everything.missing
    )  # fmt: skip
