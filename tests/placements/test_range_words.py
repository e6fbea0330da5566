"""The range in sentences: no more certain than it is, and no number that says the same twice."""

from dataclasses import replace
from decimal import Decimal

import pytest

from avhopp.kernel import periods
from placements.range_chart import methods_of, range_chart
from placements.range_words import (
    about,
    basis_sentence,
    between,
    outcome_sentence,
    percent_words,
    risk_sentence,
)
from placements.simulation import Basis, MonthRange, Range, months_of

BASIS = Basis(12, 5, 1, Decimal("0.4"), Decimal(18), Decimal("15.2"), Decimal(0))


def found(low: int, middle: int, high: int, *, known: int = 4, **more: object) -> Range:
    months = tuple(
        MonthRange(month, number < known, *(Decimal(amount) for amount in (
            (100, 100, 100) if number < known else (low, middle, high)
        )))
        for number, month in enumerate(months_of(periods.year(2026)))
    )  # fmt: skip
    facts = {"exceeds": Decimal("0.41"), "budget": Decimal(4_800_000), "basis": BASIS, "runs": 10, "seed": 1}
    return Range(months=months, **(facts | more))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_sentences_of_a_year_that_may_go_either_way():
    year = found(4_120_000, 4_700_000, 5_210_000)
    assert (
        plain(outcome_sentence(year))
        == "I 8 av 10 tänkbara utfall hamnar årets kostnad mellan 4,1 och 5,2 mnkr."
    )
    assert plain(risk_sentence(year)) == "Risken att budgeten på 4,8 mnkr inte räcker är 41 procent."
    assert plain(basis_sentence(BASIS)) == (
        "Bygger på 12 avslutade och 5 pågående vistelser; antagandet att en vistelse varar 18 månader väger "
        "40 procent. Ärenden som ännu inte finns är inte medräknade."
    )


def test_a_year_that_is_over_is_said_as_it_is():
    year = found(0, 0, 0, known=12, exceeds=Decimal(1), budget=Decimal(50))
    assert plain(outcome_sentence(year)) == "Årets kostnad blev 100 kr."
    assert plain(risk_sentence(year)) == "Budgeten på 50 kr räckte inte."
    assert plain(risk_sentence(replace(year, exceeds=Decimal(0)))) == "Budgeten på 50 kr räckte."
    assert risk_sentence(replace(year, budget=None, exceeds=None)) == ""


@pytest.mark.parametrize(
    ("cost", "budget", "said"),
    [
        (4_815_350, 4_800_000, ("4,82 mnkr", "4,80 mnkr")),
        (4_800_001, 4_800_000, ("4 800 001 kr", "4 800 000 kr")),
        (5_815_350, 4_800_000, ("5,8 mnkr", "4,8 mnkr")),
        (4_800_000, 4_800_000, ("4,8 mnkr", "4,8 mnkr")),
        (1_004_000, 1_000_000, ("1 004 000 kr", "1 000 000 kr")),
        (Decimal("1000.25"), Decimal("1000.40"), ("1 000,25 kr", "1 000,40 kr")),
    ],
)
def test_a_cost_that_is_not_the_budget_does_not_look_like_it(cost, budget, said):
    year = found(cost, cost, cost, budget=Decimal(budget))
    assert plain(outcome_sentence(year)) == f"I minst 8 av 10 tänkbara utfall blir årets kostnad {said[0]}."
    assert plain(risk_sentence(year)) == f"Risken att budgeten på {said[1]} inte räcker är 41 procent."


def test_a_year_that_hardly_varies_is_not_called_certain():
    year = found(5_000_000, 5_000_000, 5_000_000, exceeds=Decimal("0.93"))
    assert plain(outcome_sentence(year)) == "I minst 8 av 10 tänkbara utfall blir årets kostnad 5,0 mnkr."
    assert plain(risk_sentence(year)) == "Risken att budgeten på 4,8 mnkr inte räcker är 93 procent."


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ("0", "mindre än 1 procent"), ("0.0099", "mindre än 1 procent"), ("0.01", "1 procent"),
        ("0.415", "42 procent"), ("0.99", "99 procent"), ("0.9999", "mer än 99 procent"),
        ("1", "mer än 99 procent"),
    ],
)  # fmt: skip
def test_no_share_of_runs_is_a_certainty(share, words):
    assert plain(percent_words(Decimal(share))) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (4_120_000, 5_210_000, "4,1 och 5,2 mnkr"), (4_110_000, 4_140_000, "4,11 och 4,14 mnkr"),
        (412_345, 987_654, "410 000 och 990 000 kr"), (0, 4_000, "0 och 4 000 kr"),
    ],
)  # fmt: skip
def test_two_amounts_are_never_written_alike(low, high, words):
    assert plain(between(Decimal(low), Decimal(high))) == words


def test_small_sums_are_not_millions():
    assert [plain(about(Decimal(sum_))) for sum_ in (9_999, 455_000, 1_994_000, 2_000_000)] == [
        "9 999 kr", "460 000 kr", "1 990 000 kr", "2,0 mnkr",
    ]  # fmt: skip


def test_new_cases_are_told_when_they_are_counted_with():
    some = replace(BASIS, arrivals=Decimal("2.25"), ended=1, ongoing=0, default_months=Decimal("14.50"))
    assert "Omkring 2,3 nya ärenden antas komma under resten av året." in basis_sentence(some)
    assert basis_sentence(some).startswith(
        "Bygger på 1 avslutad och 0 pågående vistelse; antagandet att en vistelse varar 14,5"
    )


def test_the_fan_opens_where_the_outcome_ends():
    chart = range_chart(found(10, 20, 30), 2026)
    outcome, middle = (series.values for series in chart.series)
    assert outcome[:5] == (100, 100, 100, 100, None)
    assert middle[2:5] == (None, 100, 20)
    assert chart.band.low[2:5] == (None, 100, 10)
    assert chart.limit == 4_800_000
    assert len(chart.table.rows) == 12


def test_the_fan_of_a_year_that_has_not_begun_is_all_range():
    chart = range_chart(found(10, 20, 30, known=0), 2027)
    assert set(chart.series[0].values) == {None}
    assert chart.band.high == (Decimal(30),) * 12


def test_the_methods_stand_beside_the_range():
    rows = methods_of(Decimal(1), Decimal(2), Decimal(3), found(4, 5, 6))
    assert [row.amount for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.is_range for row in rows] == [False] * 3 + [True] * 3
    assert rows[0].left == 4_799_999
    assert len(methods_of(None, Decimal(2), Decimal(3), found(4, 5, 6))) == 5
    assert methods_of(Decimal(1), Decimal(2), Decimal(3), found(4, 5, 6, budget=None))[0].left is None
