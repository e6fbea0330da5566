"""Authenticated encryption of one value of one row, and the blind index of an identity number. Pure.

AES-256-GCM with a random nonce. The associated data are the format, the key, the place (table and column) and
the row: a text that is moved to another row or column, or changed in a bit, does not open (SR-53). Texts are
padded, so that their length tells no more than the number of blocks. One key seals at most 2**32 texts.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = "s1"
BYTES_FORMAT = "b1"
KEY_BYTES, NONCE_BYTES = 32, 12
BLOCK = 32  # bytes that a padded text is a multiple of
_BYTES_HEAD = re.compile(rb"b1\.(?P<key>[a-z0-9]{1,20})\.")
_TOKEN = re.compile(rf"{FORMAT}\.(?P<key>[a-z0-9]{{1,20}})\.(?P<body>[A-Za-z0-9_-]+)")


class Unreadable(Exception):
    """Changed, moved, sealed with another key, or no sealed text. The error never says what it holds."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name that sealed texts call it by."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text as the database holds it: `s1.<key>.<nonce and ciphertext>`."""

    token: str = field(repr=False)

    def __str__(self) -> str:
        return "förseglad uppgift"

    @property
    def key_id(self) -> str:
        """Raises Unreadable when the text has not the form of a sealed one."""
        return _parts(self.token)[0]


def is_sealed(text: str) -> bool:
    """Whether the text has the form of a sealed one."""
    return _TOKEN.fullmatch(text) is not None


def new_secret() -> bytes:
    return os.urandom(KEY_BYTES)


def derived(secret: str, purpose: str) -> Key:
    """The key of a secret file's line for one purpose, named by a fingerprint of its own."""
    material = HKDF(SHA256(), KEY_BYTES + 4, salt=None, info=f"avhopp {purpose}".encode()).derive(
        secret.encode()
    )
    return Key(material[KEY_BYTES:].hex(), material[:KEY_BYTES])


def seal(plain: str, key: Key, *, place: str, row: object) -> Sealed:
    """Encrypt `plain` for one place and row. The same text gives another result each time."""
    nonce = os.urandom(NONCE_BYTES)
    body = nonce + AESGCM(key.secret).encrypt(nonce, _padded(plain.encode()), _bound_to(key.id, place, row))
    return Sealed(f"{FORMAT}.{key.id}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}")


def unseal(sealed: Sealed, key: Key, *, place: str, row: object) -> str:
    """The text that was sealed with this key for this place and row.

    Raises:
        Unreadable: in every other case.
    """
    key_id, body = _parts(sealed.token)
    if key_id != key.id or len(body) <= NONCE_BYTES:
        raise Unreadable("sealed with another key")
    try:
        opened = AESGCM(key.secret).decrypt(
            body[:NONCE_BYTES], body[NONCE_BYTES:], _bound_to(key_id, place, row)
        )
    except InvalidTag:
        raise Unreadable("changed, moved, or sealed with another key") from None
    return opened[: opened.rindex(b"\x80")].decode()


def seal_bytes(plain: bytes, key: Key, *, place: str, row: object) -> bytes:
    """The same for bytes: `b1.<key>.` and then nonce and ciphertext as they are. Their length shows."""
    nonce = os.urandom(NONCE_BYTES)
    body = AESGCM(key.secret).encrypt(nonce, plain, _bound_to(key.id, place, row, BYTES_FORMAT))
    return b"%s.%s.%s%s" % (BYTES_FORMAT.encode(), key.id.encode(), nonce, body)


def unseal_bytes(sealed: bytes, key_of: Callable[[str], Key], *, place: str, row: object) -> bytes:
    """The bytes that were sealed for this place and row; `key_of` gives the key that they name.

    Raises:
        Unreadable: in every other case.
    """
    head = _BYTES_HEAD.match(sealed)
    if head is None:
        raise Unreadable("no sealed bytes")
    key = key_of(head["key"].decode())
    body = memoryview(sealed)[head.end() :]
    try:
        return AESGCM(key.secret).decrypt(
            body[:NONCE_BYTES], body[NONCE_BYTES:], _bound_to(key.id, place, row, BYTES_FORMAT)
        )
    except (InvalidTag, ValueError):
        raise Unreadable("changed, moved, or sealed with another key") from None


def blind_index(value: str, key: Key, *, scope: object) -> str:
    """A value that can be compared and not read: `<key>.<HMAC-SHA256>`.

    `scope` (the municipality) goes into it, so that two municipalities' registers cannot be joined.
    """
    said = json.dumps([str(scope), value]).encode()
    digest = hmac.new(key.secret, said, hashlib.sha256).digest()
    return f"{key.id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _bound_to(key_id: str, place: str, row: object, form: str = FORMAT) -> bytes:
    return json.dumps([form, key_id, place, str(row)]).encode()


def _padded(text: bytes) -> bytes:
    return text + b"\x80" + b"\0" * (-(len(text) + 1) % BLOCK)


def _parts(token: str) -> tuple[str, bytes]:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise Unreadable("not a sealed text")
    body = match["body"]
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise Unreadable("not a sealed text") from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != body:
        raise Unreadable("not a sealed text")  # the last letter may hold bits that no byte has
    return match["key"], raw
