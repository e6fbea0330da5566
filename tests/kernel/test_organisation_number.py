"""The organisation number of a company."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.identity import parse_organisation_number, shown_organisation_number
from avhopp.kernel.refusal import Refused

#: Numbers that authorities and companies print on their letters.
PUBLISHED = ["5560360793", "2021005489", "2120000142", "5565794186"]
nine_digits = st.from_regex(r"[1-9][0-9][2-9][0-9]{6}", fullmatch=True)


def is_right(number: str) -> bool:
    try:
        return parse_organisation_number(number) == number
    except Refused as refused:
        return refused.code != "organisation_check_digit"


def right_ending(nine: str) -> str:
    """The one digit that is accepted after these nine."""
    found = [nine + digit for digit in "0123456789" if is_right(nine + digit)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("digits", PUBLISHED)
def test_published_numbers_are_right(digits):
    assert parse_organisation_number(digits) == digits


@pytest.mark.parametrize(
    "typed", ["556036-0793", "556036 - 0793", "16556036-0793", "165560360793", " 5560360793 ", "556036–0793"]
)
def test_it_is_read_as_people_type_it(typed):
    assert parse_organisation_number(typed) == "5560360793"


@pytest.mark.parametrize(
    "typed", ["", "556036", "55603607933", "17556036-0793", "SE5560360793", "556036/0793"]
)
def test_other_shapes_are_refused(typed):
    with pytest.raises(Refused) as refused:
        parse_organisation_number(typed)
    assert refused.value.code == "organisation_format"


@pytest.mark.parametrize("typed", ["811218-9876", "640823-3234"])
def test_a_personnummer_is_refused_without_being_repeated(typed):
    with pytest.raises(Refused) as refused:
        parse_organisation_number(typed)
    assert refused.value.code == "organisation_is_person"
    assert typed[-4:] not in refused.value.text


@given(nine_digits)
def test_exactly_one_check_digit_is_right(nine):
    assert right_ending(nine).startswith(nine)


@given(nine_digits, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_found(nine, place, step):
    """Luhn finds every single mistake."""
    number = right_ending(nine)
    wrong = str((int(number[place]) + step) % 10)
    changed = number[:place] + wrong + number[place + 1 :]
    with pytest.raises(Refused):
        parse_organisation_number(changed)


@given(nine_digits)
def test_what_is_shown_is_read_back(nine):
    number = right_ending(nine)
    assert parse_organisation_number(shown_organisation_number(number)) == number


def test_nothing_shows_as_nothing():
    assert shown_organisation_number("") == ""
