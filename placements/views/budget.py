"""The budget: what was decided, what has been used, what the year is expected to cost."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.timeline import events_on
from avhopp.kernel.money import format_kr
from avhopp.kernel.swedish import MONTHS
from avhopp.pages.charts import Budget, Series, StackedBars
from avhopp.pages.tables import Heading
from placements.actions.budget import add_budget_line
from placements.budgeting import charge
from placements.costs import NOTHING
from placements.forms.money import BudgetLineForm
from placements.models import BudgetLine, BudgetReallocation
from placements.months import months_of_year
from placements.outlook import assumptions_of, counted_twice, year_range
from placements.range_words import outcome_sentence, risk_sentence
from placements.remaining import WHOLE
from placements.showing import Tab
from placements.spending import YearMoney, grants_of, year_money
from placements.views.counting import simple_page

EVENT_ICONS = {"budgetrad": "banknote"}
COLUMNS = (
    Heading("Rad"),
    Heading("Beslut"),
    Heading("Beslutat", True),
    Heading("Omfördelat", True),
    Heading("Utfall", True),
    Heading("Bundet", True),
    Heading("Med planerat", True),
    Heading("Kvar då", True),
    Heading("Troligt", True),
)
MONTH_COLUMNS = (
    Heading("Månad"),
    Heading("Läge"),
    Heading("Dygn", True),
    Heading("Utfall", True),
    Heading("Bokfört", True),
    Heading("Ändrat sedan dess", True),
)
MOVED_COLUMNS = (
    Heading("Beslutad"),
    Heading("Från"),
    Heading("Till"),
    Heading("Beslut"),
    Heading("Belopp", True),
)


@access_page(Can.SEE_BUDGET)
def budget(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    year = chosen_year(request.GET.get("ar", ""), today.year)
    money = year_money(user=request.user, year=year, as_of=today)
    assumed = assumptions_of(request.user, year).as_assumptions()
    found = year_range(money=money, assumptions=assumed)
    stays = [row.stay for row in money.lived]
    context = {
        "money": money,
        "grants": grants_of(user=request.user, cut=money.cut, as_of=today),
        "lines": lines_of(money, found.year.p50),
        "uncovered": uncovered(money, found.year.p50),
        "range": outcome_sentence(found),
        "risk": risk_sentence(found),
        "twice": _counted_twice(money),
        "months": months_of_year(user=request.user, lived=stays, year=year, today=today),
        "month_columns": MONTH_COLUMNS,
        "moved": _moved(request, year),
        "moved_columns": MOVED_COLUMNS,
        "years": year_tabs(year, today.year),
        "chart": _against_budget(money),
        "monthly": _by_month(money),
        "partial": request.user.role not in WHOLE,
        "can_write": may_in_general(request.user, Can.WRITE_BUDGET),
        "columns": COLUMNS,
        "foot": _foot(money, found.year.p50),
        "events": events_on([row.pk for row in money.rows], request.user, EVENT_ICONS),
        "overrun_text": f"Kostnaden är {format_kr(money.charged.overrun)} högre än budgeten. "
        "Ingen rad täcker den.",
    }
    return render(request, "placements/budget.html", context)


@access_page(Can.WRITE_BUDGET, READ_WRITE)
def budget_line_new(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    form = BudgetLineForm(
        request.POST or None, initial={"year": chosen_year(request.GET.get("ar", ""), today.year)}
    )

    def save() -> str:
        line = add_budget_line(facts=form.facts(), by=request.user, today=today)
        return f"{reverse('budget')}?ar={line.year}"

    context = {
        "heading": "Ny budgetrad",
        "save": "Lägg till raden",
        "back": reverse("budget"),
        "top": "Budget",
        "lead": "En ändrad budget är en ny rad. Rader som är beslutade ändras inte.",
    }
    return simple_page(request, form, save, "Budgetraden är tillagd.", context)


@dataclass(frozen=True)
class LineRow:
    """A line: what was decided and moved, and how far outcome, commitments and plans eat into it.

    `left` is what the plans leave; `likely` is what the middle of the forecast's range takes of the line.
    """

    line: BudgetLine
    moved: Decimal
    used: Decimal
    committed: Decimal
    planned: Decimal
    left: Decimal
    likely: Decimal


def lines_of(money: YearMoney, likely: Decimal) -> list[LineRow]:
    """The year's lines, charged with the outcome, what is bound, what is planned, and the likely cost."""
    lines = [use.line for use in money.charged.uses]
    costs = (money.committed, money.planned, likely)
    charged = (money.charged, *(charge(lines, cost) for cost in costs))
    return [
        LineRow(row, row.balance - row.amount, now.used, bound.used, planned.used, planned.left, middle.used)
        for row, now, bound, planned, middle in zip(money.rows, *(part.uses for part in charged), strict=True)
    ]


