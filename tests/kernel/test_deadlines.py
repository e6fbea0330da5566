from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.deadlines import DeadlineKind, due, urgency, warn_on
from avhopp.kernel.periods import quarter
from avhopp.kernel.workdays import is_workday, next_workday

kinds = st.sampled_from(DeadlineKind)
days = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("kind", "start", "due_day"),
    [
        (DeadlineKind.POLICE_CONTACT, "2026-03-02", "2026-03-03"),
        (DeadlineKind.POLICE_CONTACT, "2026-11-20", "2026-11-23"),
        (DeadlineKind.POLICE_CONTACT, "2026-12-23", "2026-12-28"),
        (DeadlineKind.CHILD_SAFETY_ASSESSMENT, "2026-03-02", "2026-03-02"),
        (DeadlineKind.CHILD_SAFETY_ASSESSMENT, "2026-12-24", "2026-12-24"),
        (DeadlineKind.PRELIMINARY_ASSESSMENT, "2026-03-02", "2026-03-16"),
        (DeadlineKind.INVESTIGATION, "2026-03-16", "2026-07-16"),
        (DeadlineKind.INVESTIGATION, "2026-10-31", "2027-02-28"),
        (DeadlineKind.APPEAL, "2026-12-03", "2026-12-24"),
        (DeadlineKind.UNENFORCED_DECISION, "2022-04-05", "2022-07-05"),
        (DeadlineKind.UNENFORCED_DECISION, "2026-11-30", "2027-02-28"),
        (DeadlineKind.THREAT_ASSESSMENT, "2026-01-01", "2026-04-01"),
        (DeadlineKind.PLAN, "2026-03-01", "2026-03-31"),
        (DeadlineKind.FOLLOW_UP, "2023-11-30", "2024-02-29"),
        (DeadlineKind.JOURNAL_DRAFT, "2026-11-21", "2026-11-26"),
        (DeadlineKind.DELAY_CLAIM, "2026-05-01", "2026-11-01"),
        (DeadlineKind.DELAY_CLAIM, "2026-08-31", "2027-02-28"),
        (DeadlineKind.DELAY_CLAIM, "2027-08-31", "2028-02-29"),
    ],
)
def test_due_days(kind, start, due_day):
    assert due(kind, date.fromisoformat(start)) == date.fromisoformat(due_day)


def test_an_unenforced_decision_is_listed_in_the_quarter_in_which_three_months_passed():
    passed = due(DeadlineKind.UNENFORCED_DECISION, date(2022, 4, 5))

    assert quarter(passed) == quarter(date(2022, 9, 30))


@pytest.mark.parametrize(
    ("due_day", "warning"),
    [
        (date(2026, 12, 24), date(2026, 12, 23)),  # the appeal of DOMAIN.md 7.4, due on julafton
        (date(2026, 12, 27), date(2026, 12, 23)),
        (date(2026, 11, 22), date(2026, 11, 20)),
        (date(2026, 4, 6), date(2026, 4, 2)),
        (date(2026, 11, 20), date(2026, 11, 20)),
    ],
)
def test_warns_on_the_last_working_day_that_is_left(due_day, warning):
    assert warn_on(due_day) == warning


def test_an_appeal_due_on_christmas_eve_may_by_law_wait_but_the_warning_does_not():
    appeal = due(DeadlineKind.APPEAL, date(2026, 12, 3))

    assert (warn_on(appeal), next_workday(appeal)) == (date(2026, 12, 23), date(2026, 12, 28))


@pytest.mark.parametrize(
    ("today", "how"),
    [
        (date(2026, 12, 25), "overdue"),
        (date(2026, 12, 24), "today"),
        (date(2026, 12, 23), "soon"),
        (date(2026, 12, 10), "soon"),
        (date(2026, 12, 9), "later"),
    ],
)
def test_urgency(today, how):
    assert urgency(date(2026, 12, 24), today) == how


def test_every_kind_has_a_value_to_store_and_a_label_to_show():
    choices = DeadlineKind.choices()

    assert ("preliminary_assessment", "Förhandsbedömning") in choices
    assert len({value for value, _ in choices}) == len({label for _, label in choices}) == len(DeadlineKind)
    assert DeadlineKind("appeal") is DeadlineKind.APPEAL
    assert f"{DeadlineKind.APPEAL}" == "appeal"


@given(kinds, days)
def test_nothing_is_due_before_it_starts(kind, start):
    assert due(kind, start) >= start


@given(kinds, days, days)
def test_what_starts_later_is_never_due_earlier(kind, one, other):
    first, second = sorted([one, other])

    assert due(kind, first) <= due(kind, second)


@given(days)
def test_the_warning_is_a_working_day_with_none_left_after_it(due_day):
    warning = warn_on(due_day)
    left = [warning + timedelta(days=n) for n in range(1, (due_day - warning).days + 1)]

    assert is_workday(warning)
    assert not any(map(is_workday, left))


@given(days, st.integers(-400, 400))
def test_urgency_follows_the_calendar(due_day, distance):
    today = due_day - timedelta(days=distance)

    assert (urgency(due_day, today) == "overdue") == (today > due_day)
    assert (urgency(due_day, today) == "today") == (today == due_day)
