"""An interruption that is not resumed within three months stands in the quarter's list, and no longer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.kernel import periods
from placements.models import Placement
from reports.facts import CaseFact, DecisionFact, Facts, InterruptionFact, PlacementFact
from reports.figures_counts import count_interrupted
from reports.frozen import freeze
from reports.queries import facts_of
from tests.scenarios.files import put
from tests.scenarios.loaded import importer, loaded

ON = date(2026, 4, 5)
MONTHS = {number: periods.month(2026, number) for number in range(1, 13)}


def stay(key: str, start: date | None, end: date | None) -> PlacementFact:
    return PlacementFact(key, "A", "B", True, start, start, end, ())


def facts(again: date | None = None, closed: date | None = None, ends: date | None = None) -> Facts:
    rows = [stay("L", date(2026, 1, 1), ON)] + ([stay("M", again, None)] if again else [])
    return Facts(
        cases=(CaseFact("A", "P", date(2025, 1, 1), closed),),
        decisions=(DecisionFact("B", "A", date(2025, 12, 1), ends, date(2026, 1, 1)),),
        placements=tuple(rows),
        interruptions=(InterruptionFact("L", "A", "B", ON),),
    )


def told(seen: Facts, month: int, cut: date | None = None) -> tuple[int, int]:
    found = count_interrupted(seen, MONTHS[month], cut or periods.last_day(MONTHS[month]))
    return found.count, found.longest_days


def test_from_the_day_that_three_months_have_passed():
    assert told(facts(), 6) == (0, 0)
    assert told(facts(), 7, date(2026, 7, 4)) == (0, 0)
    assert told(facts(), 7, date(2026, 7, 5)) == (1, 91)
    assert told(facts(), 12) == (1, (date(2026, 12, 31) - ON).days)


@pytest.mark.parametrize("how", ["again", "closed", "ends"])
def test_it_stands_in_the_quarter_in_which_it_stopped_and_no_longer(how):
    assert told(facts(**{how: date(2026, 7, 5)}), 7) == (0, 0)  # on the very day is in time
    assert told(facts(**{how: date(2026, 7, 20)}), 9) == (1, 106)
    assert told(facts(**{how: date(2026, 7, 20)}), 10) == (0, 0)


def test_a_stay_before_the_interruption_is_no_resumption():
    seen = facts()
    earlier = replace(seen, placements=(*seen.placements, stay("K", date(2025, 6, 1), date(2025, 9, 1))))
    assert told(earlier, 7) == (1, 117)


def test_another_cases_stay_resumes_nothing():
    seen = facts()
    other = replace(stay("M", date(2026, 5, 1), None), case="C")
    assert told(replace(seen, placements=(*seen.placements, other)), 7)[0] == 1


@given(st.dates(date(2026, 1, 1), date(2026, 9, 30)), st.none() | st.integers(0, 300), st.integers(1, 12))
def test_it_is_told_when_a_day_of_the_quarter_was_late(on, days, month):
    again = None if days is None else on + timedelta(days=days)
    seen = replace(facts(again), interruptions=(InterruptionFact("L", "A", "B", on),))
    cut = periods.last_day(MONTHS[month])
    late = [
        day
        for day in periods.Period(periods.quarter(cut).start, cut + timedelta(days=1)).days()
        if day >= periods.add_months(on, 3) and (again is None or day < again)
    ]
    assert told(seen, month)[0] == bool(late)


def test_from_a_file_to_the_annex(db):
    """L6 of the golden scenario was interrupted on 1 November 2022; as read from the database."""
    home = loaded(put("placements[8].end_reason", "avbrott"), put("decisions[8].end", None)).municipality
    with acting(importer()):
        broken = Placement.objects.get(end_reason="avbrott")
    rows = facts_of(home).interruptions
    assert [(row.placement, row.on) for row in rows] == [(str(broken.pk), broken.end)]
    january, march = periods.month(2023, 1), periods.month(2023, 3)
    assert freeze(facts_of(home), january, date(2023, 1, 31))["interrupted"]["count"] == 0
    found = freeze(facts_of(home), march, date(2023, 3, 31))
    assert found["interrupted"] == {"count": 1, "longest_days": (date(2023, 3, 31) - broken.end).days}
    assert found["figures"]["unenforced"]["count"] == 0


def test_what_is_not_to_begin_again_is_not_counted(db):
    home = loaded(
        put("placements[8].end_reason", "avbrott"), put("placements[8].resumption", "nej")
    ).municipality
    assert facts_of(home).interruptions == ()
