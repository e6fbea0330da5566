"""Money moves between the lines of a year by a decision, and never makes one negative."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from placements.actions.budget import LineFacts, add_budget_line
from placements.actions.reallocating import reallocate
from placements.models import BudgetLine, BudgetReallocation
from placements.remaining import payers_of
from placements.spending import year_money
from tests.placements.words import errors


@pytest.fixture
def lines(cast, today):
    """This year: 2 800 000 that lasts and 2 000 000 directed."""
    with acting(cast.eskil):
        return [
            add_budget_line(
                facts=LineFacts(today.year, kind, Decimal(amount), date(today.year, 1, 1), "KF § 12"),
                by=cast.eskil,
                today=today,
            )
            for kind, amount in (("ramhojande", 2_800_000), ("riktad", 2_000_000))
        ]


def moved(cast, today, source, target, amount, **more):
    facts = {"decided": today, "decision_ref": "SN § 3", "by": cast.eskil, "today": today} | more
    with acting(cast.eskil):
        return reallocate(source=source, target=target, amount=Decimal(amount), **facts)


def balances(cast, as_of=None):
    with acting(cast.eskil):
        return [row.balance for row in BudgetLine.objects.visible_to(cast.eskil).with_balance(as_of)]


def test_the_decided_amounts_stay_and_the_balances_move(cast, lines, today):
    moved(cast, today, lines[1], lines[0], 300_000)
    assert balances(cast) == [3_100_000, 1_700_000]
    assert balances(cast, today - timedelta(days=1)) == [2_800_000, 2_000_000]
    with acting(cast.eskil):
        money = year_money(user=cast.eskil, year=today.year, as_of=today)
    assert [use.line.amount for use in money.charged.uses] == [3_100_000, 1_700_000]
    assert money.charged.total == 4_800_000


@pytest.mark.parametrize(
    ("amount", "change", "code"),
    [
        (2_000_001, {}, "more_than_the_line"),
        (0, {}, "amount_not_positive"),
        (-5, {}, "amount_not_positive"),
        (1, {"decision_ref": " "}, "decision_missing"),
        (1, {"decided": date(2000, 1, 1)}, "before_the_line"),
    ],
)
def test_what_cannot_be_moved(cast, lines, today, amount, change, code):
    with pytest.raises(Refused) as refused:
        moved(cast, today, lines[1], lines[0], amount, **change)
    assert refused.value.code == code
    assert balances(cast) == [2_800_000, 2_000_000]


def test_not_to_another_year_nor_to_itself(cast, lines, today):
    with acting(cast.eskil):
        last = add_budget_line(
            facts=LineFacts(today.year - 1, "ram", Decimal(5), date(today.year - 1, 1, 1), "KF"),
            by=cast.eskil,
            today=today,
        )
    for target, code in ((last, "other_year"), (lines[0], "same_line")):
        with pytest.raises(Refused) as refused:
            moved(cast, today, lines[0], target, 5)
        assert refused.value.code == code


def test_the_database_refuses_by_itself(cast, lines, today):
    for amount, source, words in (
        (2_000_001, lines[1], "more than the line"),
        (0, lines[1], "reallocation_above_zero"),
    ):
        row = BudgetReallocation(
            municipality=cast.municipality, ref="x", source=source, target=lines[0],
            amount=amount, decided=today, decision_ref="SN",
        )  # fmt: skip
        with acting(cast.eskil), pytest.raises(IntegrityError, match=words):
            written(row)


def written(row):
    with transaction.atomic(), connection.cursor() as cursor:
        row.save(force_insert=True)
        cursor.execute("set constraints all immediate")


def test_two_halves_of_more_than_the_line_are_stopped_at_the_second(cast, lines, today):
    moved(cast, today, lines[1], lines[0], 1_500_000)
    with pytest.raises(Refused, match="500"):
        moved(cast, today, lines[1], lines[0], 500_001)
    moved(cast, today, lines[0], lines[1], 1)  # what was wrong is moved back
    assert balances(cast) == [4_299_999, 500_001]


def test_through_the_page(cast, lines, as_, today):
    eskil, said = as_("eskil"), {"source": lines[1].pk, "target": lines[0].pk, "amount": "250 000"}
    said |= {"decided": today, "decision_ref": "SN 2026 § 7"}
    refused = eskil.post(reverse("budget_reallocate"), said | {"amount": "9 000 000"})
    assert "Mer kan inte flyttas" in errors(refused)
    assert "SN 2026 § 7" in refused.content.decode()  # nothing typed is lost
    assert eskil.post(reverse("budget_reallocate"), said).status_code == 302
    page = eskil.get(reverse("budget")).content.decode()
    assert "SN 2026 § 7" in page
    assert "Omfördelningar" in page


def test_next_year_inherits_what_lasts_and_nothing_that_was_directed(cast, lines, as_, today):
    eskil, address = as_("eskil"), f"{reverse('budget_next_year')}?ar={today.year}"
    page = eskil.get(address).content.decode()
    assert "Riktad, endast året" in page
    said = {"amount_0": "2 900 000", "decided": today, "decision_ref": "Mål och budget"}
    assert eskil.post(address, said).status_code == 302
    with acting(cast.eskil):
        found = BudgetLine.objects.visible_to(cast.eskil).of_year(today.year + 1)
        assert [(row.kind, row.amount) for row in found] == [("ramhojande", 2_900_000)]
    assert "finns redan budgetrader" in errors(eskil.post(address, said))


def test_what_no_line_covers_stands_beside_the_lines(cast, placed, decision, as_, today):
    placed(decision, days_ago=10)
    with acting(cast.eskil):
        facts = LineFacts(today.year, "ram", Decimal(1_000), date(today.year, 1, 1), "KF § 12")
        add_budget_line(facts=facts, by=cast.eskil, today=today)
    answer = as_("eskil").get(reverse("budget"))
    money, over = answer.context["money"], answer.context["uncovered"]
    assert "Täcks inte av någon rad" in answer.content.decode()
    assert (over.used, over.planned) == (money.charged.cost - 1_000, money.planned - 1_000)


@pytest.mark.parametrize("name", ["budget_reallocate", "budget_next_year"])
def test_only_those_who_write_the_budget(as_, lines, name):
    assert [as_(who).get(reverse(name)).status_code for who in ("eskil", "bo", "siri", "asta")] == [
        200, 200, 403, 403,
    ]  # fmt: skip


kinds = st.sampled_from(["ramhojande", "ram", "riktad", "statsbidrag"])


@given(
    st.lists(st.tuples(kinds, st.integers(0, 1000)), min_size=1, max_size=5),
    st.integers(0, 4000),
    st.integers(-500, 2000),
)
def test_who_pays_adds_up_to_the_change(rows, planned, change):
    lines = [
        SimpleNamespace(pk=n, kind=kind, balance=Decimal(amount)) for n, (kind, amount) in enumerate(rows)
    ]
    money = SimpleNamespace(rows=lines, planned=Decimal(planned))
    taken = payers_of(money, Decimal(change))
    assert sum(row.amount for row in taken) == max(change, -planned)
    if change > 0:
        assert all(row.amount > 0 for row in taken)
