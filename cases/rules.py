"""Who may decide what, and when somebody meets the definition. Pure: no database, no clock.

Source: the municipality's delegation order as dated data (DOMAIN.md 2.8) and the definition (R-50).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from avhopp.access.roles import Role
from avhopp.kernel.refusal import Refused

#: From the lowest decision-maker to the highest. Who stands higher may decide what a lower one may.
RANK = (Role.CASE_WORKER, Role.SENIOR_CASE_WORKER, Role.UNIT_MANAGER)


@dataclass(frozen=True)
class Rule:
    """One point of the delegation order. `max_days` None sets no limit in time."""

    id: UUID
    point: str
    kind: str
    role: str
    max_days: int | None
    outside_framework: bool

    @classmethod
    def of(cls, row: Any) -> "Rule":
        return cls(row.pk, row.point, row.kind, row.role, row.max_days, row.outside_framework)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to decide. `days` None is a decision without an end."""

    kind: str
    days: int | None
    outside_framework: bool = False


def covers(rule: Rule, wanted: Wanted) -> bool:
    """Whether the point is about this kind of measure, this long and at this kind of place."""
    if rule.kind != wanted.kind:
        return False
    if wanted.outside_framework and not rule.outside_framework:
        return False
    return rule.max_days is None or (wanted.days is not None and wanted.days <= rule.max_days)


def deciders(wanted: Wanted, rules: Iterable[Rule]) -> list[Role]:
    """The roles that may decide it, the lowest first; empty when nobody may on delegation."""
    lowest = [RANK.index(Role(rule.role)) for rule in rules if rule.role in RANK and covers(rule, wanted)]
    return list(RANK[min(lowest) :]) if lowest else []


def allowing_rule(role: str, wanted: Wanted, rules: Iterable[Rule]) -> Rule:
    """The point that lets `role` decide: the one that reaches least far among those that do.

    Raises:
        Refused: `beyond_delegation`, naming who may; `no_delegation` when nobody may.
    """
    rules = list(rules)
    if role in RANK:
        own = RANK.index(Role(role))
        fitting = [
            r for r in rules if r.role in RANK and RANK.index(Role(r.role)) <= own and covers(r, wanted)
        ]
        if fitting:
            return min(fitting, key=_reach)
    able = deciders(wanted, rules)
    if not able:
        raise Refused(
            "no_delegation",
            "Ingen får fatta det här beslutet på delegation. Det ska fattas av nämnden.",
        )
    names = " eller ".join(decider.label.lower() for decider in able)
    raise Refused(
        "beyond_delegation",
        f"Beslutet går utöver din delegation. Det får fattas av {names}. "
        "Spara det som förslag, så finns det färdigt för den som beslutar.",
    )


def _reach(rule: Rule) -> tuple[int, float, bool, str]:
    return (
        RANK.index(Role(rule.role)),
        float("inf") if rule.max_days is None else rule.max_days,
        rule.outside_framework,
        rule.point,
    )


def wanted_by(
    *, kind: str, rejected: bool, start: date | None, end: date | None, outside_framework: bool
) -> Wanted:
    """What a decision asks of the delegation order. A rejection lasts no time and uses no place."""
    if rejected:
        return Wanted(kind, 0)
    return Wanted(kind, (end - start).days if start and end else None, outside_framework)


def check_definition(result: str, criteria: tuple[bool | None, bool | None, bool | None]) -> None:
    """The result must agree with the three criteria (R-50): met needs all three, not met one that fails.

    Raises:
        Refused: code `definition_disagrees`.
    """
    if result == "uppfyller" and not all(criteria):
        raise Refused(
            "definition_disagrees",
            "Definitionen är uppfylld först när alla tre kriterierna är det. Ändra det som är fel.",
            field="definition",
        )
    if result == "uppfyller_inte" and False not in criteria:
        raise Refused(
            "definition_disagrees",
            "Ange vilket kriterium som inte är uppfyllt.",
            field="definition",
        )


#: The standard delegation order: lowest decision-maker, longest number of days, outside framework agreements.
#: 123 and 366 days hold any four and twelve calendar months.
STANDARD = (
    (Role.CASE_WORKER, 123, False),
    (Role.SENIOR_CASE_WORKER, 366, False),
    (Role.UNIT_MANAGER, None, True),
)
