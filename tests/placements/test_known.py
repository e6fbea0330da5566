"""What is read narrowly gives the figures of a full read: random stays in the database, both walls on."""

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.kernel import periods
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.models import Decision
from placements import forecast
from placements.actions.closing import close_month, next_to_close
from placements.booking import Used, used_by_month
from placements.budgeting import months_of
from placements.costs import NOTHING
from placements.episodes import Known
from placements.known import known_stays, year_stays
from placements.models import FrameworkAgreement, Placement, PlacementAbsence, PlacementPrice
from placements.months import months_of_year
from placements.outlook import counted_twice
from placements.simulation import Assumptions, Facts, simulate
from placements.spending import YearMoney, year_money
from placements.spent import Residence

DAY = timedelta(days=1)
SEEDS = range(4)


@pytest.fixture
def agreements(cast, places):
    """None, one that charges nothing for the day of departure, and one that charges it."""
    with acting(cast.siri):
        FrameworkAgreement.objects.filter(pk=places.cheaper.pk).update(charges_departure_day=True)
        places.cheaper.refresh_from_db()
    return [None, places.agreement, places.cheaper]


class Life:
    """Random stays in some cases, those of one unit or the other; many begin or end where a year does."""

    def __init__(self, cast, places, agreements, today: date, seed: int) -> None:
        self.cast, self.places, self.agreements, self.today = cast, places, agreements, today
        self.chance = random.Random(seed)
        self.came: list[date] = []  # when each case came in, and was decided
        for number in range(5):
            self._case(cast.cleo if number % 2 else cast.asta)

    def _case(self, by) -> None:
        received = self.today - timedelta(days=self.chance.randint(900, 1100))
        self.came.append(received)
        unit = self.cast.ungdom if by == self.cast.cleo else self.cast.beroende
        with acting(by):
            case = open_case(
                contact=FirstContact(received=received, source="sjalv"), person=NewPerson(name="Namn"),
                unit=unit, handler=by, by=by, at=timezone.localtime(),
            )  # fmt: skip
            decision = Decision(case=case, kind="hvb", decided=received)
            decision.save(force_insert=True)
            before, day = None, received + DAY
            while day is not None and day < self.today:
                before, day = self._stay(decision, self._near(day), before)
            if self.chance.random() < 0.6:
                self._plan(decision, before)

    def _near(self, day: date, least: int = 0) -> date:
        """A later day; every other time the first of a year, or a day beside it."""
        if self.chance.random() < 0.5:
            border = date(day.year + 1, 1, 1) + self.chance.choice([-1, 0, 1]) * DAY
            if border >= day + least * DAY:
                return border
        return day + timedelta(days=self.chance.randint(least, 150))

    def _stay(self, decision: Decision, first: date, before: Placement | None):
        if first > self.today:
            return before, None
        end = self._near(first) if self.chance.random() < 0.8 else None
        left = end is not None and end <= self.today
        moved = before is not None and before.end == first and self.chance.random() < 0.7
        stay = Placement(
            **self._where(decision), start=first, planned_start=first - self.chance.randint(0, 9) * DAY,
            end=end, departed=end if left else None, planned_end=None if left else end,
            end_reason=self.chance.choice(["planerat", "avbrott", "flyttad"]) if left else "",
            moved_from=before if moved else None,
        )  # fmt: skip
        stay.save(force_insert=True)
        self._price(stay, first, end)
        away = first + self.chance.randint(0, 20) * DAY
        home = away + self.chance.randint(1, 30) * DAY
        if self.chance.random() < 0.3 and (end is None or home <= end):
            self._part(PlacementAbsence, stay, away, home)
        return stay, end

    def _plan(self, decision: Decision, before: Placement | None) -> None:
        """Somebody who is expected, was expected, or never came."""
        planned = self.today + timedelta(days=self.chance.randint(-40, 200))
        gone = self.chance.random() < 0.3
        end = planned if gone else self.chance.choice([None, planned + timedelta(days=30)])
        stay = Placement(
            **self._where(decision), planned_start=planned, end=end, planned_end=end,
            end_reason="paborjades_inte" if gone else "",
            moved_from=before if self.chance.random() < 0.5 and not gone else None,
        )  # fmt: skip
        stay.save(force_insert=True)
        if not gone:
            self._price(stay, planned, end)

    def _where(self, decision: Decision) -> dict[str, object]:
        agreement = self.chance.choice(self.agreements)
        return {
            "case_id": decision.case_id, "person_id": decision.case.person_id, "decision": decision,
            "provider": agreement.provider if agreement else self.places.outside, "agreement": agreement,
            "outside_reason": "" if agreement else "Ingen plats.",
        }  # fmt: skip

    def _price(self, stay: Placement, first: date, end: date | None) -> None:
        later = (first + self.chance.randint(1, 200) * DAY for _ in range(self.chance.randint(0, 2)))
        steps = [first, *sorted({day for day in later if end is None or day < end}), end]
        for begins, ends in pairwise(steps):
            self._part(PlacementPrice, stay, begins, ends)

    def _part(self, model, stay: Placement, start: date, end: date | None) -> None:
        rate = Decimal(self.chance.randint(1, 500_000)) / 100
        model(case_id=stay.case_id, placement=stay, start=start, end=end, rate=rate).save(force_insert=True)


