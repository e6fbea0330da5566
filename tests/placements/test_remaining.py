"""What is left of the budget is told beside a stay, to those who may see the budget and to nobody else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from placements.actions.budget import LineFacts, add_budget_line
from placements.remaining import remaining_budget
from placements.spending import year_money

SEE_BUDGET = ("bo", "siri", "eskil", "frida")


@pytest.fixture
def budget(cast, today):
    """This year's only line: 100 000 kronor."""
    facts = LineFacts(today.year, "ramhojande", Decimal(100_000), date(today.year, 1, 1), "KF § 12")
    with acting(cast.eskil):
        return add_budget_line(facts=facts, by=cast.eskil, today=today)


@pytest.mark.parametrize(("handle", "partial"), [("siri", False), ("eskil", False), ("bo", True)])
def test_what_is_left_is_what_the_budget_page_says(cast, budget, placed, decision, today, handle, partial):
    placed(decision, days_ago=10)
    user = cast.people[handle]
    with acting(user):
        money = year_money(user=user, year=today.year, as_of=today)
        found = remaining_budget(user=user, today=today)
        changed = remaining_budget(user=user, today=today, change=Decimal(5_000))
    assert (found.budget, found.partial) == (100_000, partial)
    assert found.left == 100_000 - money.charged.cost
    assert found.expected == 100_000 - money.planned
    assert changed.left == found.left
    assert changed.expected == found.expected - 5_000


def test_a_year_without_a_budget_has_nothing_left_to_tell(cast, today):
    with acting(cast.siri):
        assert remaining_budget(user=cast.siri, today=today) is None


@pytest.mark.parametrize(
    ("handle", "told"), [("siri", True), ("bo", True), ("eskil", True), ("asta", False), ("frida", True)]
)
def test_who_is_told_beside_a_stay(as_, budget, placed, decision, handle, told):
    stay = placed(decision, days_ago=10)
    text = as_(handle).get(reverse("placement", args=[stay.case_id, stay.pk])).content.decode()
    assert ("Kvar av budgeten" in text) is told


def test_a_stay_that_has_ended_says_nothing_of_the_budget(as_, budget, placed, decision, today):
    stay = placed(decision, days_ago=30, end=today - timedelta(days=5))
    text = as_("siri").get(reverse("placement", args=[stay.case_id, stay.pk])).content.decode()
    assert "Kvar av budgeten" not in text


@pytest.mark.parametrize("handle", ["asta", "bo", "siri", "eskil", "frida"])
def test_the_page_of_an_ongoing_stay_asks_fifteen_questions_at_most(
    as_, budget, placed, decision, today, handle
):
    """With a budget to tell what is left of, and two stays before it."""
    placed(decision, days_ago=300, end=today - timedelta(days=250))
    placed(decision, days_ago=250, end=today - timedelta(days=200))
    stay = placed(decision, days_ago=100)
    client, address = as_(handle), reverse("placement", args=[stay.case_id, stay.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        page = client.get(address).content.decode()
    assert ("Väntas vara kvar vid årets slut" in page) == (handle in SEE_BUDGET)
    around = 3  # the test's own transaction: a savepoint, the context put back, a release
    assert len(found) <= 15 + around
