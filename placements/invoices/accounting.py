"""What a line is booked on. Pure: the rules are data with dates (`AccountRule`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from avhopp.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Rule:
    """From `start` to the day before `end`: nights of this kind, inside or outside, go on this string."""

    kind: str
    inside: bool
    start: date
    end: date | None
    string: str


def account_for(rules: Iterable[Rule], *, kind: str, inside: bool, day: date, label: str) -> str:
    """The string in force on the day. `label` is the kind in Swedish.

    Raises:
        Refused: `no_account`.
    """
    for rule in rules:
        in_force = rule.start <= day and (rule.end is None or day < rule.end)
        if (rule.kind, rule.inside) == (kind, inside) and in_force:
            return rule.string
    where = "inom" if inside else "utanför"
    raise Refused(
        "no_account",
        f"Det finns ingen konteringsregel för {label} {where} ramavtal den {day.isoformat()}. "
        "Lägg till den under Konteringsregler.",
    )
