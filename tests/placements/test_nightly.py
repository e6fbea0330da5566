"""Nights in öre are those of the exact methods; beyond what is agreed the price is the assumed one."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from placements.costs import Absence, PricePeriod, Stay, cost
from placements.episodes import Known, episodes_of
from placements.forecast import Placing
from placements.nightly import StepDown, Window, nightly

YEAR = periods.year(2026)
CUT = date(2026, 4, 30)
HALF = StepDown()


def placing(key: str, begins: date, end: date | None, rate: int = 1000, **changes: object) -> Placing:
    values = {
        "key": key, "planned_start": begins, "start": begins, "end": end,
        "prices": (PricePeriod(begins, end, Decimal(rate)),),
    } | changes  # fmt: skip
    return Placing(**values)


def of(*links: Placing, step_down: StepDown | None = None, cut: date = CUT):
    (episode,) = episodes_of([Known("p", link) for link in links], cut, cut)
    return nightly(episode, Window.after(cut, YEAR), cut, cut, step_down)


def paid(row, leaves: int) -> int:
    """Kronor of who leaves on that day of the window."""
    return (int(row.nights[:leaves].sum()) + int(row.departure[leaves])) / 100


def test_a_stay_costs_its_nights_and_goes_on_at_the_last_price():
    row = of(placing("a", date(2026, 1, 1), date(2026, 5, 11)))
    assert (row.ends, paid(row, 10), paid(row, 20)) == (10, 10_000, 20_000)


def test_who_leaves_early_pays_the_departure_day_of_the_night_before():
    prices = (
        PricePeriod(date(2026, 1, 1), date(2026, 5, 6), Decimal(1000)),
        PricePeriod(date(2026, 5, 6), None, Decimal(400)),
    )
    stay = placing("a", date(2026, 1, 1), date(2026, 5, 11), prices=prices, charges_departure_day=True)
    row = of(stay)
    assert [paid(row, day) for day in (0, 1, 5, 6)] == [1000, 2000, 6000, 5400 + 400]


def test_a_link_that_is_passed_charges_its_departure_day_and_the_next_one_begins():
    first = placing("a", date(2026, 1, 1), date(2026, 5, 11), charges_departure_day=True)
    row = of(first, placing("b", date(2026, 5, 11), date(2026, 6, 1), 500, moved_from="a"))
    assert paid(row, 10) == 11_000
    assert paid(row, 12) == 11_000 + 2 * 500
    assert row.ends == 31


def test_what_has_no_agreed_price_ahead_is_halved_after_a_year():
    arrived = date(2025, 6, 1)
    row = of(placing("a", arrived, None), step_down=HALF)
    steps = (date(2026, 6, 1) - CUT).days - 1
    assert list(row.nights[[0, steps - 1, steps, -1]]) == [100_000, 100_000, 50_000, 50_000]


@pytest.mark.parametrize(
    "prices",
    [
        ((date(2025, 6, 1), date(2026, 2, 1), 1000), (date(2026, 2, 1), None, 500)),
        ((date(2025, 6, 1), date(2026, 9, 1), 1000), (date(2026, 9, 1), None, 1000)),
    ],
    ids=["it has been lowered already", "a later price is agreed"],
)
def test_a_price_that_was_settled_is_not_lowered(prices):
    terms = tuple(PricePeriod(start, end, Decimal(rate)) for start, end, rate in prices)
    row = of(placing("a", date(2025, 6, 1), None, prices=terms), step_down=HALF)
    assert int(row.nights[-1]) == prices[-1][2] * 100


def test_who_has_stayed_a_year_without_a_lower_price_keeps_it():
    row = of(placing("a", date(2025, 4, 1), None), step_down=HALF)
    assert int(row.nights[-1]) == 100_000


def test_beyond_a_decided_end_the_assumed_price_holds():
    row = of(placing("a", date(2025, 6, 1), date(2026, 8, 1)), step_down=HALF)
    at_end = (date(2026, 8, 1) - CUT).days - 1
    assert list(row.nights[[at_end - 1, at_end]]) == [100_000, 50_000]


def test_nights_before_the_year_are_not_the_years():
    row = of(placing("a", date(2025, 6, 1), None), cut=date(2025, 11, 30))
    assert list(row.nights[[0, 30, 31]]) == [0, 0, 100_000]


days = st.integers(-400, 300).map(lambda number: CUT + timedelta(days=number))


@st.composite
def chains(draw) -> list[Placing]:
    """One person's stays without overlap, with prices, an absence and departure days."""
    cuts = sorted(draw(st.lists(days, min_size=2, max_size=5, unique=True)))
    links, before = [], None
    for number, (start, end) in enumerate(pairwise(cuts)):
        middle = start + (end - start) / 2
        rates = [Decimal(draw(st.integers(0, 500_000))) / 100 for _ in range(3)]
        prices = (PricePeriod(start, middle, rates[0]), PricePeriod(middle, end, rates[1]))
        away = (Absence(middle, end, rates[2]),) if draw(st.booleans()) else ()
        links.append(
            placing(
                f"k{number}", start, end, prices=prices, absences=away, moved_from=before,
                charges_departure_day=draw(st.booleans()),
            )
        )  # fmt: skip
        before = f"k{number}"
    return links


@given(chains())
def test_an_episode_that_ends_as_decided_costs_what_the_exact_method_says(links):
    (episode,) = episodes_of([Known("p", link) for link in links], CUT, CUT)
    window = Window.after(CUT, YEAR)
    row = nightly(episode, window, CUT, CUT, HALF)
    rest = Period(window.first, YEAR.end)
    exact = sum(
        cost(
            Stay(link.key, link.start, link.end, link.prices, link.absences, link.charges_departure_day), rest
        )
        for link in links
    )
    leaves = min(max(row.ends, 0), window.nights)
    counted = 0 if row.ends < 0 else int(row.nights[:leaves].sum()) + int(row.departure[leaves])
    assert counted == exact * 100


@given(chains())
def test_no_night_is_paid_back_and_no_departure_is_charged_that_is_not_agreed(links):
    free = [Known("p", replace(link, charges_departure_day=False)) for link in links]
    (episode,) = episodes_of(free, CUT, CUT)
    row = nightly(episode, Window.after(CUT, YEAR), CUT, CUT, HALF)
    assert (row.nights >= 0).all()
    assert not row.departure.any()
