"""Facts about a case that other apps know and somebody else asks for: is there an assessment, a consent?

As with panels.py, `cases` knows nothing of those who answer; they register in AppConfig.ready.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from avhopp.access.policy import may
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.models import Case


@dataclass(frozen=True)
class Ground:
    """`can` opens the answer; `holds(case, day)` gives it, in one query."""

    can: Can
    holds: Callable[[Case, date], bool]


_grounds: dict[str, Ground] = {}


def register_ground(key: str, ground: Ground) -> None:
    _grounds[key] = ground


def ground_holds(key: str, case: Case, user: User, day: date) -> bool | None:
    """Whether it holds on the day; None when nobody knows, or the user may not."""
    ground = _grounds.get(key)
    if ground is None or not may(user, ground.can, case):
        return None
    return ground.holds(case, day)
