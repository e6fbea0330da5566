"""The secret of an officer's app, sealed for the officer. The social services' process has no key to it.

The portal reads no table of keys: the database's functions hand it the data key, wrapped with its own file's.
"""

from uuid import UUID

from avhopp.kernel.sealing import Sealed, seal, unseal
from avhopp.sealing.keyfiles import unwrapped

RING, PLACE = "officers", "mfa.officer"


def sealed_secret(secret: str, officer: UUID, data_key: str, wrapped_key: str) -> str:
    return seal(secret, unwrapped(wrapped_key, RING, data_key), place=PLACE, row=officer).token


def opened_secret(kept: str, officer: UUID, data_key: str, wrapped_key: str) -> str:
    """The secret.

    Raises:
        Unreadable: it was changed, is another officer's, or this process lacks the key.
    """
    return unseal(Sealed(kept), unwrapped(wrapped_key, RING, data_key), place=PLACE, row=officer)
