"""How long stays last: counted as Kaplan and Meier do, and blended with the assumption by the stated rule."""

from datetime import date, timedelta
from math import exp

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from placements.episodes import Known, episodes_of
from placements.forecast import Placing
from placements.lengths import (
    LEVEL_EVENTS,
    MONTH,
    Lengths,
    Observed,
    ages,
    kaplan_meier,
    median_nights,
    remaining_nights,
)
from placements.simulation import observed

TODAY = date(2026, 4, 30)


def left(*nights: int) -> list[Observed]:
    return [Observed(number, ended=True) for number in nights]


def here(*nights: int) -> list[Observed]:
    return [Observed(number, ended=False) for number in nights]


def test_the_curve_is_the_textbooks():
    """Six remissions of Freireich's 21 patients on 6-MP, the first steps: 6, 6, 6, 6+, 7, 9+, 10 of 21."""
    rows = left(6, 6, 6, 7, 10) + here(6, 9, *[11] * 14)
    shares = [(step.nights, round(step.share, 3)) for step in kaplan_meier(rows)]
    assert shares == [(6, 0.857), (7, 0.807), (10, 0.753)]


def test_an_ongoing_stay_tells_that_it_lasted_and_no_more():
    assert kaplan_meier(left(100) + here(300)) == ((100, 0.5),)
    assert median_nights(kaplan_meier(left(100) + here(50))) == 100
    assert median_nights(kaplan_meier(left(100) + here(300, 400))) is None


def test_a_stay_that_began_before_the_records_counts_from_where_it_was_seen():
    unseen = [Observed(400, ended=True, seen_from=300)]
    assert kaplan_meier(left(100, 200) + unseen) == ((100, 0.5), (200, 0.0), (400, 0.0))
    early = kaplan_meier(left(100) + here(500) + unseen)
    assert early[0] == (100, 0.5)  # it was not among those who could have left then


def test_nothing_known_is_the_default_alone():
    nothing = Lengths.of([])
    assert (nothing.weight, nothing.months) == (1, 18)


@pytest.mark.parametrize(("ended", "weight"), [(0, 1.0), (8, 0.5), (12, 0.4), (72, 0.1)])
def test_the_default_weighs_less_the_more_stays_have_ended(ended, weight):
    assert Lengths.of(left(*[400] * ended)).weight == pytest.approx(weight)


def test_the_length_is_the_default_and_the_own_stays_by_weight():
    rows = left(*[200] * 12) + here(100, 300)
    found = Lengths.of(rows)
    own = float(found.could_leave @ found.default_risk) / 12
    blended = LEVEL_EVENTS / (LEVEL_EVENTS + 12) + (1 - LEVEL_EVENTS / (LEVEL_EVENTS + 12)) * own
    assert found.months == pytest.approx(18 * blended)
    assert found.months < 18


def test_curves_follow_the_own_stays_when_they_are_many():
    """With thousands of stays the share that goes on is Kaplan and Meier's, month by month."""
    chance = np.random.default_rng(5)
    lengths, seen = chance.exponential(300, 6000), chance.uniform(100, 900, 6000)
    rows = [
        Observed(max(1, round(min(length, limit))), bool(length <= limit))
        for length, limit in zip(lengths, seen, strict=True)
    ]
    shares = np.exp(-Lengths.of(rows).curves(chance, 400)).mean(axis=0)
    steps = kaplan_meier(rows)
    for month in (3, 6, 12, 24):
        exact = next(step.share for step in reversed(steps) if step.nights <= month * MONTH)
        assert shares[month] == pytest.approx(exact, abs=0.01)
        assert exact == pytest.approx(exp(-month * MONTH / 300), abs=0.02)


def test_few_stays_leave_the_curves_far_apart():
    chance = np.random.default_rng(5)
    few, many = (np.exp(-Lengths.of(left(*[400] * count)).curves(chance, 500))[:, 12] for count in (3, 300))
    assert few.std() > 3 * many.std()


