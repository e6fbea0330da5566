"""What gives an account more power, asked for by one person and approved by another."""

from django.utils import timezone

from avhopp.access.context import acting
from avhopp.accounts.actions.requests import approve, ask_for_code
from avhopp.accounts.models import AccountRequest, User


def approved(asked: AccountRequest, by: User) -> str:
    """The second person says yes; the one-time code, where that was asked for."""
    with acting(by):
        return approve(request=asked, by=by, at=timezone.now())


def code_for(user: User, *, by: User, second: User, at=None) -> str:
    """A one-time code that `by` asked for and `second` approved."""
    at = at or timezone.now()
    with acting(by):
        asked = ask_for_code(user=user, reason="Har tappat telefonen", by=by, at=at)
    with acting(second):
        return approve(request=asked, by=second, at=at)