@pytest.fixture(params=SEEDS)
def life(cast, places, agreements, today, request) -> Life:
    found = Life(cast, places, agreements, today, request.param)
    connection.check_constraints()  # it is a life that the database lets through
    return found


def full(user, year: int, as_of: date) -> tuple[YearMoney, list[Residence]]:
    """The year's money from every known stay with all its terms."""
    rows = Placement.objects.visible_to(user)
    known_then = rows.standing().filter(case__received__lte=as_of, decision__decided__lte=as_of)
    stays = list(known_then.with_terms())
    period = periods.year(year)
    cut = min(as_of, periods.last_day(period))
    lived = [Residence(row.person_id, row.agreement is not None, row.as_stay()) for row in stays if row.start]
    placings = [row.as_placing() for row in stays]
    months = months_of(lived, year, cut)
    so_far = sum((month.spent.cost for month in months), NOTHING)
    narrow = year_money(user=user, year=year, as_of=as_of)
    money = YearMoney(
        year=year, as_of=as_of, cut=cut, charged=narrow.charged, rows=narrow.rows, months=months,
        committed=forecast.committed(so_far, placings, period, cut, as_of),
        planned=forecast.planned(so_far, placings, period, cut, as_of),
        straight_line=forecast.straight_line(so_far, period, cut),
        known=tuple(Known(row.person_id, row.as_placing()) for row in stays), lived=tuple(lived),
        withdrawn=rows.filter(end_reason="paborjades_inte", planned_start__lte=as_of).count(),
    )  # fmt: skip
    return money, lived


def simulated(money: YearMoney):
    outcome = tuple(month.spent.cost for month in money.months)
    facts = Facts(money.known, outcome, periods.year(money.year), money.cut, money.as_of, money.withdrawn)
    return simulate(facts, Assumptions(), seed=money.year, runs=50)


def assert_same(user, year: int, as_of: date) -> None:
    found, (expected, lived) = year_money(user=user, year=year, as_of=as_of), full(user, year, as_of)
    assert found.months == expected.months
    assert found.charged.cost == sum((month.spent.cost for month in expected.months), NOTHING)
    for name in ("committed", "planned", "straight_line", "withdrawn"):
        assert getattr(found, name) == getattr(expected, name), name
    assert counted_twice(found) == counted_twice(expected)
    assert simulated(found) == simulated(expected)
    end = min(periods.year(year).end, as_of + DAY)
    used: dict[date, Used] = {}
    for (_, month), part in used_by_month((row.stay for row in lived), end).items():
        used[month] = used.get(month, Used()) + part
    rows = months_of_year(user=user, lived=[row.stay for row in found.lived], year=year, today=as_of)
    assert {row.month.start: row.now for row in rows if row.now} == {
        month: part for month, part in used.items() if month.year == year
    }


@pytest.mark.parametrize("handle", ["siri", "bo"])
def test_the_figures_are_those_of_a_full_read(cast, life, today, handle):
    """For this year and those around it, seen from an earlier day too; in all units and in one."""
    user = cast.people[handle]
    with acting(user):
        for year in (today.year - 2, today.year - 1, today.year, today.year + 1):
            assert_same(user, year, today)
        assert_same(user, today.year - 1, date(today.year - 1, 7, 1))
        for day in (life.came[0], life.came[0] - DAY):
            assert_same(user, day.year, day)


def test_what_is_corrected_after_a_month_was_closed_is_read_as_well(cast, life, today):
    wanted = next_to_close(None, today).start
    with acting(cast.eskil):
        close_month(wanted=wanted, by=cast.eskil, at=timezone.now(), today=today)
    with acting(cast.asta):
        ongoing = Placement.objects.visible_to(cast.asta).filter(start__lt=wanted, end=None, absences=None)
        for stay in ongoing:
            stay.set_end(wanted + 3 * DAY, today)
            stay.save()
        for price in PlacementPrice.objects.visible_to(cast.asta):
            price.rate += 1
            price.save()
    connection.check_constraints()
    with acting(cast.siri):
        for year in (today.year - 1, today.year):
            assert_same(cast.siri, year, today)


def test_a_year_is_three_queries_however_many_stays_there_are(cast, life, today):
    with acting(cast.siri):
        stays = known_stays(cast.siri, today)
        with CaptureQueriesContext(connection) as queries:
            found = year_stays(user=cast.siri, year=periods.year(today.year), cut=today, as_of=today)
        assert len(found.known) == stays.count() > 5
    assert len(queries) == 3


def test_prices_of_stays_that_the_year_does_not_need_are_not_read(cast, life, today):
    year = periods.year(today.year)
    with acting(cast.siri):
        found = year_stays(user=cast.siri, year=year, cut=periods.last_day(year), as_of=today).known
    touching = [row for row in found if row.placing.end is None or row.placing.end >= year.start]
    assert {row.placing.key for row in found if row.placing.prices} <= {row.placing.key for row in touching}
    assert len(touching) < len(found)
