"""The ledger's head, and its anchor: a line in a file outside the database, signed with a key of its own.

Database triggers write the ledger (sql/ledger.sql); bin/verify_ledger.py checks it. A chain that was cut or
written anew looks whole by itself, but does not fit what was said of it outside: here, and on every report.
"""

import fcntl
import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.db import connection

FILE = "anchors.jsonl"


class LedgerBroken(Exception):
    """The ledger does not fit its last anchor. The sentence is Swedish and for the operator."""


@dataclass(frozen=True)
class Head:
    """The last entry. `genesis` is what the chain began with: no two databases share it."""

    seq: int
    hash: str
    entries: int
    genesis: str


@dataclass(frozen=True)
class Anchor:
    """What was said of the ledger at a time. `before` is the signature of the anchor before this one."""

    number: int
    at: str
    genesis: str
    seq: int
    hash: str
    entries: int
    before: str
    mac: str = ""

    def signature(self, key: bytes) -> str:
        """HMAC-SHA256 in hex over the fields with a bar between each (docs/ledger.md)."""
        fields = [str(value) for name, value in asdict(self).items() if name != "mac"]
        return hmac.new(key, "|".join(fields).encode(), hashlib.sha256).hexdigest()


def head() -> Head:
    """The ledger's last entry that is committed, or that this transaction has sealed."""
    with connection.cursor() as cursor:
        cursor.execute("select seq, hash, entries, genesis from audit.ledger_state()")
        return Head(*cursor.fetchone())


def anchor(folder: Path, key: bytes, at: datetime) -> Anchor:
    """Add the head to the folder's file; it is on the disk when this returns. Several may run at once.

    Raises:
        LedgerBroken: the ledger does not fit the last anchor; nothing is written.
        OSError: the file cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / FILE).open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last(file)
        now = head()
        if last is not None:
            _fits(last, now, key)
        unsigned = Anchor(
            number=last.number + 1 if last else 1,
            at=at.isoformat(timespec="seconds"),
            before=last.mac if last else "",
            **asdict(now),
        )
        made = Anchor(**asdict(unsigned) | {"mac": unsigned.signature(key)})
        file.write(json.dumps(asdict(made)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return made


def _last(file: TextIO) -> Anchor | None:
    file.seek(0)
    lines = [line for line in file.read().splitlines() if line]
    try:
        return Anchor(**json.loads(lines[-1])) if lines else None
    except (ValueError, TypeError):
        raise LedgerBroken("Den sista raden bland förankringarna går inte att läsa.") from None


def _fits(last: Anchor, now: Head, key: bytes) -> None:
    told = f"Förankring {last.number} ({last.at})"
    if not hmac.compare_digest(last.signature(key), last.mac):
        raise LedgerBroken(f"{told} är inte signerad med nyckeln.")
    if last.genesis != now.genesis:
        raise LedgerBroken(f"{told} gäller en annan databas. Är databasen ny: flytta undan den gamla filen.")
    if last.seq > now.seq or now.entries != now.seq:
        raise LedgerBroken(f"Poster saknas: {told} säger {last.seq}, liggaren har {now.entries}.")
    if last.seq and _hash_of(last.seq) != last.hash:
        raise LedgerBroken(f"Kedjan är omräknad: {told} säger en annan kontrollsumma för post {last.seq}.")


def _hash_of(seq: int) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("select audit.ledger_hash(%s)", [seq])
        return cursor.fetchone()[0]
