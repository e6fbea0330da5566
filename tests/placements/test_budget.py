"""The budget page counts as the monthly figures do, and never mixes in the police's money."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.kernel import periods
from placements.actions.budget import LineFacts, add_budget_line
from placements.budgeting import Line, charge
from placements.models import BudgetLine, GrantApplication, Placement
from placements.spending import grants_of, year_money
from reports.facts import ApplicationFact, BudgetLineFact, CaseFact, DecisionFact, Facts, PlacementFact
from reports.figures import figures
from reports.figures_money import figure_budget
from tests.placements.words import errors


def line(cast, today, year, kind, amount, **more) -> BudgetLine:
    facts = LineFacts(year, kind, Decimal(amount), date(year, 1, 1), "KF § 12")
    with acting(cast.eskil):
        return add_budget_line(facts=facts, by=cast.eskil, today=today, **more)


def test_what_lasts_is_used_first_and_overrun_is_shown():
    lines = [Line("a", "riktad", Decimal(2_000_000)), Line("b", "ramhojande", Decimal(2_800_000))]
    charged = charge(lines, Decimal(4_815_350))
    assert [use.used for use in charged.uses] == [2_000_000, 2_800_000]
    assert (charged.variance, charged.overrun) == (-15_350, 15_350)


lines_of_any_kind = st.lists(
    st.tuples(st.sampled_from(["ramhojande", "ram", "riktad", "statsbidrag"]), st.integers(0, 5_000_000)),
    max_size=6,
)


@given(lines_of_any_kind, st.integers(0, 20_000_000))
def test_the_cost_fills_one_line_after_the_other_and_the_monthly_figures_say_the_same(rows, spent):
    """Each line takes what the lines before it could not: worked out here krona by krona from the order."""
    lines = [Line(str(number), kind, Decimal(amount)) for number, (kind, amount) in enumerate(rows)]
    lasting = [row for row in lines if row.kind in ("ramhojande", "ram")]
    directed = [row for row in lines if row.kind == "riktad"]
    states = [row for row in lines if row.kind == "statsbidrag"]
    expected, before = {}, Decimal(0)
    for row in lasting + directed + states:
        expected[row.key] = min(max(spent - before, Decimal(0)), row.amount)
        before += row.amount
    charged = charge(lines, Decimal(spent))
    assert [use.line for use in charged.uses] == lines
    assert {use.line.key: use.used for use in charged.uses} == expected
    assert (charged.total, charged.variance) == (before, before - spent)
    assert charged.overrun == max(spent - before, Decimal(0))
    facts = [BudgetLineFact(row.key, 2026, row.kind, row.amount, date(2026, 1, 1)) for row in lines]
    other_year = BudgetLineFact("x", 2025, "ram", Decimal(7), date(2025, 1, 1))
    figured = figure_budget([*facts, other_year], 2026, Decimal(spent))
    assert {row.ref: row.used for row in figured.lines} == expected
    assert (figured.total, figured.variance) == (before, before - spent)


def test_outcome_and_forecast_are_those_of_the_monthly_figures(cast, old_case, placed, decision, today):
    placed(decision, days_ago=200, end=today - timedelta(days=100))
    placed(decision, days_ago=50, end=today + timedelta(days=20))
    placed(decision, days_ago=-30, planned=True)
    line(cast, today, today.year, "ramhojande", 100_000)
    with acting(cast.siri):
        money = year_money(user=cast.siri, year=today.year, as_of=today)
        facts = Facts(
            cases=(CaseFact("c", "p", old_case.received, None),),
            decisions=(DecisionFact("d", "c", decision.decided, decision.end, None),),
            placements=tuple(
                PlacementFact(
                    str(row.pk), "c", "d", True, row.planned_start, row.start, row.end, row.as_stay().prices
                )
                for row in Placement.objects.with_terms()
            ),
            budget_lines=(
                BudgetLineFact("b", today.year, "ramhojande", Decimal(100_000), date(today.year, 1, 1)),
            ),
        )
    found = figures(facts, periods.month(today.year, today.month), today)
    assert (money.charged.cost, money.nights) == (found.year.cost, found.year.nights)
    assert (money.committed, money.planned) == (found.forecast.committed, found.forecast.planned)
    assert money.charged.variance == found.budget.variance


def test_applications_are_summed_as_in_the_monthly_figures(cast, old_case, today):
    def applied(sent_ago, amount, decided_ago=None, granted=None, paid=None):
        GrantApplication(
            case=old_case,
            sent=today - timedelta(days=sent_ago),
            applied=Decimal(amount),
            status="inskickad" if decided_ago is None else "beviljad",
            decided=None if decided_ago is None else today - timedelta(days=decided_ago),
            granted=granted,
            paid=paid,
        ).save(force_insert=True)

    with acting(cast.siri):
        applied(90, 500_000, 30, Decimal(300_000), Decimal(100_000))
        applied(40, 200_000)
        GrantApplication(case=old_case, applied=Decimal(999)).save(force_insert=True)
        rows = tuple(
            ApplicationFact(str(row.pk), "c", row.sent, row.applied, row.decided, row.granted, row.paid)
            for row in GrantApplication.objects.exclude(sent=None)
        )
        grants = grants_of(user=cast.siri, cut=today, as_of=today)
    facts = Facts(cases=(CaseFact("c", "p", old_case.received, None),), applications=rows)
    found = figures(facts, periods.month(today.year, today.month), today).applications
    assert (grants.sent, grants.pending) == (found.sent, found.pending) == (2, 1)
    assert (grants.applied, grants.granted, grants.paid) == (
        found.applied_sum,
        found.granted_sum,
        found.paid_sum,
    )
    assert grants.pending_sum == 200_000


def test_the_page_shows_lines_use_and_overrun(as_, cast, placed, decision, today):
    placed(decision, days_ago=10)
    line(cast, today, today.year, "ramhojande", 1_000)
    text = as_("eskil").get(reverse("budget")).content.decode()
    assert "Budgeten är överskriden" in text
    assert "KF § 12" in text


def test_who_sees_some_cases_is_told_that_the_outcome_is_theirs(as_):
    assert "ärenden som du har behörighet till" in as_("bo").get(reverse("budget")).content.decode()
    assert "ärenden som du har behörighet till" not in as_("eskil").get(reverse("budget")).content.decode()


def test_lines_are_added_in_order_with_their_decision(as_, cast, today):
    client = as_("eskil")
    said = {"year": today.year, "kind": "riktad", "amount": "2 000 000", "decided": today.isoformat()}
    refused = client.post(reverse("budget_line_new"), said | {"decision_ref": " "})
    assert "decision_ref" in refused.context["form"].errors
    for kind in ("riktad", "ramhojande"):
        said |= {"kind": kind, "decision_ref": "KF § 7"}
        assert client.post(reverse("budget_line_new"), said).status_code == 302
    with acting(cast.eskil):
        assert list(BudgetLine.objects.of_year(today.year).values_list("kind", "position")) == [
            ("riktad", 0),
            ("ramhojande", 1),
        ]


def test_a_line_is_not_decided_ahead(as_, today):
    said = {
        "year": today.year,
        "kind": "riktad",
        "amount": "1",
        "decision_ref": "KF",
        "decided": (today + timedelta(days=1)).isoformat(),
    }
    assert "efter i dag" in errors(as_("eskil").post(reverse("budget_line_new"), said))


@pytest.mark.parametrize(
    ("handle", "reads", "writes"),
    [
        ("bo", 200, 200),
        ("eskil", 200, 200),
        ("siri", 200, 403),
        ("frida", 200, 403),
        ("asta", 403, 403),
        ("cleo", 403, 403),
        ("eva", 403, 403),
        ("nils", 403, 403),
    ],
)
def test_who_may_read_and_write_the_budget(as_, handle, reads, writes):
    assert as_(handle).get(reverse("budget")).status_code == reads
    assert as_(handle).get(reverse("budget_line_new")).status_code == writes


def test_the_page_costs_the_same_for_more_stays(as_, placed, decision, today):
    client = as_("eskil")
    placed(decision, days_ago=100, end=today - timedelta(days=90))
    with CaptureQueriesContext(connection) as one:
        assert client.get(reverse("budget")).status_code == 200
    for ago in (80, 60):
        placed(decision, days_ago=ago, end=today - timedelta(days=ago - 10))
    with CaptureQueriesContext(connection) as three:
        assert client.get(reverse("budget")).status_code == 200
    assert len(three) == len(one)
