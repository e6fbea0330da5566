"""The secrets of second factors, sealed for their account: an app's secret, the seed of recovery codes.

allauth keeps them in a JSON column, and asks its adapter to encrypt and to decrypt without saying whose they
are. `secrets_of` says so: a secret that is moved to another account's row does not open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from avhopp.kernel.sealing import Sealed, seal, unseal
from avhopp.sealing.rings import current_key, key_called

RING, PLACE = "factors", "mfa.secret"
_whose: ContextVar[UUID | None] = ContextVar("whose secrets are sealed and opened", default=None)


@contextmanager
def secrets_of(account: UUID) -> Iterator[None]:
    """In this block allauth seals and opens secrets of this account."""
    token = _whose.set(account)
    try:
        yield
    finally:
        _whose.reset(token)


def sealed(secret: str) -> str:
    """Raises LookupError outside of `secrets_of`."""
    account = _account()
    return seal(secret, current_key(RING), place=PLACE, row=account).token


def opened(kept: str) -> str:
    """The secret.

    Raises:
        LookupError: outside of `secrets_of`.
        Unreadable: it was changed, is another account's, or this process lacks the key.
    """
    found = Sealed(kept)
    return unseal(found, key_called(found.key_id), place=PLACE, row=_account())


def _account() -> UUID:
    account = _whose.get()
    if account is None:
        raise LookupError("Say whose secret it is: avhopp.accounts.sealed_factors.secrets_of.")
    return account