@dataclass(frozen=True)
class Uncovered:
    """What no line covers of the outcome, of what is bound, of the plans and of the likely cost."""

    used: Decimal
    committed: Decimal
    planned: Decimal
    likely: Decimal

    @property
    def left(self) -> Decimal:
        return -self.planned


def uncovered(money: YearMoney, likely: Decimal) -> Uncovered:
    total = money.charged.total
    costs = (money.charged.cost, money.committed, money.planned, likely)
    return Uncovered(*(max(cost - total, NOTHING) for cost in costs))


def _counted_twice(money: YearMoney) -> str:
    """What to do about nights that the plans count twice; empty when there are none."""
    twice = counted_twice(money)
    if not twice.amount:
        return ""
    who = "En person har" if twice.persons == 1 else f"{twice.persons} personer har"
    return (
        f"{who} en placering som fortfarande pågår när nästa börjar. {format_kr(twice.amount)} av "
        "Med planerat är nätter som räknas två gånger. Sätt ett slut på den första placeringen, eller "
        "registrera den andra som en flytt. Troligt räknar nätterna en gång."
    )


def _foot(money: YearMoney, likely: Decimal) -> list[str]:
    """Of the whole year: what no line covers is in the sums."""
    decided = sum((row.amount for row in money.rows), NOTHING)
    sums = (
        decided, money.charged.total - decided, money.charged.cost, money.committed, money.planned,
        money.charged.total - money.planned, likely,
    )  # fmt: skip
    return ["Summa", "", *(format_kr(amount) for amount in sums)]


def _moved(request: UserRequest, year: int) -> list[BudgetReallocation]:
    rows = BudgetReallocation.objects.visible_to(request.user).filter(source__year=year)
    return list(rows.select_related("source", "target"))


def chosen_year(text: str, this_year: int) -> int:
    """The year that the address names, or this one."""
    return int(text) if re.fullmatch("20[0-9]{2}|2100", text) else this_year


def year_tabs(chosen: int, this_year: int) -> list[Tab]:
    """The years around this one, and the chosen."""
    shown = sorted({*range(this_year - 2, this_year + 2), chosen})
    return [Tab(str(year), f"?ar={year}", year == chosen) for year in shown]


def _against_budget(money: YearMoney) -> Budget:
    return Budget(
        title=f"Utfall och prognos mot budget {money.year}",
        about="Årets kostnad hittills, det som är bundet och det som är planerat, mot budgeten.",
        budget=money.charged.total,
        spent=money.charged.cost,
        committed=money.committed - money.charged.cost,
        forecast=money.planned,
    )


def _by_month(money: YearMoney) -> StackedBars:
    return StackedBars(
        title=f"Kostnad per månad {money.year}",
        about="Årets kostnad månad för månad, inom och utanför ramavtal.",
        labels=tuple(name.capitalize() for name in MONTHS),
        series=(
            Series("Inom ramavtal", tuple(month.spent.cost_inside for month in money.months)),
            Series("Utanför ramavtal", tuple(month.spent.cost_outside for month in money.months)),
        ),
        unit="kr",
        total=True,
    )
