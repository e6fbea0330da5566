"""Sign-in to the portal: pre-registered accounts of police units, found through the account view alone."""

from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone

from collaboration.portal.models import PoliceUser


class PoliceBackend:
    """Full user name (`dag@0199`) or short name with the password; ended accounts are refused."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> PoliceUser | None:
        if not username or not password:
            return None
        user = find_account(username, timezone.localdate())
        if user is None:
            make_password(password)  # the same work as for a known name
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: object) -> PoliceUser | None:
        """Asked at every request: an account that ends is out with its next click."""
        return PoliceUser.objects.working_on(timezone.localdate()).filter(pk=user_id).first()


def find_account(typed: str, today: date) -> PoliceUser | None:
    """The account of a typed user name, when it may be used today; a short name that two have is nobody's."""
    name = typed.strip().lower()
    accounts = PoliceUser.objects.working_on(today)
    found = list(accounts.filter(username=name)[:1]) or list(accounts.filter(handle=name)[:2])
    return found[0] if len(found) == 1 else None
