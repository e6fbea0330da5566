"""The forecast with a range in the annex: from frozen figures, the same bytes for ever, and not public."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality
from avhopp.kernel import periods
from placements.models import ForecastAssumption
from reports.facts import AssumptionFact, Facts
from reports.figures_range import figure_range, frozen_range, range_of
from reports.frozen import checksum, freeze
from reports.models import MonthlyReport
from reports.pdf.document import annex_context, public_context
from reports.pdf.rendering import ANNEX, PUBLIC, render_pdf
from reports.queries import facts_of
from tests.reports import scenario_facts

TWELVE = (Decimal(0),) * 12
DEFAULTS = AssumptionFact(2022, Decimal(18), 12, 50, 70, TWELVE, None, None)


@pytest.fixture(scope="module")
def facts() -> Facts:
    with open("tests/scenarios/golden_2022.json", encoding="utf-8") as file:
        return scenario_facts.facts_of(json.load(file))


def report_of(facts: Facts, month: str) -> MonthlyReport:
    period = periods.parse_month(month)
    frozen = freeze(facts, period, periods.last_day(period))
    return MonthlyReport(
        municipality=Municipality(code="0199", name="Exempelkommun", board="Socialnämnden"),
        month=period.start, as_of=periods.last_day(period), figures=frozen, figures_sha256=checksum(frozen),
        frozen_at=datetime(2023, 1, 2, tzinfo=UTC),
    )  # fmt: skip


def text(pdf: bytes) -> str:
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(words.replace("\u00a0", " ").split())


def test_the_annex_of_april_says_the_range_in_a_sentence_and_a_table(facts):
    report = report_of(facts, "2022-04")
    written = text(render_pdf(ANNEX, annex_context(report)))
    assert "I 8 av 10 tänkbara utfall hamnar årets kostnad mellan" in written
    assert "Risken att budgeten på 4,8 mnkr inte räcker är" in written
    assert "april 2022 (utfall) 1 800 600 kr 1 800 600 kr 1 800 600 kr" in written
    assert "Frö 202204" in written


def test_at_the_years_end_the_range_is_the_outcome(facts):
    found = figure_range(facts, periods.month(2022, 12), date(2022, 12, 31))
    assert {found.year.p10, found.year.p50, found.year.p90} == {Decimal(4_815_350)}
    assert found.exceeds == 1
    assert "Årets kostnad blev 4,82 mnkr." in text(
        render_pdf(ANNEX, annex_context(report_of(facts, "2022-12")))
    )


def test_the_same_facts_give_the_same_bytes_and_the_frozen_numbers_are_what_is_shown(facts):
    one, other = report_of(facts, "2022-04"), report_of(facts, "2022-04")
    assert one.figures_sha256 == other.figures_sha256
    assert render_pdf(ANNEX, annex_context(one)) == render_pdf(ANNEX, annex_context(other))
    one.figures["range"]["months"][-1]["p90"] = "9876543.00"
    assert "9 876 543 kr" in text(render_pdf(ANNEX, annex_context(one)))


def test_what_is_frozen_is_read_back(facts):
    found = figure_range(facts, periods.month(2022, 4), date(2022, 4, 30))
    assert range_of(json.loads(json.dumps(frozen_range(found)))) == found


def test_a_report_from_before_the_range_is_written_without_it(facts):
    report = report_of(facts, "2022-04")
    del report.figures["range"]
    assert annex_context(report)["range"] is None
    assert "tänkbara utfall" not in text(render_pdf(ANNEX, annex_context(report)))


def test_the_public_report_says_nothing_of_it(facts):
    report = report_of(facts, "2022-04")
    without = report_of(facts, "2022-04")
    del without.figures["range"]
    assert render_pdf(PUBLIC, public_context(report)) == render_pdf(PUBLIC, public_context(without))


def test_assumptions_and_withdrawn_plans_are_counted_with(facts):
    month, day = periods.month(2022, 4), date(2022, 4, 30)
    plain = figure_range(facts, month, day)
    assert figure_range(replace(facts, assumptions=(DEFAULTS,)), month, day) == plain
    coming = replace(DEFAULTS, arrivals=(*TWELVE[:5], Decimal(3), *TWELVE[6:]))
    assert figure_range(replace(facts, assumptions=(coming,)), month, day).year.p10 > plain.year.p10
    other_year = replace(coming, year=2023)
    assert figure_range(replace(facts, assumptions=(other_year,)), month, day) == plain
    doubtful = replace(facts, withdrawn=(date(2022, 3, 1),) * 40)
    assert figure_range(doubtful, month, day).year.p50 < plain.year.p50
    later = replace(facts, withdrawn=(date(2022, 6, 1),) * 40)
    assert figure_range(later, month, day) == plain


def test_the_assumptions_are_read_with_the_other_facts(golden):
    row = ForecastAssumption(
        municipality=golden.municipality, year=2022, arrivals=[*TWELVE[:5], Decimal("0.5"), *TWELVE[6:]],
        rate=Decimal("2500.50"), complete_from=date(2020, 1, 1),
    )  # fmt: skip
    with acting(golden.inlasning):
        row.save(force_insert=True)
    (found,) = facts_of(golden.municipality).assumptions
    assert found == replace(
        DEFAULTS, arrivals=tuple(row.arrivals), rate=Decimal("2500.50"), complete_from=date(2020, 1, 1)
    )
    assert facts_of(golden.municipality).withdrawn == ()
