"""The figures of a month: the golden year, the counting rules, and a second opinion on random years."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avhopp.kernel import periods
from avhopp.kernel.periods import parse_month
from placements.costs import Absence, PricePeriod
from reports.facts import (
    ApplicationFact,
    BudgetLineFact,
    CaseFact,
    CheckFact,
    DecisionFact,
    Facts,
    PersonFact,
    PlacementFact,
    known_birth_date,
)
from reports.figures import as_json, figures, months
from tests.reports import oracle
from tests.reports.random_scenarios import MONTHS, scenarios, scenarios_with_views
from tests.reports.scenario_facts import facts_of

GOLDEN_FILE = Path(__file__).parent.parent / "scenarios" / "golden_2022.json"
GOLDEN = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))
YEAR_2022 = [f"2022-{number:02d}" for number in range(1, 13)]

# DOMAIN.md section 7.3: nights, cost, running cost, persons.
GOLDEN_MONTHS = [
    (146, 438_000, 438_000, 5),
    (168, 445_200, 883_200, 6),
    (186, 473_400, 1_356_600, 6),
    (180, 444_000, 1_800_600, 6),
    (186, 412_300, 2_212_900, 6),
    (180, 399_000, 2_611_900, 6),
    (198, 452_950, 3_064_850, 7),
    (186, 482_050, 3_546_900, 6),
    (164, 397_500, 3_944_400, 6),
    (155, 389_050, 4_333_450, 5),
    (90, 237_000, 4_570_450, 3),
    (93, 244_900, 4_815_350, 3),
]

SLOW_IS_FINE = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


def seen(scenario: dict, month: str, as_of: date | None = None) -> dict:
    """The printed figures of a month, by default as its last day saw them."""
    period = parse_month(month)
    return as_json(figures(facts_of(scenario), period, as_of or periods.last_day(period)))


def counted(facts: Facts, month: str, as_of: date | None = None) -> dict:
    """The same of facts that are made by hand."""
    period = parse_month(month)
    return as_json(figures(facts, period, as_of or periods.last_day(period)))


# The golden year


@pytest.mark.parametrize(("month", "expected"), list(zip(YEAR_2022, GOLDEN_MONTHS, strict=True)))
def test_golden_month(month, expected):
    nights, cost, running, persons = expected
    found = seen(GOLDEN, month)
    assert found["placements"]["nights"] == nights
    assert found["placements"]["cost"] == f"{cost}.00"
    assert found["placements"]["persons"] == persons
    assert found["year"]["cost"] == f"{running}.00"
    assert found["controls"] == {
        "volumes_balance": True,
        "agreement_balance": True,
        "year_is_sum_of_months": True,
    }


def test_golden_year():
    found = seen(GOLDEN, "2022-12")
    assert found["year"] == {
        "nights": 1932,
        "cost": "4815350.00",
        "mean_cost_per_night": "2492.42",
        "persons_placed": 7,
    }
    assert found["budget"] == {
        "total": "4800000.00",
        "lines": [
            {"ref": "ram-2022", "kind": "ramhojande", "amount": "2800000.00", "used": "2800000.00"},
            {"ref": "rikt-2022", "kind": "riktad", "amount": "2000000.00", "used": "2000000.00"},
        ],
        "variance": "-15350.00",
    }
    assert found["forecast"]["committed"] == found["forecast"]["planned"] == "4815350.00"
    assert found["forecast"]["straight_line"] == "4815350.00"


def test_golden_split_by_agreement():
    rows = months(facts_of(GOLDEN), 2022, date(2022, 12, 31))
    assert sum(row.nights_inside for row in rows) == 808
    assert sum(row.cost_inside for row in rows) == Decimal(1_786_350)
    assert sum(row.nights_outside for row in rows) == 1124
    assert sum(row.cost_outside for row in rows) == Decimal(3_029_000)


def test_golden_march_in_full():
    assert seen(GOLDEN, "2022-03") == {
        "month": "2022-03",
        "as_of": "2022-03-31",
        "volumes": {
            "open_first": 7,
            "new": 1,
            "reopened": 0,
            "closed": 0,
            "open_last": 8,
            "persons_open_last": 8,
            "persons_year_to_date": 8,
        },
        "placements": {
            "nights": 186,
            "nights_inside": 109,
            "nights_outside": 77,
            "cost": "473400.00",
            "cost_inside": "236400.00",
            "cost_outside": "237000.00",
            "mean_cost_per_night": "2545.16",
            "persons": 6,
            "ongoing_last": 6,
        },
        "year": {
            "nights": 500,
            "cost": "1356600.00",
            "mean_cost_per_night": "2713.20",
            "persons_placed": 6,
        },
        "budget": {
            "total": "4800000.00",
            "lines": [
                {"ref": "ram-2022", "kind": "ramhojande", "amount": "2800000.00", "used": "1356600.00"},
                {"ref": "rikt-2022", "kind": "riktad", "amount": "2000000.00", "used": "0.00"},
            ],
            "variance": "3443400.00",
        },
        "forecast": {"committed": "3861350.00", "planned": "3861350.00", "straight_line": "5501766.67"},
        "applications": {
            "sent": 5,
            "granted": 1,
            "partly": 1,
            "refused": 0,
            "pending": 3,
            "applied_sum": "2600000.00",
            "granted_sum": "950000.00",
            "paid_sum": "500000.00",
        },
        "unenforced": {"count": 0, "longest_days": 0},
        "children": {"affected": 3, "own_cases": 1},
        "checks": {"planned": 3, "done": 3, "deviations": 0},
        "controls": {"volumes_balance": True, "agreement_balance": True, "year_is_sum_of_months": True},
    }


def test_golden_forecast_at_the_end_of_april():
    assert seen(GOLDEN, "2022-04")["forecast"] == {
        "committed": "4320350.00",
        "planned": "5013350.00",
        "straight_line": "5476825.00",
    }


def test_golden_forecast_of_april_when_the_late_start_is_known():
    """Seen from August the start of 20 July is a fact and replaces the plan of 15 May."""
    forecast = seen(GOLDEN, "2022-04", date(2022, 8, 15))["forecast"]
    assert forecast["committed"] == "4320350.00"
    assert forecast["planned"] == "4815350.00"


def test_golden_decisions_that_waited_too_long():
    """B8 passed three months on 5 July and B3b on 20 July; they were carried out on day 106 and 134."""
    assert seen(GOLDEN, "2022-06")["unenforced"] == {"count": 0, "longest_days": 0}
    assert seen(GOLDEN, "2022-07", date(2022, 7, 4))["unenforced"] == {"count": 0, "longest_days": 0}
    assert seen(GOLDEN, "2022-07", date(2022, 7, 5))["unenforced"] == {"count": 1, "longest_days": 91}
    assert seen(GOLDEN, "2022-07")["unenforced"] == {"count": 2, "longest_days": 106}
    assert seen(GOLDEN, "2022-09")["unenforced"] == {"count": 2, "longest_days": 134}
    assert seen(GOLDEN, "2022-10")["unenforced"] == {"count": 0, "longest_days": 0}


def test_golden_checks():
    assert seen(GOLDEN, "2022-05")["checks"] == {"planned": 3, "done": 3, "deviations": 1}
    assert seen(GOLDEN, "2022-06")["checks"] == {"planned": 3, "done": 2, "deviations": 0}
    assert seen(GOLDEN, "2022-06", date(2022, 6, 15))["checks"] == {"planned": 3, "done": 0, "deviations": 0}


def test_months_stop_at_the_day_they_are_seen_from():
    rows = months(facts_of(GOLDEN), 2022, date(2022, 3, 17))
    assert [f"{row.month.start:%Y-%m}" for row in rows] == ["2022-01", "2022-02", "2022-03"]
    assert [row.nights for row in rows] == [146, 168, 17 * 6]
    assert rows[-1].running_nights == 146 + 168 + 102
    assert months(facts_of(GOLDEN), 2022, date(2021, 12, 31)) == ()


# Counting rules (DOMAIN.md section 7.5)


def case(key: str, person: str, received: date, closed: date | None = None) -> CaseFact:
    return CaseFact(key, person, received, closed)


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


# What was known when


def placed(**changes: object) -> Facts:
    """One person with one stay at 1 000 kr a night from 10 January 2022, decided the day before."""
    values = {
        "key": "L1",
        "case": "A1",
        "decision": "B1",
        "agreement": True,
        "planned_start": date(2022, 1, 10),
        "start": date(2022, 1, 10),
        "end": date(2022, 3, 1),
        "prices": (PricePeriod(date(2022, 1, 10), date(2022, 3, 1), Decimal(1000)),),
    } | changes
    return Facts(
        cases=(case("A1", "P1", date(2022, 1, 5)),),
        decisions=(DecisionFact("B1", "A1", date(2022, 1, 9), None, None),),
        placements=(PlacementFact(**values),),
        budget_lines=(BudgetLineFact("R1", 2022, "ram", Decimal(60_000), date(2022, 2, 1)),),
    )


def test_a_decision_made_later_does_not_exist():
    before = counted(placed(), "2022-01", date(2022, 1, 8))
    assert before["forecast"]["planned"] == "0.00"
    after = counted(placed(), "2022-01", date(2022, 1, 9))
    assert (after["forecast"]["committed"], after["forecast"]["planned"]) == ("0.00", "50000.00")


def test_a_case_received_later_does_not_exist():
    early = placed(decision=None, planned_start=date(2022, 1, 4), start=date(2022, 1, 4))
    assert counted(early, "2022-01", date(2022, 1, 4))["year"]["nights"] == 0
    assert counted(early, "2022-01", date(2022, 1, 4))["volumes"]["open_last"] == 0
    assert counted(early, "2022-01", date(2022, 1, 5))["year"]["nights"] == 2
    assert counted(early, "2022-01", date(2022, 1, 5))["volumes"]["open_last"] == 1


def test_the_forecast_uses_absences_and_charged_departures():
    away = Absence(date(2022, 2, 20), date(2022, 2, 25), Decimal(100))
    facts = placed(absences=(away,), charges_departure_day=True)
    forecast = counted(facts, "2022-01")["forecast"]
    assert forecast["committed"] == forecast["planned"] == "46500.00"


def test_a_later_start_is_a_plan():
    slipped = placed(planned_start=date(2022, 1, 10), start=date(2022, 1, 20))
    known = counted(slipped, "2022-01", date(2022, 1, 20))
    assert known["year"]["cost"] == "1000.00"
    assert known["forecast"]["committed"] == "40000.00"
    unknown = counted(slipped, "2022-01", date(2022, 1, 19))
    assert unknown["year"]["cost"] == "0.00"
    assert (unknown["forecast"]["committed"], unknown["forecast"]["planned"]) == ("0.00", "40000.00")
    early = counted(slipped, "2022-01", date(2022, 1, 9))
    assert early["forecast"]["planned"] == "50000.00"


def test_a_budget_line_decided_later_does_not_exist():
    january = counted(placed(), "2022-01")["budget"]
    assert january == {"total": "0.00", "lines": [], "variance": "-22000.00"}
    february = counted(placed(), "2022-02")["budget"]
    assert february["variance"] == "10000.00"
    assert february["lines"][0]["used"] == "50000.00"


def test_a_charged_departure_day_costs_and_is_no_night():
    found = counted(placed(charges_departure_day=True), "2022-03")
    assert found["placements"]["nights"] == 0
    assert found["placements"]["cost"] == found["placements"]["cost_inside"] == "1000.00"
    assert found["placements"]["mean_cost_per_night"] is None
    assert found["placements"]["persons"] == 0
    assert found["year"]["nights"] == 50
    assert found["year"]["cost"] == "51000.00"
    assert found["controls"]["year_is_sum_of_months"]


def test_the_year_seen_from_before_it_began():
    found = counted(placed(), "2022-06", date(2021, 12, 31))
    assert found["year"] == {"nights": 0, "cost": "0.00", "mean_cost_per_night": None, "persons_placed": 0}
    assert found["forecast"] == {"committed": "0.00", "planned": "0.00", "straight_line": "0.00"}
    ahead = counted(placed(), "2023-06", date(2022, 2, 1))
    assert ahead["placements"]["ongoing_last"] == 1
    assert ahead["forecast"]["committed"] == "0.00"


def test_amounts_are_rounded_once_and_half_up():
    odd = placed(
        prices=(PricePeriod(date(2022, 1, 10), None, Decimal("0.005")),),
        start=date(2022, 1, 31),
        end=date(2022, 2, 2),
    )
    assert counted(odd, "2022-01")["placements"]["cost"] == "0.01"
    assert counted(odd, "2022-02")["placements"]["cost"] == "0.01"
    assert counted(odd, "2022-02")["year"]["cost"] == "0.01"


def test_budget_kinds_are_used_in_their_order():
    """Of 50 000 kr: ram and ramhojande in the order of the file, then riktad; another year's line never."""
    amounts = {"statsbidrag": 10_000, "riktad": 15_000, "ram": 30_000, "ramhojande": 15_000}
    decided = date(2021, 11, 1)
    lines = [BudgetLineFact(kind, 2022, kind, Decimal(kr), decided) for kind, kr in amounts.items()]
    lines.append(BudgetLineFact("old", 2021, "ram", Decimal(1), decided))
    found = counted(replace(placed(), budget_lines=tuple(lines)), "2022-12")["budget"]
    assert [(line["ref"], line["used"]) for line in found["lines"]] == [
        ("statsbidrag", "0.00"),
        ("riktad", "5000.00"),
        ("ram", "30000.00"),
        ("ramhojande", "15000.00"),
    ]
    assert (found["total"], found["variance"]) == ("70000.00", "20000.00")


