"""Emergency accesses in the report: beside the figures, frozen as numbers, shown in the annex (SR-20)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.kernel import periods
from cases.actions.emergencies import review_emergency
from cases.models import EmergencyAccess
from reports.facts import EmergencyFact, Facts
from reports.figures_counts import Emergencies, count_emergencies
from reports.frozen import freeze
from reports.queries import facts_of

MARCH = periods.month(2022, 3)
LAST = date(2022, 3, 31)


def counted(*facts: EmergencyFact, as_of: date = LAST) -> Emergencies:
    return count_emergencies(Facts(emergencies=facts), MARCH, as_of, min(as_of, LAST))


def day(number: int) -> date:
    return date(2022, 3, number)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (EmergencyFact(day(20), True), Emergencies(1, 1, 0, 0, 0, 1)),
        (EmergencyFact(day(24), True), Emergencies(1, 1, 0, 0, 1, 0)),  # the seventh day is in time
        (EmergencyFact(day(23), True), Emergencies(1, 1, 0, 0, 0, 1)),
        (EmergencyFact(day(1), False, day(2), True), Emergencies(1, 0, 1, 0, 0, 0)),
        (EmergencyFact(day(1), True, day(8), False), Emergencies(1, 1, 0, 1, 0, 0)),
        (EmergencyFact(day(1), True, day(9), True), Emergencies(1, 1, 1, 0, 0, 1)),  # done, and late
        (EmergencyFact(day(30), True, date(2022, 4, 1), True), Emergencies(1, 1, 0, 0, 1, 0)),
        (EmergencyFact(date(2022, 2, 28), True), Emergencies(0, 0, 0, 0, 0, 0)),
        (EmergencyFact(date(2022, 4, 1), True), Emergencies(0, 0, 0, 0, 0, 0)),
    ],
)
def test_counting(fact, expected):
    assert counted(fact) == expected


def test_a_month_is_counted_up_to_the_day_it_is_seen_from():
    facts = (EmergencyFact(day(5), True, day(6), True), EmergencyFact(day(20), True))
    assert counted(*facts, as_of=day(10)) == Emergencies(1, 1, 1, 0, 0, 0)
    assert counted(*facts).reviewed == 1


def test_they_are_frozen_as_numbers_beside_the_figures_of_the_format():
    frozen = freeze(Facts(emergencies=(EmergencyFact(day(1), True),)), MARCH, LAST)
    assert frozen["emergencies"] == {
        "taken": 1, "opened": 1, "justified": 0, "not_justified": 0, "waiting": 0, "late": 1,
    }  # fmt: skip
    assert "emergencies" not in frozen["figures"]
    assert {type(value) for value in frozen["emergencies"].values()} == {int}


def test_the_reporter_counts_them_by_day_and_reads_no_reason(cast, case, today):
    reporter = cast.raknare
    assert facts_of(cast.municipality).emergencies == ()
    with acting(cast.bo), connection.cursor() as cursor:
        for number in (case.case_no, "AVH-2019-0042"):
            cursor.execute(
                "select sec.break_glass(%s, %s, %s)",
                [number, "Hotad just nu, i telefon.", timedelta(minutes=5)],
            )
    manager = cast.add("ulf", Role.UNIT_MANAGER, cast.ungdom)
    with acting(manager):
        review_emergency(
            emergency=EmergencyAccess.objects.get(case_no=case.case_no), verdict="obefogad",
            text="Inget samtal finns.", by=manager, at=timezone.now(),
        )  # fmt: skip
    found = facts_of(cast.municipality).emergencies
    assert sorted(found, key=lambda fact: fact.opened) == [
        EmergencyFact(today, False), EmergencyFact(today, True, today, False),
    ]  # fmt: skip
    assert reporter.role == "rapportering"
