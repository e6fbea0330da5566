"""Money between budget lines, and from one year to the next."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.kernel import periods
from placements import forecast
from placements.actions.reallocating import LASTING, open_year, reallocate
from placements.costs import NOTHING
from placements.forms.money import NextYearForm, ReallocationForm
from placements.known import year_stays
from placements.models import BudgetLine
from placements.views.budget import chosen_year
from placements.views.counting import simple_page


@access_page(Can.WRITE_BUDGET, READ_WRITE)
def budget_reallocate(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    year = chosen_year(request.GET.get("ar", ""), today.year)
    lines = BudgetLine.objects.visible_to(request.user).of_year(year).with_balance(None)
    form = ReallocationForm(request.POST or None, lines=lines, initial={"decided": today})
    back = f"{reverse('budget')}?ar={year}"

    def save() -> str:
        reallocate(**form.cleaned_data, by=request.user, today=today)
        return back

    context = {
        "heading": f"Omfördela inom {year}",
        "save": "Omfördela",
        "back": back,
        "top": "Budget",
        "lead": "Raderna behåller sina beslutade belopp. Omfördelningen blir en egen rad med sitt beslut, "
        "och ändras inte i efterhand: flytta tillbaka om det blev fel.",
    }
    return simple_page(request, form, save, "Omfördelningen är sparad.", context)


@access_page(Can.WRITE_BUDGET, READ_WRITE)
def budget_next_year(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    year = chosen_year(request.GET.get("ar", ""), today.year)
    lines = list(BudgetLine.objects.visible_to(request.user).of_year(year))
    lasting = [row for row in lines if row.kind in LASTING]
    form = NextYearForm(request.POST or None, lines=lasting, initial={"decided": today})
    back = f"{reverse('budget')}?ar={year}"

    def save() -> str:
        open_year(year=year + 1, lines=form.chosen(), by=request.user, today=today, **form.decision())
        return f"{reverse('budget')}?ar={year + 1}"

    context: dict[str, Any] = {
        "heading": f"Budget {year + 1}",
        "save": f"Öppna {year + 1}",
        "back": back,
        "top": "Budget",
        "lead": f"Rader som gäller tills vidare följer med från {year}, med det belopp som har beslutats. "
        "Riktade medel och statsbidrag upphör vid årets slut och följer aldrig med.",
        "ending": [row for row in lines if row.kind not in LASTING],
        "ending_sum": sum((row.amount for row in lines if row.kind not in LASTING), NOTHING),
        "bound": _bound(request, year + 1, today),
        "year": year + 1,
    }
    if not lasting:
        return render(request, "placements/next_year.html", {**context, "form": None})
    return simple_page(
        request, form, save, f"Budgeten för {year + 1} är öppnad.", context, "placements/next_year.html"
    )


def _bound(request: UserRequest, year: int, today: date) -> Decimal:
    """What the stays that have begun cost that year, as it is decided now."""
    period = periods.year(year)
    stays = year_stays(user=request.user, year=period, cut=today, as_of=today)
    return forecast.committed(NOTHING, [row.placing for row in stays.known], period, today, today)
