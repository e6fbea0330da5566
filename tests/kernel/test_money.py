from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import money
from avhopp.kernel.refusal import Refused

amounts = st.decimals("-999999999999.99", "999999999999.99", places=2)
exact_amounts = st.decimals("-1000000", "1000000", places=6)


def plain_or_code(typed: str) -> str:
    try:
        return str(money.parse_kr(typed))
    except Refused as refusal:
        return refusal.code


def with_true_spaces(text: str) -> str:
    return text.replace("_", "\u00a0")


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        (Decimal("0.005"), "0.01"),
        (Decimal("0.004999"), "0.00"),
        (Decimal("2.675"), "2.68"),
        (Decimal("-0.005"), "-0.01"),
        (Decimal("-0.001"), "0.00"),
        (Decimal(4815350) / 1932, "2492.42"),
        (Decimal(473400) / 186, "2545.16"),
        (3000, "3000.00"),
    ],
)
def test_rounds_half_up_to_two_decimals(amount, rounded):
    assert str(money.round_kr(amount)) == rounded


@pytest.mark.parametrize("amount", [1.5, "1.50", None])
def test_money_is_never_a_float_or_a_text(amount):
    with pytest.raises(TypeError, match="Decimal"):
        money.round_kr(amount)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_money_is_a_number(amount):
    with pytest.raises(ValueError, match="finite"):
        money.round_kr(Decimal(amount))


@pytest.mark.parametrize(
    ("amount", "decimals", "written"),
    [
        (Decimal("1234567"), 0, "1_234_567_kr"),
        (Decimal("1234.5"), 2, "1_234,50_kr"),
        (Decimal("1234.5"), 0, "1_235_kr"),
        (Decimal("-15350"), 0, "\u221215_350_kr"),
        (Decimal("-0.4"), 0, "0_kr"),
        (999, 0, "999_kr"),
        (0, 2, "0,00_kr"),
    ],
)
def test_writes_kronor_the_swedish_way(amount, decimals, written):
    assert money.format_kr(amount, decimals) == with_true_spaces(written)


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Decimal("4800000"), "4,8_mnkr"),
        (Decimal("4815350.00"), "4,8_mnkr"),
        (Decimal("4850000"), "4,9_mnkr"),
        (1_234_560_000, "1_234,6_mnkr"),
        (-49_999, "0,0_mnkr"),
        (-50_000, "\u22120,1_mnkr"),
    ],
)
def test_writes_millions(amount, written):
    assert money.format_mnkr(amount) == with_true_spaces(written)


@pytest.mark.parametrize(
    ("share", "decimals", "written"),
    [
        (Decimal("0.125"), 1, "12,5_%"),
        (Decimal(4815350) / 4800000, 1, "100,3_%"),
        (Decimal("2.75"), 1, "275,0_%"),
        (Decimal("-0.0325"), 0, "\u22123_%"),
        (1, 0, "100_%"),
    ],
)
def test_writes_shares_as_percent(share, decimals, written):
    assert money.format_percent(share, decimals) == with_true_spaces(written)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1 234,50", "1234.50"),
        ("1234.50", "1234.50"),
        ("1234,5", "1234.50"),
        ("3 000 kr", "3000.00"),
        ("3000kr", "3000.00"),
        ("3000 KR", "3000.00"),
        ("\u00a03\u00a0000\u202f000\u2009kr ", "3000000.00"),
        ("0", "0.00"),
        ("999999999999,99", "999999999999.99"),
    ],
)
def test_reads_what_people_type(typed, amount):
    assert str(money.parse_kr(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "money_format"),
        ("kr", "money_format"),
        ("tre tusen", "money_format"),
        ("1e3", "money_format"),
        ("nan", "money_format"),
        ("inf", "money_format"),
        ("0x10", "money_format"),
        ("1_000", "money_format"),
        ("1 23", "money_format"),
        ("12 34 567", "money_format"),
        ("1234 567", "money_format"),
        ("1.234,50", "money_format"),
        ("1,", "money_format"),
        (",50", "money_format"),
        ("1\n234", "money_format"),
        ("1٢3", "money_format"),
        ("3000 SEK", "money_format"),
        ("1.234", "money_decimals"),
        ("0,005", "money_decimals"),
        ("-1", "money_negative"),
        ("\u22121", "money_negative"),
        ("-0", "money_negative"),
        ("1000000000000", "money_too_large"),
    ],
)
def test_refuses_what_is_no_amount(typed, code):
    with pytest.raises(Refused) as caught:
        money.parse_kr(typed)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("typed", "amount"), [("-15 350", "-15350.00"), ("\u2212 1,50", "-1.50"), ("-0", "0.00")]
)
def test_reads_negative_amounts_where_they_are_allowed(typed, amount):
    assert str(money.parse_kr(typed, allow_negative=True)) == amount


@pytest.mark.parametrize(("amount", "text"), [(473400, "473400.00"), (Decimal("1E+3"), "1000.00")])
def test_gives_machines_plain_digits(amount, text):
    assert money.plain(amount) == text


@given(amounts)
def test_what_is_written_can_be_read_back(amount):
    written = money.format_kr(amount, decimals=2)

    assert money.parse_kr(written, allow_negative=True) == amount


@given(amounts)
def test_plain_amounts_can_be_read_back(amount):
    assert money.parse_kr(money.plain(amount), allow_negative=True) == amount


@given(exact_amounts)
def test_rounding_moves_at_most_half_an_ore_and_rests_there(amount):
    rounded = money.round_kr(amount)

    assert abs(rounded - amount) <= Decimal("0.005")
    assert money.round_kr(rounded) == rounded


@given(exact_amounts)
def test_rounding_treats_credit_and_debit_alike(amount):
    assert money.round_kr(-amount) == -money.round_kr(amount)


@given(st.text() | st.text("0123456789 .,-kr", max_size=12))
def test_typed_text_is_an_amount_or_refused(typed):
    outcome = plain_or_code(typed)

    assert outcome.startswith("money_") or Decimal(outcome) >= 0
