"""How much one account may read before somebody is told, and before it is stopped (SR-46)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """More than `alarm` raises the alarm; more than `stop` is not shown."""

    alarm: int
    stop: int


#: Distinct cases in a day, by Swedish time, and searches by identity number within an hour. SR-46 names 50,
#: 200 and 10; the searches are stopped at the same multiple.
CASES_A_DAY = Limit(50, 200)
LOOKUPS_AN_HOUR = Limit(10, 40)
