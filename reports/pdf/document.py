"""What the two files say, from the report's header and its frozen figures alone. No database, no clock."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from avhopp.kernel import periods, swedish
from avhopp.kernel.money import NBSP, format_kr, format_percent
from avhopp.pages.charts import Budget, Lines, Series, StackedBars
from placements.models import BudgetLine
from placements.range_chart import range_chart
from placements.range_words import basis_sentence, outcome_sentence, risk_sentence
from reports.disclosure import about_kr, interval, may_show_amounts, rounded_nights
from reports.figures_range import range_of
from reports.frozen import controls_hold, thawed
from reports.models import MonthlyReport

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOT_SHOWN = "redovisas inte"
HIDDEN = ("Cc", "Cf", "Zl", "Zp")  # categories of Unicode
SHORT_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
CONTROLS = {
    "volumes_balance": "Ärenden: första dagen + nya + återaktualiserade − avslutade = sista dagen",
    "agreement_balance": "Dygn och kostnad: inom + utanför ramavtal = totalt",
    "year_is_sum_of_months": "Året: summan av månaderna = årets dygn och kostnad",
}


def public_context(report: MonthlyReport) -> dict[str, Any]:
    """The public report: intervals, rounded sums, nothing broken down (DOMAIN.md 5.4)."""
    found = thawed(report.figures).figures
    rounded = _rounded(found)
    return {
        **_header(report),
        "rounded": rounded,
        "found": found,
        "budget_rows": _public_budget(found, rounded),
    }


def annex_context(report: MonthlyReport) -> dict[str, Any]:
    """The annex marked as secret: exact figures, charts, definitions, control sums."""
    frozen = thawed(report.figures)
    found = frozen.figures
    return {
        **_header(report),
        "found": found,
        "months": frozen.months,
        "sums": _sums(frozen.months),
        "budget_lines": [
            SimpleNamespace(
                ref=line.ref, kind=BudgetLine.Kind(line.kind).label, amount=line.amount, used=line.used
            )
            for line in found.budget.lines
        ],
        "overrun": max(-found.budget.variance, Decimal(0)),
        "left": max(found.budget.variance, Decimal(0)),
        "spent_share": _share(found.year.cost, found.budget.total),
        "forecasts": _forecasts(found),
        "compared": [
            SimpleNamespace(
                month=report.month,
                open_last=found.volumes.open_last,
                persons=found.placements.persons,
                nights=found.placements.nights,
                cost=found.placements.cost,
                mean_cost_per_night=found.placements.mean_cost_per_night,
            ),
            *frozen.compared,
        ],
        "adjustments": frozen.adjustments,
        "controls": [(words, getattr(found.controls, name)) for name, words in CONTROLS.items()],
        "controls_hold": controls_hold(report.figures),
        "checksum": report.figures_sha256,
        "ledger": _ledger(report.figures),
        "interrupted": getattr(frozen, "interrupted", None),  # reports frozen before these were counted
        "emergencies": getattr(frozen, "emergencies", None),
        "log_reviews": getattr(frozen, "log_reviews", None),  # likewise
        "charts": _charts(found, frozen.months, report.month.year),
        "range": _range(report.figures, report.month.year),
    }


def _range(figures: dict[str, Any] | None, year: int) -> SimpleNamespace | None:
    """The forecast with a range; None in reports frozen before there was one."""
    frozen = (figures or {}).get("range")
    if frozen is None:
        return None
    found = range_of(frozen)
    return SimpleNamespace(
        outcome=outcome_sentence(found),
        risk=risk_sentence(found),
        basis=basis_sentence(found.basis),
        months=found.months,
        runs=found.runs,
        seed=str(found.seed),
        chart=range_chart(found, year),
    )


def _ledger(figures: dict[str, Any] | None) -> str:
    """The history's last entry when the figures were frozen, as verify_ledger.py takes it after --head."""
    found = (figures or {}).get("ledger")
    return f"{found['seq']}:{found['hash']}" if found else ""


def title_of(month: date) -> str:
    """'Avhopparverksamheten – månadsrapport mars 2022'."""
    return f"Avhopparverksamheten – månadsrapport {swedish.format_month(month)}"


def _header(report: MonthlyReport) -> dict[str, Any]:
    """What both files have on top; dated by the day on which the figures were frozen."""
    if report.frozen_at is None:
        raise ValueError("only a report whose figures are frozen can be written")
    month = periods.month(report.month.year, report.month.month)
    return {
        "title": title_of(report.month),
        "board": report.municipality.board,
        "municipality": report.municipality.name,
        "registry_no": report.registry_no,
        "dated": report.frozen_at.astimezone(STOCKHOLM).date(),
        "epoch": int(report.frozen_at.timestamp()),
        "month": report.month,
        "year": str(report.month.year),
        "first_day": report.month,
        "last_day": periods.last_day(month),
        "as_of": report.as_of,
        "version": report.version,
        "correction_reason": report.correction_reason,
        "views": _paragraphs(report.views),
    }


