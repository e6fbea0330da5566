"""A closed month is never rewritten: what is known later is booked beside it, and everything adds up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.kernel.periods import Period, add_months
from avhopp.kernel.refusal import Refused
from placements.actions.closing import close_month
from placements.actions.ending import end_placement
from placements.booking import Used, to_book, total, used_by_month
from placements.costs import PricePeriod, Stay, cost, nights
from placements.known import known_stays
from placements.models import BookedCost, FrameworkAgreement, MonthClosing, Placement
from placements.months import first_month, month_money, months_of_year


@pytest.fixture
def stay(placed, decision):
    """At Granen since 100 days at 3 000 kronor."""
    return placed(decision, days_ago=100)


@pytest.fixture
def months(today):
    """The first days of the two months before this one."""
    this = today.replace(day=1)
    return [add_months(this, -2), add_months(this, -1)]


def close(cast, month, today, who="eskil"):
    by = cast.people[who]
    with acting(by):
        return close_month(wanted=month, by=by, at=timezone.now(), today=today)


def year_of(cast, months, today):
    stays = known_stays(cast.eskil, today).with_terms()
    lived = [row.as_stay() for row in stays if row.has_begun]
    rows = months_of_year(user=cast.eskil, lived=lived, year=months[0].year, today=today)
    return {row.month.start: row for row in rows}


def days(month):
    return (add_months(month, 1) - month).days


def test_a_month_is_booked_stay_by_stay_and_what_came_before_is_brought(cast, stay, months, today):
    first = close(cast, months[0], today)
    assert (first.nights, first.cost) == (days(months[0]), days(months[0]) * 3000)
    assert first.brought == (months[0] - stay.start).days * 3000
    assert first.adjusted == 0
    with acting(cast.eskil):
        assert total(Used(row.nights, row.cost) for row in BookedCost.objects.visible_to(cast.eskil)) == Used(
            (months[1] - stay.start).days, (months[1] - stay.start).days * Decimal(3000)
        )


def test_what_is_known_later_is_an_adjustment_and_the_closed_month_stands(cast, stay, months, today):
    first = close(cast, months[0], today)
    left = months[0] + timedelta(days=10)
    with acting(cast.asta):
        end_placement(placement=stay, end=left, reason="planerat", by=cast.asta, today=today)
    with acting(cast.eskil):
        rows = year_of(cast, months, today)
    assert rows[months[0]].booked.nights == days(months[0])
    assert rows[months[0]].since == Used(10 - days(months[0]), (10 - days(months[0])) * Decimal(3000))
    second = close(cast, months[1], today)
    assert (second.nights, second.cost) == (0, 0)
    assert second.adjusted == (10 - days(months[0])) * 3000
    with acting(cast.eskil):
        assert MonthClosing.objects.get(pk=first.pk).cost == first.cost
        money = month_money(user=cast.eskil, month=Period(months[1], add_months(months[1], 1)), today=today)
        assert [(row.month, row.used.nights) for row in money.adjustments] == [
            (months[0], 10 - days(months[0]))
        ]
        again = year_of(cast, months, today)
    assert not again[months[0]].since


def test_months_close_in_order_once_and_when_they_are_over(cast, stay, months, today):
    with pytest.raises(Refused, match="inte slut"):
        close(cast, today.replace(day=1), today)
    close(cast, months[0], today)
    for again in (months[0], add_months(months[0], -1)):
        with pytest.raises(Refused, match="i ordning"):
            close(cast, again, today)
    close(cast, months[1], today)


@pytest.mark.parametrize("left", [-1, 0, 1, 40, None])
def test_a_month_counts_what_cost_something_in_it_whenever_that_began(cast, places, decision, placed, left):
    """Around the turn of the year, at a place that charges the day of departure."""
    today = timezone.localdate()
    turn = today.replace(month=1, day=1)
    with acting(cast.siri):
        FrameworkAgreement.objects.filter(pk=places.agreement.pk).update(charges_departure_day=True)
        places.agreement.refresh_from_db()
    end = None if left is None else turn + timedelta(days=left)
    began = placed(decision, (today - turn).days + 60, end)
    with acting(cast.eskil):
        every = [row.as_stay() for row in Placement.objects.filter(pk=began.pk).with_terms()]
    for month in (Period(add_months(turn, -1), turn), Period(turn, add_months(turn, 1))):
        until = min(month.end, today + timedelta(days=1))
        expected = used_by_month(every, until).get((began.pk, month.start), Used())
        with acting(cast.eskil):
            money = month_money(user=cast.eskil, month=month, today=today)
            assert first_month(cast.eskil, today) == began.start.replace(day=1)
        assert money.row.now == expected


@pytest.mark.parametrize("who", ["bo", "siri", "asta"])
def test_only_who_sees_every_case_closes(cast, stay, months, today, who):
    with pytest.raises(Refused):
        close(cast, months[0], today, who)


def test_nothing_that_is_booked_changes(cast, stay, months, today):
    close(cast, months[0], today)
    for statement in (
        "update placements_monthclosing set cost = 0",
        "delete from placements_bookedcost",
        "update placements_bookedcost set cost = 1",
    ):
        with (
            acting(cast.eskil),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"month": 1}, id="not-the-next"),
        pytest.param({"cost": Decimal(7)}, id="does-not-add-up"),
    ],
)
def test_the_database_counts_by_itself(cast, stay, months, today, change):
    first = close(cast, months[0], today)
    facts = {"month": months[1], "cost": Decimal(0)} | change
    if change.get("month"):
        facts["month"] = add_months(months[0], 3)
    row = MonthClosing(
        municipality=cast.municipality, closed_at=timezone.now(), closed_by=cast.eskil, nights=0, brought=0,
        adjusted=0, **facts,
    )  # fmt: skip
    more = BookedCost(
        closing=first, case=stay.case, placement=stay, month=add_months(months[0], -9), nights=1, cost=1
    )
    for wrong in (row, more):
        with acting(cast.eskil), pytest.raises(IntegrityError, match="closing:"):
            written(wrong)


def written(row):
    with transaction.atomic(), connection.cursor() as cursor:
        row.save(force_insert=True)
        cursor.execute("set constraints all immediate")


def test_through_the_pages(cast, stay, as_, months, today):
    eskil, name = as_("eskil"), f"{months[1]:%Y-%m}"
    page = eskil.get(reverse("budget_month", args=[name])).content.decode()
    assert stay.case.case_no in page
    assert "Stäng månaden" in page
    assert "kan inte öppnas igen" in eskil.get(reverse("budget_month_close", args=[name])).content.decode()
    assert eskil.post(reverse("budget_month_close", args=[name])).status_code == 302
    page = eskil.get(reverse("budget_month", args=[name])).content.decode()
    assert "Stängd" in page
    assert "Stäng månaden" not in page
    assert "Justeringar" not in page  # what the first closing brought forward is none
    assert "Ingående" in eskil.get(reverse("budget_month", args=[f"{months[0]:%Y-%m}"])).content.decode()
    assert "i ordning" in eskil.post(reverse("budget_month_close", args=[name])).content.decode()


@pytest.mark.parametrize("name", ["2026-13", "x", "1999-01", "2999-01"])
def test_no_such_month(as_, name):
    assert as_("eskil").get(f"/budget/{name}/").status_code == 404


day = st.dates(date(2025, 1, 1), date(2025, 12, 31))


@st.composite
def stays(draw):
    """The same few stays as they are known at one time; later they may be known otherwise."""
    rows = []
    for key in draw(st.sets(st.sampled_from("abc"))):
        first = draw(day)
        end = draw(st.none() | st.dates(first, date(2026, 6, 30)))
        rate = Decimal(draw(st.integers(0, 5000)))
        charged = draw(st.booleans())
        rows.append(Stay(key, first, end, (PricePeriod(first, None, rate),), charges_departure_day=charged))
    return rows


@given(st.lists(stays(), min_size=1, max_size=4))
def test_all_that_is_booked_is_what_was_known_at_the_last_closing(versions):
    booked: dict = {}
    for number, known in enumerate(versions, start=3):
        end = date(2025, number + 1, 1)
        for place, used in to_book(used_by_month(known, end), booked).items():
            booked[place] = booked.get(place, Used()) + used
        year = Period(date(2025, 1, 1), end)
        assert total(booked.values()).nights == sum(nights(stay, year) for stay in known)
        assert total(booked.values()).cost == sum(cost(stay, year) for stay in known)
