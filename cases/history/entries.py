"""What the page of a case's history shows: what somebody did at one time, with its differences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from avhopp.access.roles import Can
from cases.history.differences import Difference, Version, differences
from cases.history.kinds import Kind
from cases.history.reading import ADDED, REMOVED, Head, Material
from cases.history.wording import Names, cell_of

ACTS = {ADDED: ("Tillkom", "success", "plus"), REMOVED: ("Togs bort", "danger", "trash-2")}
CHANGE = ("Ändrades", "info", "pencil")
#: An entry with more rows than this shows them folded.
MANY = 6
#: What makes of rows one entry.
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Line:
    """One field, before and after. `how` tells of a sealed one, and the others have their words."""

    label: str
    before: str
    after: str
    how: str = ""


@dataclass(frozen=True)
class Item:
    """One row that was added, changed or removed."""

    id: UUID
    name: str
    about: str
    act: str
    tone: str
    icon: str
    is_change: bool
    lines: tuple[Line, ...]
    opens: bool  # it has sealed texts that can be read on a page of their own
    reason: str = ""  # what the row itself says of why


@dataclass
class Entry:
    """All that one person did at once, as far as it is on this page."""

    at: datetime
    who: str
    role: str
    headings: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    began_before: bool = False  # the page before shows more of it
    goes_on: bool = False  # the next page does

    @property
    def title(self) -> str:
        """What was done, in the words of its event; without one, what happened to the first row."""
        if self.headings:
            return self.headings[0]
        first, more = self.items[0], len(self.items) - 1
        told = f"{first.name} {first.act.lower()}"
        return f"{told}, och {more} till" if more else told

    @property
    def also(self) -> list[str]:
        return self.headings[1:]

    @property
    def is_long(self) -> bool:
        return len(self.items) > MANY


def entries(
    heads: Sequence[Head],
    near: tuple[Head | None, Head | None],
    material: Material,
    kinds: Sequence[Kind],
    rights: set[Can],
) -> list[Entry]:
    """The page's entries, the newest first. `near`: the rows just before and just after the page's."""
    by_key = {kind.key: kind for kind in kinds}
    found: dict[Key, Entry] = {}
    for head in heads:
        key = _key(head, material)
        if key not in found:
            found[key] = Entry(head.at, *material.who(head.actor, head.at))
        found[key].items += _items(head, material, by_key[head.kind], rights)
    for key, entry in found.items():
        _tell(entry, key, material)
    newer, older = near
    if newer is not None and (entry_of := found.get(_key(newer, material))):
        entry_of.began_before = True
    if older is not None and (entry_of := found.get(_key(older, material))):
        entry_of.goes_on = True
    return [entry for entry in found.values() if entry.items or entry.headings]


def _key(head: Head, material: Material) -> Key:
    """What one person did in one transaction; before it is sealed, what one person did for one reason."""
    sealed = material.sealed.get(head.id)
    return (head.actor, sealed) if sealed else (head.actor, None, head.because)


def _tell(entry: Entry, key: Key, material: Material) -> None:
    """The events of the same transaction: what was done, in words, and why."""
    actor, sealed, *_ = key
    told = [
        event
        for event in material.events
        if sealed is not None and event.actor_id == actor and material.sealed.get(event.pk) == sealed
    ]
    entry.headings = list(dict.fromkeys(event.text for event in told))
    reasons = [event.reason for event in told] + [item.reason for item in entry.items]
    said = {heading.rstrip(".") for heading in entry.headings}
    entry.reasons = [one for one in dict.fromkeys(reasons) if one and one.rstrip(".") not in said]


def _items(head: Head, material: Material, kind: Kind, rights: set[Can]) -> list[Item]:
    row: Any = material.rows[head.id]
    before = material.before.get(head.id)
    removed = row.history_type == REMOVED
    old = version(kind, before if not removed else row, rights, material.names)
    new = {} if removed else version(kind, row, rights, material.names)
    found = differences(old, new)
    is_new = before is None and not removed
    if not found and not is_new and not removed:
        return []  # nothing that the reader may see, or can see, differs
    act, tone, icon = ACTS[ADDED] if is_new else ACTS.get(row.history_type, CHANGE)
    names = {one.name: kind.name_of(one) for one in kind.fields(rights)}
    told = new or old
    about = ", ".join(told[name].text for name in kind.told_by if name in told and told[name].text)
    return [
        Item(
            id=head.id,
            name=kind.name,
            about=about,
            act=act,
            tone=tone,
            icon=icon,
            is_change=not is_new and not removed,
            lines=tuple(_line(one, names[one.name]) for one in found),
            opens=kind.opens and any(one.is_sealed for one in found),
            reason=next((one.after.text for name in kind.why for one in found if one.name == name), ""),
        )
    ]


def version(kind: Kind, row: Model | None, rights: set[Can], names: Names) -> Version:
    """The row in words: the fields that the rights open. A sealed text stays sealed."""
    if row is None:
        return {}
    return {
        one.name: cell_of(one, row.__dict__[one.attname], names, kind.values.get(one.name, {}))
        for one in kind.fields(rights)
    }


def _line(one: Difference, label: str) -> Line:
    if one.is_sealed:
        return Line(label, "", "", one.how)
    return Line(label, one.before.text, one.after.text)