def _paragraphs(text: str) -> list[str]:
    """The text without control and direction marks, in paragraphs; an empty line begins a new one."""
    shown = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in HIDDEN)
    return [part.strip() for part in shown.split("\n\n") if part.strip()]


def _count(count: int) -> str:
    return f"{count:,}".replace(",", NBSP)


def _rounded(found: Any) -> SimpleNamespace:
    """Everything that the public report says in figures."""
    amounts = may_show_amounts(found.year.persons_placed)
    nights = amounts and may_show_amounts(found.placements.persons)
    return SimpleNamespace(
        open_last=interval(found.volumes.open_last, total=True),
        persons_year=interval(found.volumes.persons_year_to_date, total=True),
        persons_placed=interval(found.placements.persons),
        applications=interval(found.applications.sent),
        nights_year=f"cirka {_count(rounded_nights(found.year.nights))}" if nights else NOT_SHOWN,
        cost_year=about_kr(found.year.cost) if amounts else NOT_SHOWN,
        planned=about_kr(found.forecast.planned) if amounts else NOT_SHOWN,
        outcome=_against_budget(found) if amounts else "",
        amounts=amounts,
    )


def _against_budget(found: Any) -> str:
    """How the forecast stands to the budget, in words and rounded."""
    if not found.budget.lines:
        return "Verksamheten har ingen egen budget för året. Kostnaden ryms inom nämndens ram."
    over = found.forecast.planned - found.budget.total
    if abs(over) < 25_000:
        return "Prognosen är i nivå med budgeten."
    side = "över" if over > 0 else "under"
    return f"Prognosen är omkring {about_kr(abs(over))} {side} budgeten."


def _public_budget(found: Any, rounded: SimpleNamespace) -> list[tuple[str, str]]:
    """Budget lines are public decisions and stand exactly; cost and forecast are rounded."""
    lines = [
        (f"Budget: {BudgetLine.Kind(line.kind).label.lower()}", format_kr(line.amount))
        for line in found.budget.lines
    ]
    if len(lines) > 1:
        lines.append(("Budget, totalt", format_kr(found.budget.total)))
    return [*lines, ("Kostnad hittills i år", rounded.cost_year), ("Prognos för helåret", rounded.planned)]


def _sums(months: Sequence[Any]) -> SimpleNamespace:
    names = ("nights", "nights_inside", "nights_outside", "cost", "cost_inside", "cost_outside")
    return SimpleNamespace(**{name: sum(getattr(row, name) for row in months) for name in names})


def _share(part: Decimal, whole: Decimal) -> str:
    return format_percent(part / whole) if whole else "–"


def _forecasts(found: Any) -> list[SimpleNamespace]:
    budget = found.budget.total
    rows = (
        (
            "Beslutat",
            found.forecast.committed,
            "Pågående placeringar till sina beslutade slut, med beslutade priser.",
        ),
        (
            "Beslutat och planerat",
            found.forecast.planned,
            "Även beslutade placeringar som inte börjat. Huvudprognos.",
        ),
        (
            "Rak framskrivning",
            found.forecast.straight_line,
            "Årets snitt per dag gånger årets dagar. Bortser från beslut.",
        ),
    )
    return [
        SimpleNamespace(
            name=name, amount=amount, left=budget - amount, share=_share(amount, budget), about=about
        )
        for name, amount, about in rows
    ]


def _charts(found: Any, months: Sequence[Any], year: int) -> SimpleNamespace:
    labels = tuple(SHORT_MONTHS[row.month.month - 1] for row in months)
    rest = (None,) * (12 - len(labels))
    split = (
        Series("Inom ramavtal", tuple(row.cost_inside for row in months) + rest),
        Series("Utanför ramavtal", tuple(row.cost_outside for row in months) + rest),
    )
    running = Series("Ackumulerad kostnad", tuple(row.running_cost for row in months) + rest)
    return SimpleNamespace(
        cost=StackedBars(
            title=f"Kostnad per månad {year}",
            about="Kronor per månad, inom och utanför ramavtal.",
            labels=SHORT_MONTHS,
            series=split,
            unit="kr",
        ),
        running=Lines(
            title=f"Ackumulerad kostnad {year} mot budget",
            about="Årets kostnad till och med varje månad, med budgeten som gräns.",
            labels=SHORT_MONTHS,
            series=(running,),
            limit=found.budget.total or None,
            limit_label="Budget",
            unit="kr",
        ),
        budget=Budget(
            title=f"Budget och prognos {year}",
            about="Kostnad hittills, det som är beslutat för resten av året, och prognosen.",
            budget=found.budget.total,
            spent=found.year.cost,
            committed=found.forecast.committed - found.year.cost,
            forecast=found.forecast.planned,
        ),
    )
