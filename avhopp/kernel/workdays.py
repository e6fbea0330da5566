"""Working days in Sweden.

Every day is one, but for those on which lag (1930:173) 2 § lets an act wait: Saturdays, Sundays, public
holidays, midsommarafton, julafton and nyårsafton. Easter and the other movable days are computed.
For years before 1953, which had other holidays, only the weekends are known.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from avhopp.kernel.periods import ONE_DAY

SATURDAY = 5


def is_workday(day: date) -> bool:
    """Whether the office is open."""
    return day.weekday() < SATURDAY and holiday_name(day) is None


def holiday_name(day: date) -> str | None:
    """'Midsommarafton'; None for other days, plain Saturdays and Sundays among them."""
    return _holidays_of(day.year).get(day)


def add_workdays(day: date, n: int) -> date:
    """The n-th working day after the day, before it when n is negative; the day itself when n is 0."""
    step = ONE_DAY if n > 0 else -ONE_DAY
    for _ in range(abs(n)):
        day += step
        while not is_workday(day):
            day += step
    return day


def next_workday(day: date) -> date:
    """The day itself when it is a working day, otherwise the first one after it."""
    return day if is_workday(day) else add_workdays(day, 1)


def last_workday_before(day: date) -> date:
    """The last working day before the day, never the day itself."""
    return add_workdays(day, -1)


@lru_cache(maxsize=256)
def _holidays_of(year: int) -> Mapping[date, str]:
    # One finished table per year: the library's own object grows while it is read, and threads share this.
    return dict(
        holidays.country_holidays(
            "SE", years=year, expand=False, language="sv", categories=(holidays.PUBLIC, holidays.DE_FACTO)
        )
    )
