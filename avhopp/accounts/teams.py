"""Which groups an account belongs to is for the apps to say: they register what a new role does."""

from collections.abc import Callable

from avhopp.accounts.models import User

_placers: list[Callable[..., None]] = []


def when_placed(place: Callable[..., None]) -> None:
    """Register `place(user=…)`, called in the transaction that gives an account its role and unit."""
    if place not in _placers:
        _placers.append(place)


def place_in_teams(user: User) -> None:
    for place in _placers:
        place(user=user)
