"""What other apps do, in the same transaction, when a case takes a step. They register when they start.

As with panels.py, `cases` knows nothing of those who follow; they know `cases`, and register in
AppConfig.ready.
"""

from collections.abc import Callable
from enum import Enum, auto

from django.db.models import Model

from avhopp.accounts.models import User
from cases.models import Case


class Step(Enum):
    """When followers are called, and with what as `thing`."""

    INVESTIGATION_CONCLUDED = auto()  # the investigation
    DECIDED = auto()  # the decision
    CLOSED = auto()  # the case


#: Called with the case, the thing of the step, and who took it. A Refused undoes the whole step.
Follower = Callable[[Case, Model, User], None]

_followers: dict[Step, dict[str, Follower]] = {step: {} for step in Step}


def register_follower(step: Step, key: str, follower: Follower) -> None:
    _followers[step][key] = follower


def follow(step: Step, *, case: Case, thing: Model, by: User) -> None:
    """Let everybody who follows the step do their part, in the order of their keys."""
    for _, follower in sorted(_followers[step].items()):
        follower(case, thing, by)
