"""Every krona that differs from the contract is explained, and by what."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from placements.costs import Absence, PricePeriod, Stay, cost
from placements.invoices.accounting import Rule, account_for
from placements.invoices.checking import (
    ChargedLine,
    Contract,
    Difference,
    Why,
    check_credit,
    check_invoice,
    check_stay,
)
from placements.invoices.exporting import Attested, Booked, finance_file
from placements.invoices.matching import Candidate, Confidence, proposals, sure_one
from placements.invoices.telling import sentence

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
LONG_AGO, FAR = date(2026, 1, 1), date(2027, 1, 1)


def stay(start=LONG_AGO, end=None, rate=3000, **more) -> Stay:
    return Stay("L1", start, end, (PricePeriod(start, None, Decimal(rate)),), **more)


def contract(one: Stay | None = None, **more) -> Contract:
    values = {"stay": one or stay(), "begun": True, "decided": Period(LONG_AGO, None), "known_to": FAR}
    return Contract(**(values | more))


def line(first=date(2026, 3, 1), count=31, price=3000, **more) -> ChargedLine:
    values = {
        "start": first, "end": first + timedelta(days=count), "quantity": Decimal(count),
        "unit_price": Decimal(price), "amount": count * Decimal(price),
    }  # fmt: skip
    return ChargedLine(**(values | more))


def day(number: int) -> date:
    return date(2026, 3, number)


def told(check) -> list[tuple[Why, Decimal, int]]:
    return [(one.why, one.amount, one.nights) for one in check.differences]


def test_a_right_invoice_has_no_difference():
    check = check_stay([line()], contract(), MARCH)
    assert (check.charged, check.expected, check.differences) == (Decimal(93_000), Decimal(93_000), ())


CASES = {
    "price risen": ([line(price=3200)], contract(), [(Why.PRICE, 6200, 31)]),
    "price lower": ([line(price=2900)], contract(), [(Why.PRICE, -3100, 31)]),
    "before the arrival": ([line()], contract(stay(day(3))), [(Why.BEFORE, 6000, 2)]),
    "never begun": ([line(count=2)], contract(begun=False), [(Why.BEFORE, 6000, 2)]),
    "after the departure": (
        [line()], contract(stay(end=day(29))), [(Why.AFTER, 6000, 2), (Why.DEPARTURE, 3000, 1)]
    ),
    "the day of departure": ([line(count=17)], contract(stay(end=day(17))), [(Why.DEPARTURE, 3000, 1)]),
    "a departure day that is charged": (
        [line(count=17)], contract(stay(end=day(17), charges_departure_day=True)), []
    ),
    "a departure day that is missing": (
        [line(count=16)], contract(stay(end=day(17), charges_departure_day=True)), [(Why.MISSING, -3000, 1)]
    ),
    "double with another invoice": (
        [line()], contract(paid=frozenset([day(1), day(2), day(9)])),
        [(Why.DOUBLE, 6000, 2), (Why.DOUBLE, 3000, 1)],
    ),
    "double on the invoice": ([line(), line(day(31), 1)], contract(), [(Why.DOUBLE, 3000, 1)]),
    "absence at full price": (
        [line()], contract(stay(absences=(Absence(day(10), day(13), Decimal(500)),))),
        [(Why.ABSENCE, 7500, 3)],
    ),
    "missing nights": ([line(count=29)], contract(), [(Why.MISSING, -6000, 2)]),
    "outside the decision": (
        [line()], contract(decided=Period(LONG_AGO, day(30))), [(Why.UNDECIDED, 6000, 2)]
    ),
    "not yet": ([line()], contract(known_to=day(29)), [(Why.NOT_YET, 6000, 2)]),
    "arithmetic": ([line(amount=Decimal(93_500))], contract(), [(Why.ARITHMETIC, 500, 0)]),
    "quantity": (
        [line(quantity=Decimal(32), amount=Decimal(96_000))], contract(), [(Why.QUANTITY, 3000, 1)]
    ),
    "not by the night": (
        [line(), ChargedLine(None, None, Decimal(1), Decimal(400), Decimal(400))], contract(),
        [(Why.NO_NIGHTS, 400, 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_each_difference_has_its_reason(what):
    lines, terms, expected = CASES[what]
    check = check_stay(lines, terms, MARCH)
    assert told(check) == [(why, Decimal(amount), nights) for why, amount, nights in expected]
    assert all(sentence(one).endswith(".") for one in check.differences)


def test_vat_rounding_and_loose_lines_are_differences_of_the_whole():
    whole = check_invoice(
        [check_stay([line()], contract(), MARCH)], [Decimal(10)], Decimal(23_250), Decimal("-0.5")
    )
    assert told(whole) == [
        (Why.UNMATCHED, Decimal(10), 0), (Why.VAT, Decimal(23_250), 0), (Why.ROUNDING, Decimal("-0.5"), 0)
    ]  # fmt: skip
    assert whole.difference == sum(one.amount for one in whole.differences)


def test_a_credit_note_is_checked_for_its_arithmetic():
    right = line(amount=Decimal(-93_000))
    assert check_credit([right], Decimal(0), Decimal(0)).differences == ()
    wrong = check_credit([line(amount=Decimal(-93_100))], Decimal(0), Decimal(0))
    assert told(wrong) == [(Why.ARITHMETIC, Decimal(-100), 0)]


money = st.decimals(min_value=0, max_value=9999, places=2)
days = st.integers(min_value=0, max_value=75).map(lambda n: date(2026, 2, 1) + timedelta(days=n))


@st.composite
def stays(draw) -> Stay:
    start = draw(days)
    end = draw(st.none() | st.integers(0, 70).map(lambda n: start + timedelta(days=n)))
    turns = sorted(draw(st.sets(st.integers(1, 60), max_size=2)))
    edges = [start, *(start + timedelta(days=n) for n in turns), None]
    prices = tuple(PricePeriod(a, b, draw(money)) for a, b in pairwise(edges) if a is not None)
    absences = ()
    if draw(st.booleans()):
        away = start + timedelta(days=draw(st.integers(0, 20)))
        absences = (Absence(away, away + timedelta(days=draw(st.integers(1, 9))), draw(money)),)
    return Stay("L1", start, end, prices, absences, draw(st.booleans()))


@st.composite
def charged(draw) -> ChargedLine:
    if draw(st.integers(0, 5)) == 0:
        return ChargedLine(None, None, Decimal(1), draw(money), draw(money))
    first, count, price = draw(days), draw(st.integers(1, 40)), draw(money)
    right = count * price
    return ChargedLine(
        first, first + timedelta(days=count), draw(st.just(Decimal(count)) | money), price,
        draw(st.just(right) | money),
    )  # fmt: skip


@st.composite
def contracts(draw) -> Contract:
    decided = draw(days)
    until = draw(st.none() | st.integers(1, 90).map(lambda n: decided + timedelta(days=n)))
    paid = frozenset(draw(st.sets(days, max_size=10)))
    return Contract(draw(stays()), draw(st.integers(0, 9)) > 0, Period(decided, until), draw(days), paid)


@given(st.lists(charged(), max_size=4), contracts(), money, st.decimals(-1, 1, places=2))
def test_the_differences_add_up_to_the_difference_exactly(lines, terms, vat, rounding):
    check = check_stay(lines, terms, MARCH)
    assert check.difference == sum((one.amount for one in check.differences), Decimal(0))
    assert check.charged == sum((one.amount for one in lines), Decimal(0))
    whole = check_invoice([check, check], [vat], vat, rounding)
    assert whole.difference == sum((one.amount for one in whole.differences), Decimal(0))
    assert whole.charged == 2 * check.charged + 2 * vat + rounding


@given(stays())
def test_what_is_expected_is_what_the_nights_cost(one):
    """Nothing paid before, everything decided and known: the contract's own sum, to the öre."""
    check = check_stay([], contract(one, decided=Period(date(2026, 1, 1), None)), MARCH)
    assert check.expected == cost(one, MARCH)


