"""What a session has proved of the person: which factors, and when. Kept as django-allauth keeps it."""

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest

from avhopp.accounts.models import User

FRESH_SECONDS = 5 * 60
PASSWORD, FACTOR, PROVIDER, DEMO = "password", "mfa", "socialaccount", "demo"


def prove(request: HttpRequest, user: User, method: str, **more: Any) -> None:
    """Write down that `user` has just proved something by `method`."""
    record_authentication(request, user, method, **more)


def shown_by(request: HttpRequest, user: User) -> list[str]:
    """With what the session was signed in, in words, in the order it was shown."""
    records = get_authentication_records(request, user)  # type: ignore[arg-type]
    return list(dict.fromkeys(_in_words(record) for record in records))


def _in_words(record: dict[str, Any]) -> str:
    if record["method"] == FACTOR:
        return "kod" if record.get("type") in ("totp", "recovery_codes") else "passkey"
    return {PASSWORD: "lösenord", PROVIDER: "kommunens inloggning"}.get(record["method"], "demonstrationen")


def has_second_factor(request: HttpRequest) -> bool:
    """Whether more than a password was shown: a factor of ours, or the provider's when that is accepted."""
    return any(_is_second(record) for record in _records(request))


def is_fresh(request: HttpRequest) -> bool:
    """Whether something was proved within the last five minutes. What the provider remembered is no proof."""
    return any(
        time.time() - record["at"] < FRESH_SECONDS and not record.get("remembered")
        for record in _records(request)
    )


def is_of_the_demonstration(user: User) -> bool:
    """The demo's people exist in the demonstration's municipality, and only with AVHOPP_DEMO=1."""
    return bool(settings.DEMO) and user.municipality.is_demo


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    return get_authentication_records(request, request.user)  # type: ignore[arg-type]


def _is_second(record: dict[str, Any]) -> bool:
    if record["method"] == DEMO:
        return bool(settings.DEMO)
    return record["method"] == FACTOR or bool(record.get("second_factor"))