# The second opinion


def assert_same(scenario: dict, view: tuple[str, date]) -> None:
    month, as_of = view
    found = seen(scenario, month, as_of)
    expected = oracle.figures(scenario, month, as_of)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize("late", [-200, -15, 0, 40, 400])
def test_golden_year_equals_the_oracle(late):
    for month in YEAR_2022:
        assert_same(GOLDEN, (month, periods.last_day(parse_month(month)) + timedelta(days=late)))


@SLOW_IS_FINE
@given(scenarios_with_views())
def test_random_figures_equal_the_oracle(random):
    assert_same(*random)


@pytest.mark.deep
@settings(SLOW_IS_FINE, max_examples=4000)
@given(scenarios_with_views())
def test_many_random_figures_equal_the_oracle(random):
    assert_same(*random)


@SLOW_IS_FINE
@given(scenarios_with_views())
def test_forecast_is_never_below_the_outcome(random):
    scenario, (month, as_of) = random
    found = figures(facts_of(scenario), parse_month(month), as_of)
    assert found.year.cost <= found.forecast.committed <= found.forecast.planned
    assert found.controls.all_hold


@SLOW_IS_FINE
@given(scenarios(), st.sampled_from([2022, 2023, 2024]), st.integers(0, 60))
def test_at_the_end_of_the_year_the_forecast_is_the_outcome(scenario, year, late):
    as_of = date(year, 12, 31) + timedelta(days=late)
    found = figures(facts_of(scenario), periods.month(year, 12), as_of)
    assert found.forecast.committed == found.forecast.planned == found.year.cost
    assert found.forecast.straight_line == found.year.cost


