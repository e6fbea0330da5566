"""The counting rules of DOMAIN.md section 7.5: who is counted, and on which day."""

from datetime import date
from decimal import Decimal

import pytest

from reports.facts import (
    ApplicationFact,
    CaseFact,
    DecisionFact,
    Facts,
    PersonFact,
    known_birth_date,
)
from tests.reports.counting import case, counted


def volumes(month: str, *cases: CaseFact, as_of: date | None = None) -> dict:
    return counted(Facts(cases=cases), month, as_of)["volumes"]


def test_one_person_who_comes_twice_is_one_person_and_two_cases():
    twice = (
        case("A1", "P1", date(2022, 1, 10), date(2022, 2, 1)),
        case("A2", "P1", date(2022, 2, 20)),
    )
    assert volumes("2022-02", *twice) == {
        "open_first": 1,
        "new": 0,
        "reopened": 1,
        "closed": 1,
        "open_last": 1,
        "persons_open_last": 1,
        "persons_year_to_date": 1,
    }
    january = volumes("2022-01", *twice)
    assert (january["new"], january["reopened"]) == (1, 0)


def test_october_with_one_in_and_one_out():
    eight = [case(f"A{n}", f"P{n}", date(2022, 1, 1 + n)) for n in range(7)]
    leaver = case("A7", "P7", date(2021, 5, 1), date(2022, 10, 12))
    found = volumes("2022-10", *eight, leaver, case("A8", "P8", date(2022, 10, 3)))
    assert found["open_first"] == 8
    assert (found["new"], found["reopened"], found["closed"], found["open_last"]) == (1, 0, 1, 8)
    assert found["persons_year_to_date"] == 9


def test_a_case_closed_on_the_first_day_is_open_first_and_closed():
    found = volumes("2022-03", case("A1", "P1", date(2022, 1, 5), date(2022, 3, 1)))
    assert (found["open_first"], found["closed"], found["open_last"]) == (1, 1, 0)


def test_a_case_closed_on_new_years_day_was_not_open_that_year():
    leaver = case("A1", "P1", date(2021, 3, 1), date(2022, 1, 1))
    assert volumes("2022-01", leaver)["persons_year_to_date"] == 0
    assert (
        volumes("2022-01", case("A1", "P1", date(2021, 3, 1), date(2022, 1, 2)))["persons_year_to_date"] == 1
    )


def test_a_case_closed_later_than_the_view_is_open():
    leaver = case("A1", "P1", date(2022, 3, 2), date(2022, 3, 20))
    assert volumes("2022-03", leaver, as_of=date(2022, 3, 19))["open_last"] == 1
    assert volumes("2022-03", leaver, as_of=date(2022, 3, 20))["open_last"] == 0
    assert volumes("2022-03", leaver, as_of=date(2022, 3, 1))["persons_year_to_date"] == 0


def test_five_applications_of_four_persons_are_five():
    def application(key, applied, decided, granted, paid=None):
        return ApplicationFact(key, "A1", date(2020, 3, 1), Decimal(applied), decided, granted, paid)

    answered = date(2020, 9, 1)
    facts = Facts(
        cases=(case("A1", "P1", date(2020, 1, 1)),),
        applications=(
            application("N1", 100, answered, Decimal(100), Decimal(80)),
            application("N2", 100, answered, Decimal(40)),
            application("N3", 100, answered, Decimal(0)),
            application("N4", 100, None, None),
            application("N5", "100.50", date(2020, 12, 1), Decimal("100.50")),
        ),
    )
    assert counted(facts, "2020-10")["applications"] == {
        "sent": 5,
        "granted": 1,
        "partly": 1,
        "refused": 1,
        "pending": 2,
        "applied_sum": "500.50",
        "granted_sum": "140.00",
        "paid_sum": "80.00",
    }
    assert counted(facts, "2020-10", date(2020, 12, 1))["applications"]["granted"] == 2
    assert counted(facts, "2020-02", date(2020, 12, 1))["applications"]["sent"] == 0


def test_someone_comes_of_age_on_the_birthday():
    def own_cases(birth_date: date | None, day: date) -> int:
        facts = Facts(persons=(PersonFact("P1", birth_date, 2),), cases=(case("A1", "P1", date(2021, 1, 1)),))
        found = counted(facts, f"{day:%Y-%m}", day)["children"]
        assert found["affected"] == 2
        return found["own_cases"]

    assert own_cases(date(2004, 5, 10), date(2022, 5, 9)) == 1
    assert own_cases(date(2004, 5, 10), date(2022, 5, 10)) == 0
    assert own_cases(date(2004, 2, 29), date(2022, 2, 27)) == 1
    assert own_cases(date(2004, 2, 29), date(2022, 2, 28)) == 0
    assert own_cases(known_birth_date(None, 2004), date(2022, 12, 30)) == 1
    assert own_cases(known_birth_date(None, 2004), date(2022, 12, 31)) == 0
    assert own_cases(known_birth_date(date(2004, 1, 1), 2004), date(2022, 1, 1)) == 0
    assert own_cases(known_birth_date(None, None), date(2022, 1, 1)) == 0


@pytest.mark.parametrize(
    ("decided", "enforced", "day", "expected"),
    [
        (date(2021, 11, 30), None, date(2022, 2, 27), (0, 0)),
        (date(2021, 11, 30), None, date(2022, 2, 28), (1, 90)),
        (date(2021, 11, 30), date(2022, 2, 28), date(2022, 2, 28), (0, 0)),
        (date(2021, 11, 30), date(2022, 3, 1), date(2022, 3, 31), (1, 91)),
        (date(2021, 9, 30), date(2022, 1, 1), date(2022, 1, 31), (0, 0)),
        (date(2021, 9, 30), date(2022, 1, 2), date(2022, 1, 31), (1, 94)),
        (date(2021, 9, 30), date(2022, 2, 2), date(2022, 1, 31), (1, 123)),
        (date(2022, 3, 15), date(2022, 3, 15), date(2022, 9, 30), (0, 0)),
    ],
)
def test_three_months_without_being_carried_out(decided, enforced, day, expected):
    facts = Facts(
        cases=(case("A1", "P1", date(2021, 1, 1)),),
        decisions=(DecisionFact("B1", "A1", decided, None, enforced),),
    )
    found = counted(facts, f"{day:%Y-%m}", day)["unenforced"]
    assert (found["count"], found["longest_days"]) == expected
