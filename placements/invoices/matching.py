"""Which stay a line is likely to be for. Pure. A person confirms; nothing is matched by itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from avhopp.kernel.periods import Period
from placements.costs import Key


class Confidence(Enum):
    """How sure a proposal is: label and tone of its chip."""

    SURE = ("Säker", "success")
    LIKELY = ("Trolig", "info")
    UNSURE = ("Osäker", "warning")

    def __init__(self, label: str, tone: str) -> None:
        self.label = label
        self.tone = tone


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stay at the invoice's provider: its id, the references that it goes by, and its nights."""

    key: Key
    names: tuple[str, ...]
    nights: Period


@dataclass(frozen=True, slots=True)
class Proposal:
    key: Key
    confidence: Confidence
    reason: str


def proposals(reference: str, nights: Period | None, candidates: Iterable[Candidate]) -> list[Proposal]:
    """The stays that the line can be for, the likeliest first.

    Sure: the reference names it, and every night of the line is its. Likely: the reference names it, or it is
    the only stay there at that time. Unsure: it is one of several there at that time.
    """
    said = _bare(reference)
    near = [one for one in candidates if _named(said, one) or _shares(nights, one)]
    at_the_time = [one for one in near if _shares(nights, one)]
    found = [_proposal(one, said, nights, alone=len(at_the_time) == 1) for one in near]
    order = list(Confidence)
    return sorted(found, key=lambda one: order.index(one.confidence))


def sure_one(found: list[Proposal]) -> Proposal | None:
    """The proposal that stands out: the only sure one, or the only one at all when it is likely."""
    best = [one for one in found if one.confidence is Confidence.SURE]
    if len(best) == 1:
        return best[0]
    likely = [one for one in found if one.confidence is Confidence.LIKELY]
    return likely[0] if not best and len(likely) == 1 else None


def _proposal(one: Candidate, said: str, nights: Period | None, *, alone: bool) -> Proposal:
    named = _named(said, one)
    if named and (nights is None or _covers(one.nights, nights)):
        return Proposal(one.key, Confidence.SURE, "Referensen och tiden stämmer")
    if named:
        return Proposal(one.key, Confidence.LIKELY, "Referensen stämmer, tiden bara delvis")
    if alone and not said:
        return Proposal(one.key, Confidence.LIKELY, "Den enda placeringen där vid den tiden")
    return Proposal(one.key, Confidence.UNSURE, "Någon var placerad där vid den tiden")


def _named(said: str, one: Candidate) -> bool:
    """Whether a name of the stay stands in the reference as a word of its own: K-1 is not in K-12."""
    return any(
        name and re.search(rf"(?<![0-9A-ZÅÄÖ]){re.escape(name)}(?![0-9A-ZÅÄÖ])", said)
        for name in map(_bare, one.names)
    )


def _shares(nights: Period | None, one: Candidate) -> bool:
    return nights is not None and nights.overlaps(one.nights)


def _covers(stay: Period, nights: Period) -> bool:
    return stay.intersection(nights) == nights


def _bare(text: str) -> str:
    """Without spaces around signs, in capitals."""
    return re.sub(r"\s*([-_/])\s*", r"\1", " ".join(text.upper().split()))
