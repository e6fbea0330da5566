"""Figures seen from a day: what was decided or came in later does not exist."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from placements.costs import Absence, PricePeriod
from reports.facts import (
    BudgetLineFact,
    DecisionFact,
    Facts,
    PlacementFact,
)
from tests.reports.counting import case, counted


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
