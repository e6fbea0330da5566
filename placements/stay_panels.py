"""What other apps add to a stay's page: they register when they start, as in cases/panels.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from avhopp.access.policy import may
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from placements.models import Placement


@dataclass(frozen=True)
class StayPanel:
    """One card of the stay's page. Without the right `can` nothing of it is read.

    `load(stay, user, today)` gives what the template shows, in few queries; None leaves the card out.
    """

    key: str
    order: int
    heading: str
    can: Can
    template: str
    load: Callable[[Placement, User, date], dict[str, Any] | None]
    icon: str = "chevron-right"


_panels: dict[str, StayPanel] = {}


def register_stay_panel(panel: StayPanel) -> None:
    _panels[panel.key] = panel


def loaded_for(stay: Placement, user: User, today: date) -> list[dict[str, Any]]:
    """The cards that `user` may see, in order, with what they show."""
    found = []
    for panel in sorted(_panels.values(), key=lambda one: one.order):
        if may(user, panel.can, stay) and (shown := panel.load(stay, user, today)) is not None:
            found.append({"panel": panel, "shown": shown})
    return found
