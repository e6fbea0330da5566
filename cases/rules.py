"""Who may decide what, and when somebody meets the definition. Pure: no database, no clock.

Source: the municipality's delegation order as dated data (DOMAIN.md 2.8) and the definition (R-50).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from avhopp.access.roles import Role
from avhopp.kernel.money import format_kr
from avhopp.kernel.periods import add_months
from avhopp.kernel.refusal import Refused

#: Who decides what nobody may on delegation (DOMAIN.md 2.8).
COMMITTEE = "Det ska fattas av nämnden eller dess utskott."

#: From the lowest decision-maker to the highest. Who stands higher may decide what a lower one may.
RANK = (Role.CASE_WORKER, Role.SENIOR_CASE_WORKER, Role.UNIT_MANAGER)


#: The years of a leap year and those around it hold every way in which months can lie.
FIRSTS = [date(2023 + at // 12, at % 12 + 1, 1) for at in range(48)]


def longest_days(months: int) -> int:
    """The most days that so many calendar months can have: four are 123, twelve are 366."""
    return max((add_months(first, months) - first).days for first in FIRSTS)


def whole_months(days: int) -> int:
    """The most months that always fit in so many days, and at least one."""
    months = max(days // 31, 1)
    while longest_days(months + 1) <= days:
        months += 1
    return months


def length_in_words(days: int | None) -> str:
    """A point's longest time as the committee says it: in months where it is whole ones."""
    if days is None:
        return "utan gräns i tid"
    months = whole_months(days)
    if longest_days(months) != days:
        return f"högst {days} dygn"
    return f"högst {months} {'månad' if months == 1 else 'månader'} ({days} dygn)"


@dataclass(frozen=True)
class Rule:
    """One point of the delegation order. None sets no limit: in days, kronor per night, kronor in all."""

    id: UUID
    point: str
    kind: str
    role: str
    max_days: int | None
    outside_framework: bool
    max_rate: Decimal | None = None
    max_cost: Decimal | None = None

    @classmethod
    def of(cls, row: Any) -> "Rule":
        return cls(
            row.pk,
            row.point,
            row.kind,
            row.role,
            row.max_days,
            row.outside_framework,
            row.max_rate,
            row.max_cost,
        )

    @property
    def in_words(self) -> str:
        """How far the point reaches, as a part of a Swedish sentence."""
        parts = [length_in_words(self.max_days)]
        parts += [] if self.max_rate is None else [f"högst {format_kr(self.max_rate)} per dygn"]
        parts += [] if self.max_cost is None else [f"högst {format_kr(self.max_cost)} sammanlagt"]
        return ", ".join([*parts, "även utanför ramavtal"] if self.outside_framework else parts)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to decide. `days` None is a decision without an end.

    `rate` is the highest price per night that it allows; None names none, and then the point that it is made
    on is the limit where somebody is placed (placements/actions/mandate.py).
    """

    kind: str
    days: int | None
    outside_framework: bool = False
    rate: Decimal | None = None

    @property
    def cost(self) -> Decimal | None:
        """What all its nights may cost, None when that is not said."""
        return None if self.rate is None or self.days is None else self.rate * self.days


def covers(rule: Rule, wanted: Wanted) -> bool:
    """Whether the point is about this kind of measure, this long, at this kind of place and this dear."""
    if rule.kind != wanted.kind:
        return False
    if wanted.outside_framework and not rule.outside_framework:
        return False
    if rule.max_rate is not None and wanted.rate is not None and wanted.rate > rule.max_rate:
        return False
    if rule.max_cost is not None and wanted.cost is not None and wanted.cost > rule.max_cost:
        return False
    if wanted.days is None:  # without an end there is no whole cost either
        return rule.max_days is None and rule.max_cost is None
    return rule.max_days is None or wanted.days <= rule.max_days


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
            f"Ingen får fatta det här beslutet på delegation. {COMMITTEE} "
            "Spara det som förslag, så finns det färdigt för dem.",
        )
    names = " eller ".join(decider.label.lower() for decider in able)
    raise Refused(
        "beyond_delegation",
        f"Beslutet går utöver din delegation. Det får fattas av {names}. "
        "Spara det som förslag, så finns det färdigt för den som beslutar.",
    )


def _reach(rule: Rule) -> tuple[int, float, bool, float, float, str]:
    def bound(limit: int | Decimal | None) -> float:
        return float("inf") if limit is None else float(limit)

    return (
        RANK.index(Role(rule.role)),
        bound(rule.max_days),
        rule.outside_framework,
        bound(rule.max_rate),
        bound(rule.max_cost),
        rule.point,
    )


def wanted_by(
    *,
    kind: str,
    rejected: bool,
    start: date | None,
    end: date | None,
    outside_framework: bool,
    rate: Decimal | None = None,
) -> Wanted:
    """What a decision asks of the delegation order. A rejection lasts no time and uses no place."""
    if rejected:
        return Wanted(kind, 0)
    return Wanted(kind, (end - start).days if start and end else None, outside_framework, rate)


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


#: The standard delegation order: lowest decision-maker, longest number of days, outside framework agreements,
#: most kronor per night. 123 and 366 days hold any four and twelve calendar months; the amounts lie above the
#: 3 000 kronor that a place costs as a rule (R-34), and are the municipality's own to set.
STANDARD = (
    (Role.CASE_WORKER, 123, False, Decimal(4000)),
    (Role.SENIOR_CASE_WORKER, 366, False, Decimal(5000)),
    (Role.UNIT_MANAGER, None, True, None),
)
