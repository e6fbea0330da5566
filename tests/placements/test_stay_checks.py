"""What a stay may look like before it is counted: contradictions are refused, sound ones pass."""

from datetime import date
from decimal import Decimal

import pytest

from avhopp.kernel.refusal import Refused
from placements.costs import Absence, Stay, check_stay, cost, rate_on
from tests.placements.stays import FOREVER, MARCH, stay

DAY = [date(2022, 3, day) for day in range(1, 32)]


def away(start: int, end: int | None, rate: int = 0) -> Absence:
    return Absence(DAY[start], None if end is None else DAY[end], Decimal(rate))


@pytest.mark.parametrize(
    ("code", "field", "broken"),
    [
        ("end_before_start", "end", stay((DAY[5], None, 1), end=DAY[4])),
        ("end_before_start", "prices", stay((DAY[5], DAY[4], 1), end=DAY[9])),
        ("end_before_start", "absences", stay((DAY[0], DAY[9], 1), absences=(away(5, 4),))),
        ("negative_rate", "prices", stay((DAY[0], DAY[9], "-0.01"))),
        ("negative_rate", "absences", stay((DAY[0], DAY[9], 1), absences=(away(1, 2, -1),))),
        ("price_gap", "prices", stay((DAY[0], DAY[4], 1), (DAY[5], DAY[9], 1))),
        ("price_gap", "prices", stay((DAY[1], DAY[9], 1), start=DAY[0])),
        ("price_gap", "prices", stay((DAY[0], DAY[8], 1), end=DAY[9])),
        ("price_gap", "prices", Stay("L1", DAY[0], DAY[9], ())),
        ("price_gap", "prices", Stay("L1", DAY[0], None, ())),
        ("price_overlap", "prices", stay((DAY[0], DAY[6], 1), (DAY[5], DAY[9], 1))),
        ("price_overlap", "prices", stay((DAY[0], None, 1), (DAY[5], DAY[9], 1))),
        ("price_overlap", "prices", stay((DAY[0], DAY[9], 1), (DAY[0], DAY[9], 2))),
        ("absence_outside_stay", "absences", stay((DAY[1], DAY[9], 1), absences=(away(0, 2),))),
        ("absence_outside_stay", "absences", stay((DAY[1], DAY[9], 1), absences=(away(8, 10),))),
        ("absence_outside_stay", "absences", stay((DAY[1], DAY[9], 1), absences=(away(8, None),))),
        ("absence_overlap", "absences", stay((DAY[0], DAY[9], 1), absences=(away(4, 6), away(2, 5)))),
        ("absence_overlap", "absences", stay((DAY[0], None, 1), absences=(away(4, None), away(7, 8)))),
    ],
)
def test_a_contradiction_is_refused(code, field, broken):
    with pytest.raises(Refused) as refusal:
        check_stay(broken)
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize(
    "sound",
    [
        stay((DAY[5], DAY[9], 1), (DAY[0], DAY[5], 0), start=DAY[0]),
        stay((DAY[0], DAY[9], 1), end=None),
        stay((DAY[0], None, 1), start=DAY[3], end=DAY[6]),
        stay((DAY[0], DAY[9], 1), absences=(away(5, 9), away(0, 5))),
        stay((DAY[0], None, 1), absences=(away(5, None),)),
        Stay("L1", DAY[3], DAY[3], ()),
    ],
)
def test_a_sound_stay_passes(sound):
    check_stay(sound)


def test_a_plan_may_begin_before_its_first_price():
    planned = stay((DAY[4], DAY[9], 100), start=DAY[0])
    check_stay(planned, begun=False)
    assert cost(planned, FOREVER) == 900
    with pytest.raises(Refused, match="price_gap"):
        check_stay(planned)


@pytest.mark.parametrize("code", ["price_gap", "price_overlap"])
def test_cost_refuses_prices_that_do_not_hang_together(code):
    second = DAY[6] if code == "price_gap" else DAY[4]
    broken = stay((DAY[0], DAY[5], 1), (second, DAY[9], 1))
    with pytest.raises(Refused, match=code):
        cost(broken, MARCH)
    with pytest.raises(Refused, match=code):
        rate_on(broken, DAY[0])


@pytest.mark.parametrize("question", [lambda bare: cost(bare, MARCH), lambda bare: rate_on(bare, DAY[0])])
def test_nights_without_any_price_are_refused(question):
    with pytest.raises(Refused, match="price_gap"):
        question(Stay("L1", DAY[0], DAY[9], ()))
