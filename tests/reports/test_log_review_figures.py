"""The log review in the report: beside the figures, as numbers, in the annex (SR-24)."""

from datetime import UTC, date, datetime

from django.template.loader import render_to_string
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality
from avhopp.kernel import periods
from cases.actions.log_review import mark, sign_review
from cases.models import LogReviewItem
from reports.facts import Facts, LogReviewFact
from reports.figures_counts import reviews_of_log
from reports.frozen import checksum, freeze, thawed
from reports.models import MonthlyReport
from reports.pdf.document import annex_context, public_context
from reports.pdf.rendering import ANNEX, PUBLIC
from reports.queries import facts_of
from tests.cases import log_reads

logged, drawn, month = log_reads.logged, log_reads.drawn, log_reads.month
MARCH, LAST = periods.month(2022, 3), date(2022, 3, 31)


def fact(month: int, year: int = 2022, **more) -> LogReviewFact:
    return LogReviewFact(date(year, month, 1), 40, 38, 2, 1, 3, 1, **more)


def test_the_month_and_the_one_before_are_told_of_in_order():
    facts = Facts(log_reviews=(fact(3), fact(1), fact(4), fact(2), fact(3, 2021)))
    assert [row.month.month for row in reviews_of_log(facts, MARCH)] == [2, 3]
    january = reviews_of_log(Facts(log_reviews=(fact(12, 2021), fact(1))), periods.month(2022, 1))
    assert [(row.month.year, row.month.month) for row in january] == [(2021, 12), (2022, 1)]


def test_they_are_frozen_as_numbers_beside_the_figures_and_come_back():
    frozen = freeze(Facts(log_reviews=(fact(2, signed=date(2022, 3, 20)), fact(3))), MARCH, LAST)
    assert frozen["log_reviews"] == [
        {"month": "2022-02", "drawn": 40, "reviewed": 38, "explain": 2, "remarks": 1, "break_glass": 3,
         "break_glass_waiting": 1, "signed": "2022-03-20"},
        {"month": "2022-03", "drawn": 40, "reviewed": 38, "explain": 2, "remarks": 1, "break_glass": 3,
         "break_glass_waiting": 1, "signed": None},
    ]  # fmt: skip
    assert "log_reviews" not in frozen["figures"]
    assert [row.month for row in thawed(frozen).log_reviews] == [date(2022, 2, 1), date(2022, 3, 1)]


def test_figures_frozen_before_the_review_was_counted_stay_readable():
    frozen = freeze(Facts(), MARCH, LAST)
    del frozen["log_reviews"]
    assert getattr(thawed(frozen), "log_reviews", None) is None


def test_the_reporter_counts_and_sees_no_read(cast, drawn, today):
    with acting(cast.lova):
        rows = list(LogReviewItem.objects.filter(review=drawn).not_read_by(cast.lova).order_by("number"))
        mark(item=rows[0], verdict="anmarkning", reason="Ingen grund.", by=cast.lova, at=timezone.now())
    (found,) = facts_of(cast.municipality).log_reviews
    assert found == LogReviewFact(drawn.month, 7, 1, 0, 1, 1, 0 if rows[0].is_break_glass else 1)
    with acting(cast.raknare):
        assert LogReviewItem.objects.count() == 0
    with acting(cast.lova):
        for row in rows[1:]:
            mark(item=row, verdict="ingen", reason="", by=cast.lova, at=timezone.now())
        sign_review(review=drawn, measures="Inga.", by=cast.lova, at=timezone.now(), today=today)
    (found,) = facts_of(cast.municipality).log_reviews
    assert (found.reviewed, found.remarks, found.break_glass_waiting, found.signed) == (6, 1, 0, today)


def report(frozen: dict) -> MonthlyReport:
    home = Municipality(code="0199", name="Provkommun", board="Socialnämnden", registry_prefix="SN")
    return MonthlyReport(
        municipality=home, month=MARCH.start, as_of=LAST, version=1, figures=frozen,
        figures_sha256=checksum(frozen), frozen_at=datetime(2022, 4, 1, 4, 10, tzinfo=UTC),
    )  # fmt: skip


def test_the_annex_has_the_numbers_and_the_public_report_none():
    frozen = freeze(Facts(log_reviews=(fact(2, signed=date(2022, 3, 20)), fact(3))), MARCH, LAST)
    annex = render_to_string(ANNEX, annex_context(report(frozen)))
    table = annex.split("Loggkontroll: läsningar som granskats")[1].split("</table>")[0]
    for shown in ("Februari 2022", "Mars 2022", ">40<", ">38<", "2022-03-20", ">nej<"):
        assert shown in table, shown
    assert "Loggkontroll" not in render_to_string(PUBLIC, public_context(report(frozen)))
    del frozen["log_reviews"]
    assert "Loggkontroll" not in render_to_string(ANNEX, annex_context(report(frozen)))
