"""The sealed texts of one change, opened: for the page that logs it as a reading of its own."""

from dataclasses import dataclass
from typing import Any

from avhopp.access.roles import Can
from avhopp.sealing.fields import SealedTextField
from cases.history.differences import Piece, pieces
from cases.history.kinds import Kind
from cases.history.reading import REMOVED


@dataclass(frozen=True)
class Text:
    """One text before and after, in pieces."""

    label: str
    pieces: list[Piece]
    is_change: bool  # there was a text before, and there is one now


def texts_of(kind: Kind, before: Any, row: Any, rights: set[Can]) -> list[Text]:
    """The sealed texts that the change touched, among the fields that the rights open."""
    removed = row.history_type == REMOVED
    old, new = (row, None) if removed else (before, row)
    found = []
    for one in kind.fields(rights):
        if not isinstance(one, SealedTextField) or _kept(one, old) == _kept(one, new):
            continue
        was, now = (str(getattr(version, one.attname) or "") if version else "" for version in (old, new))
        found.append(Text(kind.name_of(one), pieces(was, now), bool(was and now)))
    return found


def _kept(one: SealedTextField, version: Any) -> Any:
    """What the column holds, unopened."""
    return (version.__dict__[one.attname] or None) if version else None
