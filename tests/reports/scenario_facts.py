"""Turns a scenario file into the facts that the figures take, without a database."""

from datetime import date
from decimal import Decimal

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


def facts_of(scenario: dict) -> Facts:
    """The facts of a scenario."""
    charging = {row["ref"] for row in scenario.get("agreements", []) if row["charges_departure_day"]}
    return Facts(
        persons=tuple(_person(row) for row in scenario.get("persons", [])),
        cases=tuple(
            CaseFact(row["ref"], row["person"], _day(row["received"]), _day(row["closed"]))
            for row in scenario.get("cases", [])
        ),
        decisions=tuple(
            DecisionFact(
                row["ref"], row["case"], _day(row["decided"]), _day(row["end"]), _day(row["enforced"])
            )
            for row in scenario.get("decisions", [])
        ),
        placements=tuple(_placement(row, charging) for row in scenario.get("placements", [])),
        budget_lines=tuple(
            BudgetLineFact(row["ref"], row["year"], row["kind"], _kr(row["amount"]), _day(row["decided"]))
            for row in scenario.get("budget_lines", [])
        ),
        applications=tuple(_application(row) for row in scenario.get("applications", [])),
        checks=tuple(
            CheckFact(row["case"], _day(row["planned"]), _day(row["done"]), row["deviation"])
            for row in scenario.get("checks", [])
        ),
    )


def _person(row: dict) -> PersonFact:
    number = row["identity"]
    of_identity = None
    if number is not None:
        of_identity = date(int(number[:4]), int(number[4:6]), (int(number[6:8]) - 1) % 60 + 1)
    return PersonFact(row["ref"], known_birth_date(of_identity, row["birth_year"]), row["children"])


def _placement(row: dict, charging: set[str]) -> PlacementFact:
    return PlacementFact(
        key=row["ref"],
        case=row["case"],
        decision=row["decision"],
        agreement=row["agreement"] is not None,
        planned_start=_day(row["planned_start"]),
        start=_day(row["start"]),
        end=_day(row["end"]),
        prices=tuple(
            PricePeriod(_day(part["from"]), _day(part["to"]), _kr(part["rate"])) for part in row["prices"]
        ),
        absences=tuple(
            Absence(_day(part["from"]), _day(part["to"]), _kr(part["rate"])) for part in row["absences"]
        ),
        charges_departure_day=row["agreement"] in charging,
        moved_from=row["moved_from"],
    )


def _application(row: dict) -> ApplicationFact:
    return ApplicationFact(
        key=row["ref"],
        case=row["case"],
        sent=_day(row["sent"]),
        applied=_kr(row["applied"]),
        decided=_day(row["decided"]),
        granted=_kr(row["granted"]),
        paid=_kr(row["paid"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _kr(amount: str | int | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))
