"""The budget: what was decided, what has been used, what the year is expected to cost."""

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
from placements.remaining import WHOLE
from placements.showing import Tab
from placements.spending import YearMoney, year_money
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
    context = {
        "money": money,
        "lines": lines_of(money),
        "uncovered": uncovered(money),
        "months": months_of_year(user=request.user, year=year, today=today),
        "month_columns": MONTH_COLUMNS,
        "moved": _moved(request, year),
        "moved_columns": MOVED_COLUMNS,
        "years": year_tabs(year, today.year),
        "chart": _against_budget(money),
        "monthly": _by_month(money),
        "partial": request.user.role not in WHOLE,
        "can_write": may_in_general(request.user, Can.WRITE_BUDGET),
        "columns": COLUMNS,
        "foot": _foot(money),
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
    """A line: what was decided and moved, and how far outcome, commitments and plans eat into it."""

    line: BudgetLine
    moved: Decimal
    used: Decimal
    committed: Decimal
    planned: Decimal
    left: Decimal


def lines_of(money: YearMoney) -> list[LineRow]:
    """The year's lines, charged with the outcome, with what is bound as well, and with the plans as well."""
    lines = [use.line for use in money.charged.uses]
    charged = (money.charged, charge(lines, money.committed), charge(lines, money.planned))
    return [
        LineRow(row, row.balance - row.amount, now.used, bound.used, likely.used, likely.left)
        for row, now, bound, likely in zip(money.rows, *(part.uses for part in charged), strict=True)
    ]


@dataclass(frozen=True)
class Uncovered:
    """What no line covers of the outcome, of what is bound and of the plans."""

    used: Decimal
    committed: Decimal
    planned: Decimal

    @property
    def left(self) -> Decimal:
        return -self.planned


def uncovered(money: YearMoney) -> Uncovered:
    total = money.charged.total
    costs = (money.charged.cost, money.committed, money.planned)
    return Uncovered(*(max(cost - total, NOTHING) for cost in costs))


def _foot(money: YearMoney) -> list[str]:
    """Of the whole year: what no line covers is in the sums."""
    decided = sum((row.amount for row in money.rows), NOTHING)
    sums = (
        decided, money.charged.total - decided, money.charged.cost, money.committed, money.planned,
        money.charged.total - money.planned,
    )  # fmt: skip
    return ["Summa", "", *(format_kr(amount) for amount in sums)]


def _moved(request: UserRequest, year: int) -> list[BudgetReallocation]:
    rows = BudgetReallocation.objects.visible_to(request.user).filter(source__year=year)
    return list(rows.select_related("source", "target"))


def chosen_year(text: str, this_year: int) -> int:
    """The year that the address names, or this one."""
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 else this_year


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
