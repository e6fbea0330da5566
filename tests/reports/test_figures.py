"""The figures of the golden year, month by month."""

from datetime import date
from decimal import Decimal

import pytest

from reports.figures import months
from tests.reports.counting import YEAR_2022, seen
from tests.reports.scenario_facts import facts_of
from tests.scenarios.files import GOLDEN, GOLDEN_MONTHS


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
