"""The annex prints where the history stood when the figures were frozen, and says the same for ever."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.db import connection
from pypdf import PdfReader

from avhopp.accounts.models import Municipality
from avhopp.kernel import periods
from reports.actions import rendering
from reports.facts import Facts
from reports.frozen import checksum, freeze
from reports.models import MonthlyReport
from reports.pdf.document import annex_context, public_context
from reports.pdf.rendering import ANNEX, render_pdf

MARK = (1234567, "ab" * 32)


def frozen_with(facts: Facts, ledger: tuple[int, str] | None) -> MonthlyReport:
    month = periods.parse_month("2022-03")
    frozen = freeze(facts, month, date(2022, 3, 31), (), ledger)
    return MonthlyReport(
        municipality=Municipality(code="0199", name="Exempelkommun", board="Socialnämnden"),
        month=month.start, as_of=date(2022, 3, 31), figures=frozen, figures_sha256=checksum(frozen),
        frozen_at=datetime(2022, 4, 2, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture
def facts() -> Facts:
    return Facts()


def test_the_annex_prints_the_last_entry_as_the_verifier_takes_it(facts):
    first, second = (render_pdf(ANNEX, annex_context(frozen_with(facts, MARK))) for _ in range(2))
    pages = "".join(page.extract_text() for page in PdfReader(BytesIO(first)).pages)
    assert f"{MARK[0]}:{MARK[1]}" in "".join(pages.split())
    assert first == second
    assert "ledger" not in public_context(frozen_with(facts, MARK))


def test_a_report_from_before_the_ledger_has_no_such_line(facts):
    report = frozen_with(facts, None)
    del report.figures["ledger"]
    assert annex_context(report)["ledger"] == ""
    pages = PdfReader(BytesIO(render_pdf(ANNEX, annex_context(report)))).pages
    assert "Historikens kontrollsumma" not in "".join(page.extract_text() for page in pages)


def test_the_entry_is_part_of_what_the_figures_checksum_covers(facts):
    one, other = frozen_with(facts, MARK), frozen_with(facts, (MARK[0], "cd" * 32))
    assert one.figures_sha256 != other.figures_sha256


def test_freezing_takes_the_ledger_s_last_entry(cast, monkeypatch):
    taken = []
    monkeypatch.setattr(rendering, "freeze", lambda *given: taken.append(given[-1]) or {"ledger": None})
    monkeypatch.setattr(rendering, "_held", lambda report, by: report)
    monkeypatch.setattr(rendering, "facts_of", lambda municipality: None)
    monkeypatch.setattr(rendering, "_earlier", lambda report: [])
    monkeypatch.setattr(MonthlyReport, "save", lambda self, **fields: None)
    monkeypatch.setattr(MonthlyReport, "refresh_from_db", lambda self, **fields: None)
    report = MonthlyReport(municipality=cast.municipality, month=date(2022, 3, 1), as_of=date(2022, 3, 31))
    rendering.freeze_figures(report=report, by=cast.raknare)
    with connection.cursor() as cursor:
        cursor.execute("select seq, hash from audit.ledger_state()")
        assert taken == [cursor.fetchone()]
