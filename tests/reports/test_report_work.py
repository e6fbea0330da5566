"""The report's life in the database: asked for once, caught up, claimed with lease and fence, frozen once."""

import logging
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.celery import app
from avhopp.kernel import periods
from avhopp.kernel.refusal import Refused
from placements.models import PlacementPrice
from reports.actions import rendering, requests
from reports.models import MonthlyReport
from reports.queries import facts_of
from tests.reports.conftest import AT, TODAY

CLOSED = [periods.month(2022, m) for m in (10, 11, 12)]


def rows(golden, **wanted):
    with acting(golden.reporter):
        return list(MonthlyReport.objects.filter(**wanted))


def change(golden, report, **fields):
    with acting(golden.reporter):
        MonthlyReport.objects.filter(pk=report.pk).update(**fields)


def close(golden, today):
    with acting(golden.reporter):
        return requests.close_months(municipality=golden.municipality, by=golden.reporter, today=today, at=AT)


def test_asking_twice_gives_the_same_report(golden, december):
    assert golden.request(december) == golden.request(december, by=golden.nils)
    assert len(rows(golden)) == 1


@pytest.mark.parametrize("today", [date(2022, 12, 1), date(2022, 12, 31)])
def test_a_month_that_is_not_over_is_refused(golden, december, today):
    with pytest.raises(Refused) as refusal:
        golden.request(december, today=today)
    assert refusal.value.code == "month_not_over"
    assert golden.request(december, today=date(2023, 1, 1)).as_of == date(2022, 12, 31)


@pytest.mark.parametrize(
    ("handle", "allowed"), [("nils", True), ("bo", True), ("siri", True), ("eskil", False), ("asta", False)]
)
def test_who_may_ask(golden, december, handle, allowed):
    who = getattr(golden, handle)
    if allowed:
        assert golden.request(december, by=who).requested_by == who
        return
    with pytest.raises(Refused) as refusal:
        golden.request(december, by=who)
    assert refusal.value.code == "not_allowed"


def test_a_broker_that_is_down_does_not_stop_a_request(
    golden, december, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def down(*args, **kwargs):
        raise OperationalError("no answer")

    monkeypatch.setattr(app, "send_task", down)
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True) as nudges:
        report = golden.request(december)
    assert len(nudges) == 1
    assert "no worker could be nudged" in caplog.text
    assert golden.claim() == report  # the next tick finds it


def test_three_months_of_downtime_are_caught_up_once(golden):
    close(golden, date(2022, 10, 1))
    before = {row.month for row in rows(golden)}
    assert max(before) == date(2022, 9, 1)
    assert min(before) == date(2021, 2, 1)  # the month of the first case
    assert [row.month for row in close(golden, TODAY)] == [
        date(2022, 12, 1),
        date(2022, 11, 1),
        date(2022, 10, 1),
    ]
    assert close(golden, TODAY) == []
    assert len(rows(golden)) == len(before) + 3


def test_catching_up_has_an_end(golden):
    made = close(golden, date(2026, 11, 21))
    assert len(made) == requests.CATCH_UP_MONTHS
    assert min(row.month for row in made) == date(2024, 11, 1)


def test_what_a_person_asked_for_goes_first_then_the_oldest(golden, december):
    close(golden, date(2022, 5, 1))
    asked = golden.request(december, by=golden.siri)
    assert golden.claim() == asked
    assert golden.claim().month == date(2021, 2, 1)


def test_asking_for_what_the_calendar_queued_moves_it_first(golden, december):
    close(golden, TODAY)
    assert golden.request(december, by=golden.nils).requested_by == golden.nils
    with acting(golden.reporter):
        first = rendering.claim(municipality=golden.municipality, by=golden.reporter, asked_for=True)
        assert first.month == december.start
        assert rendering.claim(municipality=golden.municipality, by=golden.reporter, asked_for=True) is None
    assert golden.claim().month == date(2021, 2, 1)


def test_a_claim_is_nobody_elses_until_its_lease_runs_out(golden, december):
    golden.request(december)
    first = golden.claim()
    assert (first.status, first.fence, first.attempts) == ("pagar", 1, 1)
    assert golden.claim() is None
    change(golden, first, lease_until=Now() - timedelta(seconds=1))
    second = golden.claim()
    assert (second.pk, second.fence, second.attempts) == (first.pk, 2, 2)


