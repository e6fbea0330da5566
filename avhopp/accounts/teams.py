"""What follows when an account gets its role, or a municipality is opened: the apps register it.

Groups and the accounts of machines belong to the cases, of which the accounts know nothing.
"""

from collections.abc import Callable

from avhopp.accounts.models import Municipality, User

_placers: list[Callable[..., None]] = []
_openers: list[Callable[[Municipality], object]] = []


def when_placed(place: Callable[..., None]) -> None:
    """Register `place(user=…)`, called in the transaction that gives an account its role and unit."""
    if place not in _placers:
        _placers.append(place)


def place_in_teams(user: User) -> None:
    for place in _placers:
        place(user=user)


def when_opened(prepare: Callable[[Municipality], object]) -> None:
    """Register `prepare(municipality)`, called in the transaction that opens a municipality."""
    if prepare not in _openers:
        _openers.append(prepare)


def prepare_municipality(municipality: Municipality) -> None:
    for prepare in _openers:
        prepare(municipality)
