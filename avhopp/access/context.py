"""Tell the database who acts: a signed setting that lives as long as the transaction.

Row-level security trusts only this. The message names the actor, the database login and an expiry; the
database holds the key's inner and outer pad and checks the HMAC itself (SECURITY.md T9). No context, a forged
or an expired one gives no rows.
"""

import hashlib
import hmac
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from avhopp import services

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

#: How long a context is good for if its transaction does not end first: a page's, and a command's.
REQUEST_SECONDS, LIFETIME_SECONDS = 120, 3600
SETTING = "avhopp.actor"
REASON = "avhopp.reason"
CASES = "avhopp.cases"

#: What the running `narrowed_to` block has told the database.
_narrowed: ContextVar[frozenset[UUID] | None] = ContextVar("narrowed", default=None)


def signed(actor_id: object, login: str, key: bytes, expires: int) -> str:
    """The value of the setting: `actor|login|expires|hmac` with HMAC-SHA256 in hex."""
    message = f"{actor_id}|{login}|{expires}"
    return f"{message}|{hmac.new(key, message.encode(), hashlib.sha256).hexdigest()}"


def context_key(login: str) -> bytes:
    """The signing key of one login; each process holds only its own."""
    return hashlib.sha256(services.read_secret(f"context_{login}").encode()).digest()


def _exchange(actor: str, reason: str) -> tuple[str, str]:
    """Set both settings for the rest of the transaction and return what they were, in one round trip."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(current_setting(%s, true), ''), coalesce(current_setting(%s, true), ''),"
            " set_config(%s, %s, true), set_config(%s, %s, true)",
            [SETTING, REASON, SETTING, actor, REASON, reason],
        )
        row = cursor.fetchone()
        return row[0], row[1]


@contextmanager
def acting(
    user: "AbstractBaseUser | None", reason: str = "", *, whole_request: bool = False
) -> Iterator[None]:
    """Act as `user` in the database until the end of the block; None takes the context away.

    `reason` is written on every history row of the block. `whole_request`: nothing follows the block in its
    transaction, whose end takes the context away, so that it need not be put back. Inside somebody else's
    transaction, as in tests, it is put back like any other.

    Raises:
        ImproperlyConfigured: outside a transaction, where the setting would silently have no effect.
    """
    if not connection.in_atomic_block:
        raise ImproperlyConfigured("acting() needs a transaction: the context lives and dies with it.")
    login = settings.DATABASE_LOGIN
    expires = int(time.time()) + (REQUEST_SECONDS if whole_request else LIFETIME_SECONDS)
    before = _exchange(signed(user.pk, login, context_key(login), expires) if user else "", reason)
    try:
        yield
    finally:
        ends_now = whole_request and not connection.savepoint_ids
        if not connection.needs_rollback and not ends_now:
            _exchange(*before)


def because(reason: str) -> None:
    """The reason that the history rows written from here on carry, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [REASON, reason])


@contextmanager
def narrowed_to(case_ids: Iterable[UUID], *, whole_request: bool = False) -> Iterator[None]:
    """Let the database weigh, until the end of the block, only these of the cases that the actor may see.

    It opens nothing: a named case still needs its grant. The setting is not signed, since all it can do is
    hide. `whole_request` as for `acting`. For pages, `cases.visibility.looking_at` narrows both walls.

    Raises:
        ImproperlyConfigured: outside a transaction, where the setting would silently have no effect.
    """
    if not connection.in_atomic_block:
        raise ImproperlyConfigured("narrowed_to() needs a transaction: its setting lives and dies with it.")
    outer = _narrowed.get()
    inner = frozenset(case_ids) if outer is None else outer & frozenset(case_ids)
    if inner == outer:
        yield
        return
    token = _narrowed.set(inner)
    _set_cases(inner)
    try:
        yield
    finally:
        _narrowed.reset(token)
        ends_now = whole_request and not connection.savepoint_ids
        if not connection.needs_rollback and not ends_now:
            _set_cases(outer)


def _set_cases(case_ids: frozenset[UUID] | None) -> None:
    shown = "" if case_ids is None else "{" + ",".join(sorted(map(str, case_ids))) + "}"
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [CASES, shown])
