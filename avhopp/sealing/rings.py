"""The data keys as a process uses them: read once, opened when somebody needs them, kept in memory only."""

import time
from typing import NamedTuple
from uuid import UUID

from avhopp.kernel.sealing import Key, blind_index
from avhopp.sealing.keyfiles import INDEX, KeyMissing, newest, unwrapped, versions
from avhopp.sealing.models import DataKey

#: Seconds that a process goes on sealing with a data key after a rotation made a newer one. It reads both.
NEWEST_FOR = 60.0


class _Row(NamedTuple):
    id: str
    ring: str
    wrapped: str


class _Ring:
    """The process's memory of the data keys."""

    def __init__(self) -> None:
        self.rows: dict[str, _Row] = {}
        self.opened: dict[str, Key] = {}
        self.read_at = float("-inf")

    def read(self) -> None:
        rows = DataKey.objects.order_by("ring", "number").values_list("id", "ring", "wrapped")
        self.rows = {row[0]: _Row(*row) for row in rows}
        self.read_at = time.monotonic()

    def key(self, key_id: str) -> Key:
        if key_id not in self.opened:
            if key_id not in self.rows:
                self.read()
            row = self.rows.get(key_id)
            if row is None:
                raise KeyMissing(f"The database has no data key {key_id}.")
            self.opened[key_id] = unwrapped(row.wrapped, row.ring, key_id)
        return self.opened[key_id]

    def current(self, ring: str) -> Key:
        if time.monotonic() - self.read_at > NEWEST_FOR:
            self.read()
        mine = [row.id for row in self.rows.values() if row.ring == ring]
        if not mine:
            self.read_at = float("-inf")
            raise KeyMissing(f"The ring {ring} has no data key. Run `manage.py setup_database`.")
        return self.key(mine[-1])


_memory = _Ring()


def key_called(key_id: str) -> Key:
    """The data key by its name.

    Raises:
        KeyMissing: there is none, or this process lacks the file that opens it.
    """
    return _memory.key(key_id)


def current_key(ring: str) -> Key:
    """The data key that new texts of the ring are sealed with."""
    return _memory.current(ring)


def forget() -> None:
    """Read the data keys anew from here on: after they were changed in this process."""
    global _memory
    _memory = _Ring()


def index_now(number: str, municipality: UUID) -> str:
    """The blind index that a stored identity number gets."""
    return blind_index(number, newest(INDEX), scope=municipality)


def indexes(number: str, municipality: UUID) -> list[str]:
    """Every blind index that the number can have: one per version, more than one only while keys rotate."""
    return [blind_index(number, key, scope=municipality) for key in versions(INDEX).values()]
