"""What other apps add to a case: panels on its page and things that are due. They register when they start.

`cases` knows nothing of placements or of the police; they know `cases` and register here, in AppConfig.ready.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from cases.models import Case
from cases.together import Found, Parts


@dataclass(frozen=True)
class Panel:
    """One block of the case page.

    `can` must be held for the panel to be loaded at all. `rows(case, user)` names what the panel reads: the
    page asks for the rows of all its panels in one query. `load(case, user, today, found)` gets them and
    returns what the template shows.
    """

    key: str
    order: int
    heading: str
    can: Can
    template: str
    rows: Callable[[Case, User], Parts]
    load: Callable[[Case, User, date, Found], dict[str, Any]]


@dataclass(frozen=True)
class Due:
    """Something that is due in a case. `label` says what to do, and nothing about threat, health or gang."""

    case_id: UUID
    label: str
    due: date
    url: str


#: Given the ids of cases, the user and today: what is due in them, in a constant number of queries.
DueSource = Callable[[Iterable[UUID], User, date], list[Due]]

_panels: dict[str, Panel] = {}
_due_sources: dict[str, DueSource] = {}


def register_panel(panel: Panel) -> None:
    _panels[panel.key] = panel


def register_due(key: str, source: DueSource) -> None:
    _due_sources[key] = source


def panels() -> list[Panel]:
    return sorted(_panels.values(), key=lambda panel: panel.order)


def panels_for(user: User) -> list[Panel]:
    """The panels that the role may see. Of the others nothing is even read."""
    return [panel for panel in panels() if role_can(user.role, panel.can)]


def due_in(case_ids: Iterable[UUID], user: User, today: date) -> list[Due]:
    """Everything that is due in these cases, the earliest first."""
    ids = list(case_ids)
    found = [due for source in _due_sources.values() for due in source(ids, user, today)]
    return sorted(found, key=lambda due: (due.due, due.label))
