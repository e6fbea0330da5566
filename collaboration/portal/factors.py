"""The officer's second factor: an authenticator app. The database gives out only the secret of whoever acts.

The portal's login writes no table. A password and an app are set through one function, which asks for the
one-time code that the municipality ordered; used steps and guesses are remembered in Valkey.
"""

import hashlib
import time
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.http import HttpRequest

from avhopp.access import throttle
from avhopp.access.context import acting
from avhopp.kernel import one_time
from avhopp.kernel.refusal import Refused
from collaboration.portal.app_secrets import opened_secret, sealed_secret
from collaboration.portal.models import PoliceUser

STEPS_REMEMBERED = (2 * one_time.TOLERANCE + 2) * one_time.STEP_SECONDS
WRONG_CODE = "Koden stämmer inte. Vänta på nästa kod i appen och försök igen."
WRONG_ONE_TIME = (
    "Användarnamnet eller engångskoden stämmer inte, eller så har koden gått ut. "
    "Be kommunen om en ny om det behövs."
)


def digest(code: str) -> str:
    """What is kept of a one-time code: as avhopp.accounts.actions.codes says."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def has_app(user: PoliceUser) -> bool:
    return _secret(user) is not None


def check_code(request: HttpRequest, user: PoliceUser, code: str) -> None:
    """Accept the app's code, once.

    Raises:
        Refused: `wrong_code`, or from the throttle.
    """
    now = time.time()
    guess = throttle.count("code", str(user.pk), request, now)
    secret = _secret(user)
    step = one_time.matching_step(secret, code, now) if secret else None
    if step is None or not throttle.use_once("step", f"{user.pk}|{step}", STEPS_REMEMBERED):
        raise Refused("wrong_code", WRONG_CODE, field="code")
    throttle.give_back(guess)


def check_one_time(request: HttpRequest, user: PoliceUser | None, username: str, code: str) -> None:
    """Whether the code opens the officer's enrolment.

    Raises:
        Refused: `wrong_code` whatever is wrong, or from the throttle.
    """
    guess = throttle.count("one_time", throttle.name_of_account(username), request, time.time())
    if user is None or not _ask("select portal.enrolment_is_open(%s, %s)", [user.pk, digest(code)]):
        raise Refused("wrong_code", WRONG_ONE_TIME)
    throttle.give_back(guess)


def enrol(user: PoliceUser, code_digest: str, password: str, secret: str, code: str) -> None:
    """Set the officer's password and app, with the one-time code.

    Raises:
        Refused: `wrong_code` when the app shows another code, `used` when the one-time
            code is not valid any more.
    """
    if one_time.matching_step(secret, code, time.time()) is None:
        raise Refused("wrong_code", "Koden stämmer inte. Skriv den som appen visar just nu.", field="code")
    hashed = make_password(password)
    sealed = sealed_secret(secret, user.pk, *_row("select data_key, wrapped_key from portal.sealing_key()"))
    if not _ask("select portal.enrol(%s, %s, %s, %s)", [user.pk, code_digest, hashed, sealed]):
        raise Refused("used", WRONG_ONE_TIME)


def _secret(user: PoliceUser) -> str | None:
    with acting(user):
        kept, *key = _row("select secret, data_key, wrapped_key from portal.my_factor()")
    return None if kept is None else opened_secret(kept, user.pk, *key)


def _row(query: str) -> tuple[Any, ...]:
    """The one row; of nothing where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone() or (None,) * len(cursor.description)


def _ask(query: str, values: list[Any]) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]
