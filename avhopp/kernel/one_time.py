"""One-time codes by the clock, as authenticator apps show them (RFC 6238: SHA-1, 6 digits, 30 seconds).

Pure: the time is passed in. A step that has been used is refused by the caller, who remembers it.
"""

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
#: Steps before and after the present one that are accepted: clocks differ, and people type slowly.
TOLERANCE = 1
SECRET_BYTES = 20


def new_secret() -> str:
    """A random secret in base32, as the QR code carries it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The six digits of one step (RFC 4226, 5.3)."""
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The step whose code this is, at `now` (seconds since 1970); None when it is no code of this time."""
    typed = "".join(code.split())
    present = int(now) // STEP_SECONDS
    found = None
    for step in range(present - TOLERANCE, present + TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()):
            found = step
    return found


def address(secret: str, *, account: str, issuer: str) -> str:
    """The `otpauth` address that an authenticator app reads from the QR code."""
    label, issued = quote(f"{issuer}:{account}", safe=""), quote(issuer, safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={issued}"