@given(st.lists(charged(), max_size=3), contracts())
def test_no_night_is_expected_twice_nor_when_it_is_paid(lines, terms):
    check = check_stay(lines, terms, MARCH)
    owed = [night.night for night in check.nights if night.owed]
    assert len(owed) == len(set(owed))
    assert not set(owed) & terms.paid


def test_grouping_parts_what_differs_in_amount():
    found = check_stay(
        [line(count=10, price=3200), line(day(11), 10, 3300)], contract(), Period(day(1), day(21))
    )
    assert [(one.first, one.last, one.charged) for one in found.differences] == [
        (day(1), day(10), Decimal(3200)), (day(11), day(20), Decimal(3300))
    ]  # fmt: skip


def test_a_sentence_names_days_and_prices():
    text = sentence(Difference(Why.PRICE, Decimal(400), day(1), day(2), 2, Decimal(3200), Decimal(3000)))
    assert text.replace("\u00a0", " ") == (
        "Priset är höjt: 2 dygn (2026-03-01 till 2026-03-02) à 3 200 kr mot avtalade 3 000 kr."
    )


# Matching

ONE = Candidate("L1", ("AVH-2026-0001", "K-1"), Period(LONG_AGO, day(15)))
TWO = Candidate("L2", ("AVH-2026-0012", "K-12"), Period(day(1), None))