@SLOW_IS_FINE
@given(scenarios(), st.sampled_from(MONTHS))
def test_months_add_up_to_the_year(scenario, month):
    period = parse_month(month)
    as_of = periods.last_day(period)
    found = figures(facts_of(scenario), period, as_of)
    rows = months(facts_of(scenario), period.start.year, as_of)
    assert len(rows) == period.start.month
    assert sum(row.nights for row in rows) == rows[-1].running_nights == found.year.nights
    assert sum(row.cost for row in rows) == rows[-1].running_cost == found.year.cost
    assert (rows[-1].nights, rows[-1].cost) == (found.placements.nights, found.placements.cost)


# Speed


def test_two_years_of_a_county_take_under_a_second():
    """250 open cases with a move each, every figure of 24 months (the processor's time, not the wall's)."""
    facts = county(250)
    views_of_it = [periods.month(year, number) for year in (2022, 2023) for number in range(1, 13)]
    began = process_time()
    found = [figures(facts, month, periods.last_day(month)) for month in views_of_it]
    spent = process_time() - began
    assert found[-1].volumes.open_last == 250
    assert found[-1].placements.ongoing_last == 250
    assert spent < 1.0


def county(size: int) -> Facts:
    """So many open cases, each with two placements, two prices, checks, a decision and an application."""
    start, moved = date(2021, 11, 1), date(2022, 9, 1)
    numbers = range(size)
    return Facts(
        persons=tuple(PersonFact(f"P{n}", date(1990, 1, 1), 1) for n in numbers),
        cases=tuple(case(f"A{n}", f"P{n}", date(2021, 10, 1)) for n in numbers),
        decisions=tuple(
            DecisionFact(f"B{n}", f"A{n}", date(2021, 10, 5), None, date(2021, 11, 1)) for n in numbers
        ),
        placements=tuple(
            PlacementFact(
                key=f"L{n}{part}",
                case=f"A{n}",
                decision=f"B{n}",
                agreement=n % 2 == 0,
                planned_start=begins,
                start=begins,
                end=ends,
                prices=(
                    PricePeriod(begins, date(begins.year + 1, 1, 1), Decimal(3000)),
                    PricePeriod(date(begins.year + 1, 1, 1), ends, Decimal(3150)),
                ),
                moved_from=f"L{n}a" if part == "b" else None,
            )
            for n in numbers
            for part, begins, ends in (("a", start, moved), ("b", moved, None))
        ),
        applications=tuple(
            ApplicationFact(f"N{n}", f"A{n}", start, Decimal(500_000), None, None, None) for n in numbers
        ),
        checks=tuple(
            CheckFact(f"A{n}", date(2022, number, 15), None) for n in numbers for number in range(1, 13)
        ),
        budget_lines=(BudgetLineFact("R1", 2022, "ram", Decimal(1), date(2021, 1, 1)),),
    )
