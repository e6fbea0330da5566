from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.workdays import add_workdays, holiday_name, is_workday, last_workday_before, next_workday

days = st.dates(date(1990, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "Nyårsdagen"),
        (date(2026, 1, 6), "Trettondedag jul"),
        (date(2026, 4, 3), "Långfredagen"),
        (date(2026, 4, 5), "Påskdagen"),
        (date(2026, 4, 6), "Annandag påsk"),
        (date(2026, 5, 1), "Första maj"),
        (date(2026, 5, 14), "Kristi himmelsfärdsdag"),
        (date(2026, 5, 24), "Pingstdagen"),
        (date(2026, 6, 6), "Nationaldagen"),
        (date(2026, 6, 19), "Midsommarafton"),
        (date(2026, 6, 20), "Midsommardagen"),
        (date(2026, 10, 31), "Alla helgons dag"),
        (date(2026, 12, 24), "Julafton"),
        (date(2026, 12, 25), "Juldagen"),
        (date(2026, 12, 26), "Annandag jul"),
        (date(2026, 12, 31), "Nyårsafton"),
        (date(2025, 4, 18), "Långfredagen"),
        (date(2024, 6, 21), "Midsommarafton"),
        (date(2038, 4, 25), "Påskdagen"),
    ],
)
def test_names_the_holidays_and_the_three_eves(day, name):
    assert holiday_name(day) == name
    assert not is_workday(day)


@pytest.mark.parametrize(
    ("day", "open_office"),
    [
        (date(2026, 11, 20), True),  # Friday
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 4, 2), True),  # skärtorsdag
        (date(2026, 4, 4), False),  # påskafton, a Saturday
        (date(2026, 4, 30), True),  # valborgsmässoafton
        (date(2026, 10, 30), True),  # allhelgonaafton
    ],
)
def test_other_days_have_no_name(day, open_office):
    assert holiday_name(day) is None
    assert is_workday(day) is open_office


@pytest.mark.parametrize(
    ("day", "n", "reached"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # over Christmas
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # over Easter
        (date(2026, 12, 30), 2, date(2027, 1, 5)),  # over New Year
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 12, 28), -1, date(2026, 12, 23)),
        (date(2026, 11, 21), 0, date(2026, 11, 21)),
    ],
)
def test_counts_working_days(day, n, reached):
    assert add_workdays(day, n) == reached


def test_the_nearest_working_day_on_either_side():
    christmas_eve, friday = date(2026, 12, 24), date(2026, 11, 20)

    assert next_workday(christmas_eve) == date(2026, 12, 28)
    assert last_workday_before(christmas_eve) == date(2026, 12, 23)
    assert next_workday(friday) == friday
    assert last_workday_before(friday) == date(2026, 11, 19)


@given(days, st.integers(1, 30))
def test_adding_working_days_passes_exactly_that_many(day, n):
    reached = add_workdays(day, n)
    passed = [day + timedelta(days=at) for at in range(1, (reached - day).days + 1)]

    assert is_workday(reached)
    assert sum(map(is_workday, passed)) == n


@given(days, st.integers(-30, 30))
def test_adding_and_taking_away_leads_back_to_a_working_day(day, n):
    start = next_workday(day)

    assert add_workdays(add_workdays(start, n), -n) == start


@given(days)
def test_the_office_is_never_closed_for_a_week(day):
    assert next_workday(day) - last_workday_before(day) <= timedelta(days=7)
