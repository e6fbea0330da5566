"""The figures of a month, of a scenario or of facts that are made by hand."""

from datetime import date

from avhopp.kernel import periods
from avhopp.kernel.periods import parse_month
from reports.facts import CaseFact, Facts
from reports.figures import as_json, figures
from tests.reports.scenario_facts import facts_of

YEAR_2022 = [f"2022-{number:02d}" for number in range(1, 13)]


def seen(scenario: dict, month: str, as_of: date | None = None) -> dict:
    """The printed figures of a month, by default as its last day saw them."""
    period = parse_month(month)
    return as_json(figures(facts_of(scenario), period, as_of or periods.last_day(period)))


def counted(facts: Facts, month: str, as_of: date | None = None) -> dict:
    """The same of facts that are made by hand."""
    period = parse_month(month)
    return as_json(figures(facts, period, as_of or periods.last_day(period)))


def case(key: str, person: str, received: date, closed: date | None = None) -> CaseFact:
    """A case in the words of the tests: key, person, days."""
    return CaseFact(key, person, received, closed)
