from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer

from avhopp.kernel.identity import IdentityNumber, age_on, parse
from avhopp.kernel.periods import add_months
from avhopp.kernel.refusal import Refused

TODAY = date(2026, 11, 21)

# Skatteverket's published test numbers.
MAN, OLDER_MAN, WOMAN, COORDINATION = "198112189876", "196408233234", "189001019802", "197010632391"


def refusal_of(text: str, today: date = TODAY) -> Refused:
    with pytest.raises(Refused) as caught:
        parse(text, today)
    return caught.value


def number_or_code(text: str) -> str:
    try:
        return parse(text, TODAY).digits
    except Refused as refusal:
        return refusal.code


@pytest.mark.parametrize(
    ("digits", "birth_date", "sex", "is_coordination", "shown"),
    [
        (MAN, date(1981, 12, 18), "man", False, "19811218-9876"),
        (OLDER_MAN, date(1964, 8, 23), "man", False, "19640823-3234"),
        (WOMAN, date(1890, 1, 1), "kvinna", False, "18900101-9802"),
        (COORDINATION, date(1970, 10, 3), "man", True, "19701063-2391"),
    ],
)
def test_reads_the_facts_of_a_number(digits, birth_date, sex, is_coordination, shown):
    number = parse(digits, TODAY)

    assert number.digits == digits
    assert number.birth_date == birth_date
    assert number.sex == sex
    assert number.is_coordination is is_coordination
    assert number.shown == shown


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("19811218-9876", MAN),
        ("811218-9876", MAN),
        ("8112189876", MAN),
        (" 1981 12 18 - 98 76 ", MAN),
        ("19811218\u00a09876", MAN),
        ("811218\u20139876", MAN),
        ("701063-2391", COORDINATION),
        ("18900101-9802", WOMAN),
        ("18900101+9802", WOMAN),
    ],
)
def test_reads_a_number_however_it_is_typed(typed, digits):
    assert parse(typed, TODAY).digits == digits


@pytest.mark.parametrize(
    ("typed", "today", "year"),
    [
        ("811218-9876", date(2080, 12, 31), 1981),
        ("811218-9876", date(2082, 1, 1), 2081),
        ("811218+9876", date(2081, 1, 1), 1981),  # plus from the first day of the year in which they turn 100
        ("811218+9876", date(2180, 12, 31), 1981),
        ("811218+9876", TODAY, 1881),
        ("900101+9802", TODAY, 1890),
        ("900101-9802", TODAY, 1990),
    ],
)
def test_ten_digits_get_their_century_from_sign_and_day(typed, today, year):
    assert parse(typed, today).birth_date.year == year


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "identity_format"),
        ("okänd", "identity_format"),
        ("81121-9876", "identity_format"),
        ("19811218-987", "identity_format"),
        ("19811218-98765", "identity_format"),
        ("19811218--9876", "identity_format"),
        ("1981-1218-9876", "identity_format"),
        ("19811218-0006", "identity_format"),
        ("1981121898٧6", "identity_format"),
        ("19811218-TF01", "identity_format"),
        ("19811218-9875", "identity_check_digit"),
        ("19811219-9876", "identity_check_digit"),
        ("19701063-2390", "identity_check_digit"),
        ("19811318-9876", "identity_date"),
        ("19811232-9876", "identity_date"),
        ("19810229-9876", "identity_date"),
        ("19811260-9876", "identity_date"),  # a samordningsnummer starts at 61
        ("19811292-9876", "identity_date"),
        ("00001218-9876", "identity_date"),
        ("17811218-9876", "identity_date"),
        ("20811218-9876", "identity_future"),
        ("20701063-2391", "identity_future"),
    ],
)
def test_refuses_what_is_no_number_of_a_living_or_dead_person(typed, code):
    assert refusal_of(typed).code == code


def test_the_day_of_birth_is_not_the_future_but_the_day_before_it_is():
    born = date(1981, 12, 18)

    assert parse(MAN, born).birth_date == born
    assert refusal_of(MAN, born - timedelta(days=1)).code == "identity_future"


@pytest.mark.parametrize("typed", ["19811218-9875", "19811318-9876", "20811218-9876", "19811218-98765"])
def test_a_refusal_never_repeats_the_number(typed):
    refusal = refusal_of(typed)

    assert not any(part in str(refusal) for part in (typed, typed.replace("-", ""), *typed.split("-")))
    assert refusal.__context__ is None  # nor does an error under it


def test_the_number_shows_itself_only_when_asked():
    number = parse(MAN, TODAY)

    assert number.masked == str(number) == f"{number}" == "1981****-****"
    assert "1218" not in repr(number)
    assert "9876" not in repr(number)


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("198112189875", "identity_check_digit"),
        ("8112189876", "identity_format"),
        ("811218-9876", "identity_format"),
        ("198113189876", "identity_date"),
    ],
)
def test_check_refuses_a_number_that_was_built_by_hand(digits, code):
    with pytest.raises(Refused) as caught:
        IdentityNumber(digits).check()

    assert caught.value.code == code


def test_check_gives_the_number_back():
    assert IdentityNumber(COORDINATION).check() == parse(COORDINATION, TODAY)


@pytest.mark.parametrize(
    ("birth_date", "day", "age"),
    [
        (date(2008, 11, 21), date(2026, 11, 20), 17),
        (date(2008, 11, 21), date(2026, 11, 21), 18),
        (date(2008, 2, 29), date(2026, 2, 27), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 18),
        (date(2008, 2, 29), date(2028, 2, 28), 19),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 11, 21), date(2026, 11, 21), 0),
        (date(2026, 12, 31), date(2027, 1, 1), 0),
    ],
)
def test_age(birth_date, day, age):
    assert age_on(birth_date, day) == age


def test_nobody_has_an_age_before_birth():
    with pytest.raises(ValueError, match="before the birth"):
        age_on(date(2026, 11, 21), date(2026, 11, 20))


@st.composite
def valid_digits(draw):
    """A well-formed number in the series 980 to 999, which Skatteverket uses for test persons."""
    born = draw(st.dates(date(1890, 1, 1), TODAY))
    day = born.day + draw(st.sampled_from([0, 60]))
    stem = f"{born:%Y%m}{day:02d}{draw(st.integers(980, 999))}"
    return next(stem + str(last) for last in range(10) if personnummer.valid(stem + str(last)))


@given(valid_digits())
def test_what_is_shown_can_be_read_back(digits):
    number = parse(digits, TODAY)

    assert parse(number.shown, TODAY) == number
    assert number.birth_date <= TODAY


@given(valid_digits())
def test_the_short_form_with_its_sign_can_be_read_back(digits):
    sign = "+" if TODAY.year - int(digits[:4]) >= 100 else "-"

    assert parse(f"{digits[2:8]}{sign}{digits[8:]}", TODAY).digits == digits


@given(valid_digits(), st.integers(2, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_refused(digits, position, shift):
    wrong = str((int(digits[position]) + shift) % 10)

    assert refusal_of(digits[:position] + wrong + digits[position + 1 :]).code.startswith("identity_")


@given(st.text("0123456789+- ", max_size=16))
def test_typed_text_is_a_number_or_refused(typed):
    outcome = number_or_code(typed)

    assert outcome.startswith("identity_") or personnummer.valid(outcome)


@given(st.dates(date(1890, 1, 1), TODAY), st.integers(0, 40_000))
def test_an_age_lasts_from_one_birthday_until_the_next(birth_date, days_lived):
    day = birth_date + timedelta(days=days_lived)
    age = age_on(birth_date, day)

    assert add_months(birth_date, 12 * age) <= day < add_months(birth_date, 12 * (age + 1))
