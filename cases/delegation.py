"""What a new version of the delegation order must keep to, and what it changes. Pure: no database, no clock.

Source: DOMAIN.md 2.8, docs/decisions/0038. The committee decides the order; here it is only written down.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from avhopp.access.roles import Can, Role, role_can
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from cases.rules import RANK, Rule
from cases.states import MeasureKind


@dataclass(frozen=True)
class Change:
    """What two versions say otherwise of a point, in words; empty where it is not there."""

    point: str
    before: str
    after: str

    @property
    def what(self) -> str:
        return "Ny" if not self.before else "Tas bort" if not self.after else "Ändras"


def check_points(points: Sequence[Rule]) -> None:
    """Somebody can decide on every point, and each number names one.

    Raises Refused: no_points, nobody_decides, amount_negative, ore, point_twice.
    """
    if not points:
        raise Refused("no_points", "Skriv minst en punkt. Utan punkter får ingen besluta på delegation.")
    for point in points:
        if point.role not in RANK or not role_can(point.role, Can.DECIDE):
            raise Refused(
                "nobody_decides",
                f"Punkt {point.point}: {Role(point.role).label.lower()} fattar inga beslut. "
                f"Välj {', '.join(role.label.lower() for role in RANK[:-1])} eller {RANK[-1].label.lower()}.",
            )
        for limit in (point.max_rate, point.max_cost):
            if limit is not None and limit < 0:
                raise Refused(
                    "amount_negative", f"Punkt {point.point}: beloppet får inte vara mindre än noll."
                )
            if limit is not None and limit != int(limit):
                raise Refused("ore", f"Punkt {point.point}: skriv hela kronor.")
        if 0 in (point.max_days, point.max_rate, point.max_cost):
            raise Refused(
                "nobody_decides",
                f"Punkt {point.point}: gränsen är noll, så ingen kan besluta. Höj den eller ta bort raden.",
            )
    number, times = Counter(point.point for point in points).most_common(1)[0]
    if times > 1:
        raise Refused("point_twice", f"Punkt {number} finns {times} gånger. Ge varje rad ett eget nummer.")


def check_dates(*, decided: date, valid_from: date, held: Iterable[Period], today: date) -> None:
    """The version follows on the ones before it: no day that has been gets another order, and none gets none.

    `held` is when the points of the earlier versions hold.

    Raises Refused: decided_later, before_decided, before_newest, already_past, gap.
    """
    if decided > today:
        raise Refused("decided_later", "Nämnden kan inte ha beslutat efter i dag.", field="decided")
    if valid_from < decided:
        raise Refused(
            "before_decided", f"Ordningen kan inte gälla före nämndens beslut, {decided}.", field="valid_from"
        )
    periods = [period for period in held if period.start != period.end]
    if not periods:
        return
    newest = max(period.start for period in periods)
    if valid_from < newest:
        raise Refused(
            "before_newest",
            f"Den senaste versionen gäller från {newest}. Välj den dagen eller en senare.",
            field="valid_from",
        )
    if valid_from < today:
        raise Refused(
            "already_past",
            "Vad som gällde dagar som har varit ändras inte. Välj i dag eller en senare dag.",
            field="valid_from",
        )
    ends = [period.end for period in periods if period.end is not None]
    if len(ends) == len(periods) and valid_from > max(*ends, today):
        raise Refused(
            "gap",
            f"Den förra ordningen gäller till {max(ends)}. Med den här dagen får ingen besluta däremellan. "
            f"Välj senast {max(*ends, today)}.",
            field="valid_from",
        )


def changes(before: Iterable[Rule], after: Iterable[Rule]) -> list[Change]:
    """What differs between two versions, by the points' numbers in their order."""
    old, new = _by_number(before), _by_number(after)
    numbers = sorted(old.keys() | new.keys(), key=lambda key: (order_of(key[0]), key[1]))
    found = [Change(key[0], old.get(key, ""), new.get(key, "")) for key in numbers]
    return [change for change in found if change.before != change.after]


def order_of(point: str) -> list[tuple[bool, int, str]]:
    """Sorts 3.2 before 3.10."""
    parts = point.replace(":", ".").split(".")
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def undecided_kinds(before: Iterable[Rule], after: Iterable[Rule]) -> list[str]:
    """The kinds of measure that somebody could decide on delegation before, and nobody after."""
    left = {rule.kind for rule in before} - {rule.kind for rule in after}
    return [kind.label for kind in MeasureKind if kind in left]


def vacant_points(points: Iterable[Rule], roles: Iterable[str]) -> list[str]:
    """The points that nobody could decide on when only these roles are held."""
    highest = max((RANK.index(Role(role)) for role in roles if role in RANK), default=-1)
    return [point.point for point in points if RANK.index(Role(point.role)) > highest]


def in_words(rule: Rule) -> str:
    """Everything that a point says but its number."""
    return f"{MeasureKind(rule.kind).label}. {Role(rule.role).label}: {rule.in_words}."


def _by_number(rules: Iterable[Rule]) -> dict[tuple[str, int], str]:
    """By number, and by place among those with the same number: rows of the set-up may share one."""
    seen: Counter[str] = Counter()
    found = {}
    for rule in sorted(rules, key=lambda rule: (rule.point, in_words(rule))):
        found[rule.point, seen[rule.point]] = in_words(rule)
        seen[rule.point] += 1
    return found
