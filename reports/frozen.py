"""The figures of a report as they are frozen: one JSON object with everything that both files show. Pure.

The same object gives the same bytes for ever, whatever happens in the cases afterwards. Amounts are strings
with two decimals; the checksum is that of the canonical text, so the database may order the keys as it likes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from avhopp.kernel import periods
from avhopp.kernel.money import plain
from avhopp.kernel.periods import Period
from reports.facts import Facts, seen_from
from reports.figures import as_json, figures, months
from reports.figures_counts import count_emergencies, count_interrupted, reviews_of_log
from reports.figures_money import MonthRow
from reports.figures_range import figure_range, frozen_range

FORMAT = 1
AMOUNTS = {
    "cost", "cost_inside", "cost_outside", "mean_cost_per_night", "total", "amount", "used", "variance",
    "committed",
    "planned", "straight_line", "applied_sum", "granted_sum", "paid_sum", "running_cost", "cost_was",
}  # fmt: skip


@dataclass(frozen=True)
class EarlierReport:
    """What an earlier report of the same year said of its own month."""

    month: date
    nights: int
    cost: str


def freeze(
    facts: Facts,
    month: Period,
    as_of: date,
    earlier: Iterable[EarlierReport] = (),
    ledger: tuple[int, str] | None = None,
) -> dict[str, Any]:
    """Everything that the month's report shows, counted once.

    `earlier` are the year's reports before this one: where today's facts give other nights or another cost
    for their months, the difference is listed as an adjustment, never silent (DOMAIN.md 5.2).
    `ledger` is the number and the hash of the history's last entry, which nobody can change once printed.
    """
    rows = [_month(row) for row in months(facts, month.start.year, min(as_of, periods.last_day(month)))]
    return {
        "format": FORMAT,
        "figures": as_json(figures(facts, month, as_of)),
        "months": rows,
        "compared": [_compared(facts, other, as_of) for other in _others(month)],
        "adjustments": _adjustments(rows, earlier),
        "interrupted": _interrupted(facts, month, as_of),
        "emergencies": _emergencies(facts, month, as_of),
        "log_reviews": _log_reviews(facts, month),
        "range": frozen_range(figure_range(facts, month, as_of)),
        "ledger": {"seq": ledger[0], "hash": ledger[1]} if ledger else None,
    }


def checksum(frozen: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the canonical text."""
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def controls_hold(frozen: Mapping[str, Any] | None) -> bool:
    """Whether every control sum came out even; without frozen figures (None) nothing holds."""
    return frozen is not None and all(frozen["figures"]["controls"].values())


def thawed(value: Any, key: str = "") -> Any:
    """The frozen object as attributes, with amounts as Decimal: what templates and charts take."""
    if isinstance(value, Mapping):
        return SimpleNamespace(**{name: thawed(part, name) for name, part in value.items()})
    if isinstance(value, list):
        return [thawed(part, key) for part in value]
    if key in AMOUNTS and isinstance(value, str):
        return Decimal(value)
    if key == "month" and isinstance(value, str):
        return periods.parse_month(value).start
    if key == "as_of":
        return date.fromisoformat(value)
    return value


def _month(row: MonthRow) -> dict[str, Any]:
    return {
        "month": f"{row.month.start:%Y-%m}",
        "nights": row.nights,
        "nights_inside": row.nights_inside,
        "nights_outside": row.nights_outside,
        "cost": plain(row.cost),
        "cost_inside": plain(row.cost_inside),
        "cost_outside": plain(row.cost_outside),
        "persons": row.persons,
        "running_nights": row.running_nights,
        "running_cost": plain(row.running_cost),
    }


def _interrupted(facts: Facts, month: Period, as_of: date) -> dict[str, int]:
    """Beside the figures, as the emergencies are (DOMAIN.md 5.2, block 10)."""
    cut = min(as_of, periods.last_day(month))
    return asdict(count_interrupted(seen_from(facts, as_of), month, cut))


def _emergencies(facts: Facts, month: Period, as_of: date) -> dict[str, int]:
    """Beside the figures, which are those of the scenario format and no others (SR-20)."""
    return asdict(count_emergencies(facts, month, as_of, min(as_of, periods.last_day(month))))


def _log_reviews(facts: Facts, month: Period) -> list[dict[str, Any]]:
    """Numbers as they stood when the figures were frozen: a month is reviewed in the one after it (SR-24)."""
    return [
        {**asdict(row), "month": f"{row.month:%Y-%m}", "signed": row.signed and row.signed.isoformat()}
        for row in reviews_of_log(facts, month)
    ]


def _others(month: Period) -> list[Period]:
    """The month before, and the same month a year ago."""
    before = periods.add_months(month.start, -1)
    return [periods.month(before.year, before.month), periods.month(month.start.year - 1, month.start.month)]


def _compared(facts: Facts, month: Period, as_of: date) -> dict[str, Any]:
    found = as_json(figures(facts, month, as_of))
    volumes: Any = found["volumes"]
    placements: Any = found["placements"]
    return {
        "month": found["month"],
        "open_last": volumes["open_last"],
        "persons": placements["persons"],
        "nights": placements["nights"],
        "cost": placements["cost"],
        "mean_cost_per_night": placements["mean_cost_per_night"],
    }


def _adjustments(rows: list[dict[str, Any]], earlier: Iterable[EarlierReport]) -> list[dict[str, Any]]:
    now = {row["month"]: row for row in rows}
    found = []
    for report in sorted(earlier, key=lambda each: each.month):
        row = now.get(f"{report.month:%Y-%m}")
        if row is not None and (row["nights"], row["cost"]) != (report.nights, report.cost):
            found.append({
                "month": row["month"],
                "nights_was": report.nights,
                "nights": row["nights"],
                "cost_was": report.cost,
                "cost": row["cost"],
            })  # fmt: skip
    return found
