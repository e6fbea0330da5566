"""What a decision would lead to, shown while it is looked through and before it is made.

As with panels.py, `cases` knows nothing of those who can tell; they register in AppConfig.ready.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from avhopp.access.requests import UserRequest
from avhopp.accounts.models import User
from cases.actions.decision import Terms
from cases.models import Case
from cases.panels import rendered

#: What the template shows of a decision on these terms; None when there is nothing to tell of it.
Source = Callable[[Case, Terms, User, date], dict[str, Any] | None]

_sources: dict[str, Source] = {}


def register_foresight(template: str, source: Source) -> None:
    _sources[template] = source


def foreseen(case: Case, terms: Terms, request: UserRequest, today: date) -> list[SafeString]:
    """What everybody who registered tells of the decision. Nothing is written."""
    found = ((template, source(case, terms, request.user, today)) for template, source in _sources.items())
    return [rendered(template, given, request) for template, given in found if given is not None]
