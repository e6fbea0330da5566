"""The demonstration's accounts, and the hour at which the tests load it."""

from datetime import UTC, date, datetime

from avhopp.accounts.demo import DEMO_CODE
from avhopp.accounts.models import User

NOON = 12


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, NOON, tzinfo=UTC)


def account(handle: str) -> User:
    return User.objects.get(username=f"{handle}@{DEMO_CODE}")
