"""The checksum of a package: made when it is released, proved before it is shown. Pure."""

import hashlib
import json
from typing import Any


def canonical(content: dict[str, Any]) -> bytes:
    """The one sequence of bytes that a content has: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def checksum(content: dict[str, Any]) -> str:
    """SHA-256 over the canonical bytes, in hex."""
    return hashlib.sha256(canonical(content)).hexdigest()
