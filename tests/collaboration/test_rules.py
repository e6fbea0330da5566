"""The rules of sharing, as tables."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from avhopp.kernel.refusal import Refused
from collaboration.rules import (
    Standing,
    assessment_end,
    assessment_standing,
    check_days,
    consent_end,
    demand_categories,
    demand_purpose_and_harm_test,
    demand_release_end,
    needs_second_reading,
)

TODAY = date(2026, 11, 21)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("left", "code"), [(-100, "expired"), (-1, "expired"), (0, "expiring"), (14, "expiring"), (15, "valid")]
)
def test_standing_of_an_assessment(left, code):
    assert assessment_standing(days(left), TODAY).code == code


def test_an_expired_assessment_is_called_expired_whatever_its_level():
    assert assessment_standing(days(-1), TODAY).text == "Hotbild: utgången"


@pytest.mark.parametrize("left", [-100, 0, 100])
def test_a_withdrawn_assessment_is_called_withdrawn_whatever_its_validity(left):
    assert assessment_standing(days(left), TODAY, TODAY) == Standing(
        "withdrawn", "Hotbild: återkallad", "danger"
    )


def test_proposed_ends():
    assert assessment_end(date(2026, 11, 21)) == date(2027, 2, 19)
    assert consent_end(date(2026, 11, 21)) == date(2027, 11, 20)
    assert consent_end(date(2024, 2, 29)) == date(2025, 2, 27)


@pytest.mark.parametrize(
    ("new", "previous", "waits", "expected"),
    [
        ("hog", None, False, False),  # the first one changes nothing
        ("hog", "hog", False, False),
        ("ingen_eller_forhojd", "hog", False, True),
        ("hog", "ingen_eller_forhojd", False, True),  # a rise as well
        ("ej_bedomd", "hog", False, True),
        ("hog", "hog", True, True),  # registering twice is no way around the reader
    ],
)
def test_who_needs_a_second_reader(new, previous, waits, expected):
    assert needs_second_reading(new, previous, waits) is expected


@pytest.mark.parametrize(
    ("wanted", "available", "code"),
    [
        ([], ["insats"], "no_categories"),
        (["hotbild"], ["insats"], "nothing_to_release"),
        (["insats"], ["insats"], None),
    ],
)
def test_categories(wanted, available, code):
    assert refusal(demand_categories, wanted, available) == code


@pytest.mark.parametrize(
    ("purpose", "harm_test", "code"),
    [
        ("", "x" * 40, "no_purpose"),
        ("   ", "x" * 40, "no_purpose"),
        ("Planering", "x" * 19, "harm_test_too_short"),
        ("Planering", " " * 40, "harm_test_too_short"),
        ("Planering", "x" * 20, None),
    ],
)
def test_purpose_and_harm_test(purpose, harm_test, code):
    assert refusal(demand_purpose_and_harm_test, purpose, harm_test) == code


@pytest.mark.parametrize(
    ("last", "consent_ends", "code"),
    [
        (days(-1), None, "ends_in_the_past"),
        (days(0), None, None),
        (days(90), None, None),
        (days(91), None, "too_long"),
        (days(30), days(30), None),
        (days(31), days(30), "longer_than_consent"),
    ],
)
def test_end_of_a_release(last, consent_ends, code):
    assert refusal(demand_release_end, last, TODAY, consent_ends) == code


@pytest.mark.parametrize(
    ("weeks", "last", "number"),
    [(None, None, 1), (2, days(0), 1), (2, days(13), 1), (2, days(14), 2), (1, days(70), 11)],
)
def test_days_of_checks(weeks, last, number):
    planned = check_days(TODAY, weeks, last)
    assert len(planned) == number
    assert planned[0] == TODAY
    assert all((later - earlier).days == 7 * weeks for earlier, later in pairwise(planned))


@pytest.mark.parametrize(
    ("weeks", "last", "code"),
    [
        (2, None, "interval_incomplete"),
        (None, days(9), "interval_incomplete"),
        (1, days(-1), "ends_before_start"),
        (1, days(7 * 60), "too_many_checks"),
    ],
)
def test_impossible_plans_of_checks(weeks, last, code):
    assert refusal(check_days, TODAY, weeks, last) == code


def refusal(rule, *arguments):
    """The code that the rule refuses with, or None."""
    try:
        rule(*arguments)
    except Refused as refused:
        return refused.code
    return None