@pytest.mark.parametrize(
    ("reference", "nights", "sure", "best"),
    [
        ("AVH-2026-0001", Period(day(1), day(15)), "L1", Confidence.SURE),
        ("Er ref: avh - 2026-0001, mars", Period(day(1), day(15)), "L1", Confidence.SURE),
        ("AVH-2026-0001", Period(day(1), day(20)), "L1", Confidence.LIKELY),
        ("K-12", Period(day(2), day(5)), "L2", Confidence.SURE),
        ("K-1", None, "L1", Confidence.SURE),
        ("", Period(day(16), day(20)), "L2", Confidence.LIKELY),
        ("", Period(day(1), day(5)), None, Confidence.UNSURE),
        ("AVH-2026-0099", Period(day(16), day(20)), None, Confidence.UNSURE),
    ],
)
def test_proposals(reference, nights, sure, best):
    found = proposals(reference, nights, [ONE, TWO])
    chosen = sure_one(found)
    assert (chosen.key if chosen else None) == sure
    assert found[0].confidence is best


def test_nothing_near_gives_no_proposal():
    assert proposals("Okänd", Period(date(2025, 1, 1), date(2025, 2, 1)), [ONE, TWO]) == []


# The account plan, and the file

RULES = [
    Rule("hvb", True, date(2025, 1, 1), date(2026, 1, 1), "1|a|||"),
    Rule("hvb", True, date(2026, 1, 1), None, "2|a|||"),
    Rule("hvb", False, date(2025, 1, 1), None, "3|a|||"),
]


@pytest.mark.parametrize(
    ("inside", "on", "string"),
    [(True, date(2025, 12, 31), "1|a|||"), (True, date(2026, 1, 1), "2|a|||"), (False, day(1), "3|a|||")],
)
def test_the_rule_of_the_day(inside, on, string):
    assert account_for(RULES, kind="hvb", inside=inside, day=on, label="HVB") == string


def test_no_rule_is_told():
    with pytest.raises(Refused, match="no_account") as refused:
        account_for(RULES, kind="hvb", inside=True, day=date(2024, 1, 1), label="HVB")
    assert "HVB inom ramavtal den 2024-01-01" in refused.value.text


ATTESTED = Attested(
    "Granen; Norr", "=F-1", "Faktura", day(31), day(31), Decimal(25), Decimal("-0.5"), 'Bo "chefen"', day(31),
    (Booked(("55410", "31", "", "", ""), Decimal("93000"), "AVH-2026-0001", day(1), day(31)),),
)  # fmt: skip


def test_the_file_is_semicolons_commas_and_no_formula():
    rows = finance_file([ATTESTED], "utf-8-sig").decode("utf-8-sig").split("\r\n")
    assert rows[1] == (
        '"Granen; Norr";\'=F-1;Faktura;2026-03-31;2026-03-31;kostnad;55410;31;;;;93000,00;AVH-2026-0001;'
        '2026-03-01;2026-03-31;"Bo ""chefen""";2026-03-31'
    )
    assert [row.split(";")[-6] for row in rows[2:4]] == ["25,00", "-0,50"]
    assert rows[4] == ""
    assert finance_file([ATTESTED], "utf-8-sig").startswith(b"\xef\xbb\xbf")
    assert ATTESTED.total == Decimal("93024.50")


def test_what_the_encoding_lacks_is_told():
    strange = replace(ATTESTED, provider="Ωmega")
    with pytest.raises(Refused, match="not_in_encoding"):
        finance_file([strange], "cp1252")
    assert finance_file([ATTESTED], "cp1252").decode("cp1252").count("\r\n") == 4