@pytest.mark.parametrize("step", ["freeze", "renew", "finish", "fail", "release"])
def test_the_fence_refuses_a_worker_that_lost_its_lease(golden, december, step):
    golden.request(december)
    old = golden.claim()
    change(golden, old, lease_until=Now() - timedelta(seconds=1))
    new = golden.claim()
    steps = {
        "freeze": lambda report: rendering.freeze_figures(report=report, by=golden.reporter),
        "renew": lambda report: rendering.renew(report=report, by=golden.reporter),
        "finish": lambda report: rendering.finish(
            report=report, public_sha256="c" * 64, annex_sha256="d" * 64, by=golden.reporter
        ),
        "fail": lambda report: rendering.fail(report=report, reason="fel", by=golden.reporter),
        "release": lambda report: rendering.release(report=report, by=golden.reporter),
    }
    with acting(golden.reporter):
        with pytest.raises(Refused) as refusal:
            steps[step](old)
        assert refusal.value.code == "lost_lease"
        rendering.freeze_figures(report=new, by=golden.reporter)
        steps[step](new)  # the one that holds the claim may


def test_it_gives_up_after_the_last_attempt_and_says_so(golden, december):
    report = golden.request(december)
    for _ in range(rendering.MAX_ATTEMPTS):
        assert golden.claim() == report
        change(golden, report, lease_until=Now() - timedelta(seconds=1))
    assert golden.claim() is None
    (failed,) = rows(golden)
    assert failed.status == "misslyckades"
    assert failed.error == rendering.GAVE_UP
    with acting(golden.nils):
        requests.retry_report(report=failed, by=golden.nils)
    assert golden.claim() == report


def test_an_unexpected_error_puts_it_back_in_the_queue(golden, december):
    golden.request(december)
    with acting(golden.reporter):
        rendering.release(report=golden.claim(), by=golden.reporter)
    assert golden.claim().attempts == 2


def test_the_figures_are_frozen_once_whatever_happens_afterwards(golden, december):
    report = golden.done(december)
    figures, checksum = report.figures, report.figures_sha256
    with acting(golden.reporter):
        MonthlyReport.objects.filter(pk=report.pk).update(status="vantar", public_sha256="", annex_sha256="")
    price = "update placements_placementprice set rate = rate + 100"
    with acting(golden.asta), connection.cursor() as cursor:
        cursor.execute(price)
        assert cursor.rowcount == PlacementPrice.objects.count() > 0
    again = golden.claim()
    with acting(golden.reporter):
        again = rendering.freeze_figures(report=again, by=golden.reporter)
    assert (again.figures, again.figures_sha256) == (figures, checksum)
    assert facts_of(golden.municipality).placements[0].prices[0].rate % 1000 == 100  # it did change


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"figures": {"format": 1}}, "report_figures_are_frozen"),
        ({"figures_sha256": "e" * 64}, "report_figures_are_frozen"),
        ({"as_of": date(2023, 1, 31)}, "report_keeps_its_month"),
        ({"version": 7}, "report_keeps_its_month"),
    ],
)
def test_the_database_itself_keeps_what_is_frozen(golden, december, fields, constraint):
    report = golden.done(december)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        change(golden, report, **fields)
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_the_event_tells_who_asked_without_naming_anybody_in_a_case(golden, december, monkeypatch):
    kept = []
    monkeypatch.setattr(Event, "save", lambda self, **_: kept.append(self))
    golden.request(december, by=golden.nils)
    assert [(event.kind, event.case_id, event.actor_id) for event in kept] == [
        ("rapport_bestalld", None, golden.nils.pk)
    ]


def test_facts_come_in_a_constant_number_of_queries(golden, django_assert_max_num_queries):
    with django_assert_max_num_queries(24) as few:
        facts = facts_of(golden.municipality)
    assert (len(facts.cases), len(facts.placements)) == (8, 11)
    reads = [query for query in few.captured_queries if query["sql"].startswith(('SELECT "', "(SELECT"))]
    assert len(reads) <= 9
