"""What differs between two versions of a row, in the words that the page shows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Cell:
    """One value in words; no words when the row holds nothing there.

    A sealed value is not opened to be compared: `seal` is what the column holds, and its words say only that
    something is written.
    """

    text: str = ""
    seal: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.seal


NOTHING = Cell()

#: A row at one moment: its fields by name. A field that is absent is empty.
Version = Mapping[str, Cell]


@dataclass(frozen=True)
class Difference:
    """One field before and after."""

    name: str
    before: Cell
    after: Cell

    @property
    def is_sealed(self) -> bool:
        return bool(self.before.seal or self.after.seal)

    @property
    def how(self) -> str:
        """What happened to a sealed field, which says no more."""
        if self.before.is_empty:
            return "skriven"
        return "borttagen" if self.after.is_empty else "ändrad"


def differences(before: Version | None, after: Version | None) -> tuple[Difference, ...]:
    """The fields whose words differ, in the order of the versions' fields. None: the row was not there."""
    old, new = before or {}, after or {}
    return tuple(
        Difference(name, old.get(name, NOTHING), new.get(name, NOTHING))
        for name in dict.fromkeys((*new, *old))
        if old.get(name, NOTHING) != new.get(name, NOTHING)
    )


def applied(version: Version | None, found: tuple[Difference, ...]) -> dict[str, Cell]:
    """The version that these differences make of another; fields without a value are left out."""
    changed = {**(version or {}), **{one.name: one.after for one in found}}
    return {name: cell for name, cell in changed.items() if not cell.is_empty}


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: as it was (`same`), taken out (`out`) or put in (`in`)."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """A text and the one that took its place, word by word.

    Without what was put in it is the first text, without what was taken out the second.
    """
    old, new = _words(before), _words(after)
    found: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[i1:i2])))
            continue
        found += [Piece("out", "".join(old[i1:i2]))] if i2 > i1 else []
        found += [Piece("in", "".join(new[j1:j2]))] if j2 > j1 else []
    return found


def _words(text: str) -> list[str]:
    """Words, each with the space after it; put together again they are the text."""
    found: list[str] = []
    for char in text:
        if found and (char.isspace() or not found[-1][-1].isspace()):
            found[-1] += char
        else:
            found.append(char)
    return found
