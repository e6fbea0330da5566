"""What other apps add to a case: panels on its page and things that are due. They register when they start.

`cases` knows nothing of placements or of the police; they know `cases` and register here, in AppConfig.ready.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.models import Case
from cases.together import Found, Parts
from cases.visibility import looking_at


@dataclass(frozen=True)
class Brief:
    """What a panel without rows says in one line, and what can be done there: pairs of words and address."""

    text: str
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Panel:
    """One block of the case page.

    `can` must be held for the panel to be loaded at all. `rows(case, user)` names what the panel reads: the
    page asks for the rows of all its panels in one query. `load(case, user, today, found)` gets them and
    returns what the template shows; with a `Brief` as "brief" the page shows that line and no template.
    """

    key: str
    order: int
    heading: str
    can: Can
    template: str
    rows: Callable[[Case, User], Parts]
    load: Callable[[Case, User, date, Found], dict[str, Any]]
    icon: str = "chevron-right"
    page: tuple[str, str] = ("", "")  # words and URL name of the page with all of it, given the case's id


def rendered(template: str, given: dict[str, Any], request: UserRequest, **around: Any) -> SafeString:
    """A panel's template in a context of its own: what the panel gives and what is `around` it, no more.

    Several panels stand on one page. A name that two of them give never reaches the other.
    """
    return render_to_string(template, {**around, **given}, request=request)


@dataclass(frozen=True)
class Due:
    """Something that is due in a case. `label` says what to do, and nothing about threat, health or gang."""

    case_id: UUID
    label: str
    due: date
    url: str


#: What is due today in the cases that the user may see and looks at, in a constant number of queries.
DueSource = Callable[[User, date], list[Due]]


@dataclass(frozen=True)
class Concern:
    """Something that is due in the operation, in no case: an agreement that ends, a day to apply by."""

    label: str
    due: date
    url: str
    tone: str = "info"


#: What concerns the operation today, for those who may act on it, in a constant number of queries.
ConcernSource = Callable[[User, date], list[Concern]]

_panels: dict[str, Panel] = {}
_concern_sources: dict[str, ConcernSource] = {}
_due_sources: dict[str, DueSource] = {}


def register_panel(panel: Panel) -> None:
    _panels[panel.key] = panel


def register_due(key: str, source: DueSource) -> None:
    _due_sources[key] = source


def register_concern(key: str, source: ConcernSource) -> None:
    _concern_sources[key] = source


def concerns_for(user: User, today: date) -> list[Concern]:
    """What is due in the operation and that `user` may do something about, the earliest first."""
    found = [concern for source in _concern_sources.values() for concern in source(user, today)]
    return sorted(found, key=lambda concern: (concern.due, concern.label))


def panels() -> list[Panel]:
    return sorted(_panels.values(), key=lambda panel: panel.order)


def panels_for(user: User, case: Case) -> list[Panel]:
    """The panels of the case that `user` may see. Of the others nothing is even read."""
    return [panel for panel in panels() if may(user, panel.can, case)]


def due_in(case_ids: Iterable[UUID], user: User, today: date) -> list[Due]:
    """Everything that is due in those of these cases that `user` may see, the earliest first."""
    ids = set(case_ids)
    if not ids:
        return []
    with looking_at(user, ids):
        return due_everywhere(user, today)


def due_everywhere(user: User, today: date) -> list[Due]:
    """Everything that is due in the cases that `user` may see and looks at, the earliest first."""
    found = [due for source in _due_sources.values() for due in source(user, today)]
    return sorted(found, key=lambda due: (due.due, due.label))
