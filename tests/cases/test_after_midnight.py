"""After midnight the day is a new one here, also while it is still yesterday in UTC."""

from datetime import UTC, date, datetime

from avhopp.access.context import acting
from cases.actions.intake import FirstContact, NewPerson, open_case


def test_a_contact_of_today_is_not_of_tomorrow(cast):
    with acting(cast.asta):
        case = open_case(
            contact=FirstContact(received=date(2026, 3, 11), source="polis"),
            person=NewPerson(name="Person Påhittad", birth_year=1999),
            unit=cast.beroende,
            handler=cast.asta,
            by=cast.asta,
            at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC),
        )
    assert case.received == date(2026, 3, 11)
