"""One-time codes: asked for and approved by two people, used once by the person, never sent by e-mail."""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from avhopp.access import throttle
from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.accounts import factors
from avhopp.accounts.backends import find_account
from avhopp.accounts.models import OneTimeCode, Session, User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused

VALID = timedelta(days=3)
RANDOM_BYTES = 15  # 120 bits: no guessing, so a plain digest is enough
GROUP = 4
WRONG = (
    "Användarnamnet eller engångskoden stämmer inte, eller så har koden gått ut. Be om en ny om det behövs."
)


def digest(code: str) -> str:
    """What is kept of a code. Small letters, spaces and hyphens do not matter."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def new_code() -> str:
    """24 letters and digits in groups of four, to be read out or written down."""
    plain = base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode()
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))


def make_code(*, user: User, by: User, at: datetime) -> str:
    """A new code for an account, as `by` has just approved; earlier ones stop working.

    It is shown once, to `by`, and kept nowhere.

    Raises:
        Refused: `ended`.
    """
    if not user.works_on(timezone.localdate(at)):
        raise Refused("ended", "Kontot är avslutat eller har inte börjat gälla. Ändra datumen först.")
    code = new_code()
    OneTimeCode(user=user, digest=digest(code), ordered_by=by, ordered_at=at, valid_to=at + VALID).save(
        force_insert=True
    )
    return code


def use_code(request: HttpRequest, username: str, code: str, password: str, now: float) -> User:
    """Give the account a password and let go of its old second factors and sessions.

    Raises:
        Refused: `wrong_code` whatever is wrong, or from the throttle.
    """
    guess = throttle.count("one_time", throttle.name_of_account(username), request, now)
    at = datetime.fromtimestamp(now, UTC)
    user = find_account(username, timezone.localdate(at))
    if user is None or not _take(user, code, at):
        raise Refused("wrong_code", WRONG)
    throttle.give_back(guess)
    with acting(user, reason="one_time_code"):
        user.set_password(password)
        user.save(update_fields=["password"])
        factors.remove_all(user)
        Session.objects.filter(user=user).delete()
        note(user, by=user, kind="one_time_code_used", text="Engångskoden användes. Nytt lösenord valdes.")
    return user


def _take(user: User, code: str, at: datetime) -> bool:
    """Use the account's newest code up, if it is this one and still valid."""
    with acting(user):
        newest = OneTimeCode.objects.select_for_update().filter(user=user).order_by("-ordered_at").first()
        if newest is None or newest.used_at is not None or newest.valid_to <= at:
            return False
        if not hmac.compare_digest(newest.digest, digest(code)):
            return False
        newest.used_at = at
        newest.save(update_fields=["used_at"])
        return True


def note(user: User, *, by: User, kind: str, text: str, reason: str = "") -> None:
    """An event about an account: what was done, and by whom."""
    today = timezone.localdate()
    record(by=by, kind=kind, text=text, requires=Can.SEE_ACCOUNTS, on=today, reason=reason, object_id=user.pk)
