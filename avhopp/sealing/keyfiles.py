"""The keys that the database never holds: one secret file per ring, one line per version, the newest last.

A ring is what somebody needs to read as a whole: a process that lacks the file cannot read the ring, whatever
the database gives it. The file's keys wrap the data keys, which are in the database and do the sealing; a new
version in the file changes no sealed row. Knows neither Django nor a table: the police portal uses it too.
"""

import base64

from avhopp import services
from avhopp.kernel.sealing import Key, Sealed, Unreadable, derived, seal, unseal

#: What each ring opens, and who has the file.
RINGS = {
    "identity": "identity numbers: web and worker",
    "case": "what is written in a case: web",
    "protected": "protected address and contact: web",
    "release": "what was released to the police: web and portal",
    "factors": "secrets of second factors: web",
    "officers": "those of police officers: portal",
}
INDEX = "index_identity"
WRAPPED = "data key"


class KeyMissing(Unreadable):
    """This process has no such key: the file is older than the database, or the process shall not read it."""


def file_of(ring: str) -> str:
    """The name of the ring's secret file."""
    return f"sealing_{ring}"


def versions(name: str) -> dict[str, Key]:
    """The file's keys by their name, the newest last. Read anew each time: a rotation is seen at once.

    Raises:
        ServiceProblem: the file is missing where secrets are not made by themselves.
    """
    keys = (derived(line, name) for line in services.read_secret(name).split())
    return {key.id: key for key in keys}


def newest(name: str) -> Key:
    return list(versions(name).values())[-1]


def wrapped(secret: bytes, ring: str, key_id: str) -> tuple[str, str]:
    """A data key sealed with the ring's newest key: the sealed text and that key's name."""
    by = newest(file_of(ring))
    text = base64.b64encode(secret).decode()
    return seal(text, by, place=WRAPPED, row=f"{ring}|{key_id}").token, by.id


def unwrapped(token: str, ring: str, key_id: str) -> Key:
    """The data key.

    Raises:
        KeyMissing: the file has not the version that it is wrapped with.
        Unreadable: it was changed, or belongs to another ring.
    """
    by = versions(file_of(ring)).get(Sealed(token).key_id)
    if by is None:
        raise KeyMissing(
            f"The file {file_of(ring)} lacks the key that the database asks for. Restart this process "
            "with the present file; `manage.py keys status` shows which versions are in use."
        )
    return Key(key_id, base64.b64decode(unseal(Sealed(token), by, place=WRAPPED, row=f"{ring}|{key_id}")))
