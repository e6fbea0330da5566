"""Sign-in by password. Object permissions are never asked here: that is the policy's one question."""

from datetime import date
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest
from django.utils import timezone

from avhopp.access.roles import MACHINE_ROLES, POLICE_ROLES
from avhopp.accounts.models import User

#: Roles that do not sign in to the social services' part.
ELSEWHERE = [*MACHINE_ROLES, *POLICE_ROLES]


class PasswordBackend:
    """Full user name (`asta@0199`) or short name with the password; ended accounts are refused."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not username or not password:
            return None
        user = find_account(username, timezone.localdate())
        if user is None:
            make_password(password)  # the same work as for a known name
            return None
        return user if check_password(password, user.password) else None

    def get_user(self, user_id: object) -> User | None:
        accounts = User.objects.working_on(timezone.localdate()).exclude(role__in=ELSEWHERE)
        return accounts.select_related("municipality", "unit").filter(pk=user_id).first()


def find_account(typed: str, today: date) -> User | None:
    """The account of a typed user name, when it may be used today; a short name that two have is nobody's."""
    name = typed.strip().lower()
    accounts = (
        User.objects.working_on(today).exclude(role__in=ELSEWHERE).select_related("municipality", "unit")
    )
    found = list(accounts.filter(username=name)[:1]) or list(accounts.filter(handle=name)[:2])
    return found[0] if len(found) == 1 else None