@given(st.lists(st.tuples(st.integers(1, 3000), st.booleans(), st.integers(0, 500)), max_size=30))
@example([(1886, False, 0), (3000, False, 0), (3000, False, 0)])  # nobody ever left: a risk too small to draw
def test_every_curve_rises(rows):
    curves = Lengths.of([Observed(*row) for row in rows]).curves(np.random.default_rng(1), 20)
    assert np.isfinite(curves).all()
    assert (np.diff(curves, axis=1) > 0).all()
    assert curves.shape == (20, len(ages()))


def test_a_remaining_length_is_that_of_the_curve_given_the_age():
    constant = ages() / 500
    draws = np.array([[0.0, 1.0, 2.0], [0.5, 0.5, 0.5]])
    assert remaining_nights(constant, np.array([0.0, 100.0, 900.0]), draws) == pytest.approx(500 * draws)


def placing(key: str, begins: date, end: date | None, **changes: object) -> Placing:
    values = {"key": key, "planned_start": begins, "start": begins, "end": end, "prices": ()} | changes
    return Placing(**values)


def test_a_stay_without_an_end_lasts_until_the_next_one_begins():
    """Nobody lives in two places, though nobody has decided the end or linked the two."""
    first, moves = date(2025, 1, 1), date(2026, 6, 1)
    stays = [placing("home", first, None), placing("flat", moves, None, start=None)]
    (episode,) = episodes_of([Known("p", stay) for stay in stays], TODAY, TODAY)
    assert [link.end for link in episode.links] == [moves, None]
    assert (episode.arrived, episode.ends) == (first, None)


def test_a_late_plan_ends_the_stay_before_it_after_the_cut_at_the_earliest():
    stays = [
        placing("home", date(2025, 1, 1), None),
        placing("flat", date(2026, 4, 1), date(2026, 9, 1), start=None),
    ]
    (episode,) = episodes_of([Known("p", stay) for stay in stays], TODAY, TODAY)
    assert [link.end for link in episode.links] == [date(2026, 5, 1), date(2026, 9, 1)]


def test_stays_that_hang_together_are_one_episode_from_the_first_arrival():
    first, moved, gone = date(2025, 1, 1), date(2025, 6, 1), date(2025, 9, 1)
    stays = [
        placing("home", first, moved),
        placing("flat", moved + timedelta(days=14), gone),  # a step-down within two weeks, not linked
        placing("again", gone + timedelta(days=200), None),
        placing("linked", gone + timedelta(days=40), gone + timedelta(days=60), moved_from="flat"),
    ]
    episodes = episodes_of([Known("p", stay) for stay in reversed(stays)], TODAY, TODAY)
    assert [[link.key for link in row.links] for row in episodes] == [["home", "flat", "linked"], ["again"]]
    assert observed(episodes, TODAY, None) == [
        Observed((gone - first).days + 60, ended=True), Observed((TODAY - gone).days - 199, ended=False)
    ]  # fmt: skip


def test_stays_of_two_persons_are_two_episodes():
    rows = [Known(who, placing(who, date(2025, 1, 1), date(2025, 2, 1))) for who in ("p", "q")]
    assert len(episodes_of(rows, TODAY, TODAY)) == 2


def test_what_has_no_night_and_what_has_not_begun_teach_nothing():
    rows = [
        Known("p", placing("empty", date(2025, 1, 1), date(2025, 1, 1))),
        Known("q", placing("plan", date(2026, 6, 1), None, start=None)),
        Known("r", placing("later", date(2026, 6, 1), None)),
    ]
    assert observed(episodes_of(rows, TODAY, TODAY), TODAY, None) == []


def test_a_decided_end_that_lies_ahead_is_no_departure():
    rows = [Known("p", placing("a", date(2026, 1, 1), date(2026, 8, 1)))]
    assert observed(episodes_of(rows, TODAY, TODAY), TODAY, None) == [Observed(120, ended=False)]


def test_what_began_before_the_records_is_seen_from_their_first_day():
    rows = [Known("p", placing("a", date(2025, 1, 1), None))]
    (found,) = observed(episodes_of(rows, TODAY, TODAY), TODAY, date(2025, 12, 1))
    assert found.seen_from == 334
