"""The forecast with a range, and what it takes for granted."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.timeline import events_on
from avhopp.kernel.periods import ONE_DAY
from avhopp.kernel.refusal import Refused
from avhopp.pages.tables import Heading
from placements.actions.assumption import drafted, set_assumptions
from placements.forms.forecast import AssumptionForm
from placements.models import ForecastAssumption
from placements.outlook import assumptions_of, year_range
from placements.range_chart import methods_of, range_chart
from placements.range_words import basis_sentence, outcome_sentence, risk_sentence
from placements.remaining import WHOLE
from placements.spending import YearMoney, year_money
from placements.views.budget import chosen_year, year_tabs
from placements.views.counting import show

EVENT_ICONS = {"prognosantagande": "trending-up"}
METHODS = (Heading("Så här räknat"), Heading("Helår", True), Heading("Mot budget", True))


@access_page(Can.SEE_BUDGET)
def forecast(request: UserRequest) -> HttpResponse:
    """The range with the year's assumptions; with `prova` in the address, with those of the form, unsaved."""
    today = timezone.localdate()
    year = chosen_year(request.GET.get("ar", ""), today.year)
    money = year_money(user=request.user, year=year, as_of=today)
    saved = assumptions_of(request.user, year)
    form = AssumptionForm.shown(saved, _open_from(money), request.GET if "prova" in request.GET else None)
    return _shown(request, money, saved, form)


@access_page(Can.WRITE_BUDGET, READ_WRITE)
def forecast_assumptions(request: UserRequest) -> HttpResponse:
    """Save what was tried; the page of the forecast has the form."""
    today = timezone.localdate()
    year = chosen_year(request.POST.get("ar", ""), today.year)
    money = year_money(user=request.user, year=year, as_of=today)
    saved = assumptions_of(request.user, year)
    form = AssumptionForm.shown(saved, _open_from(money), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                set_assumptions(facts=form.facts(), year=year, by=request.user, today=today)
            messages.success(request, "Antagandena är sparade.")
            return redirect(f"{reverse('forecast')}?ar={year}")
        except Refused as refused:
            show(form, refused)
    return _shown(request, money, saved, form)


def _shown(
    request: UserRequest, money: YearMoney, saved: ForecastAssumption, form: AssumptionForm
) -> HttpResponse:
    today = timezone.localdate()
    used, is_tried = _used(saved, form)
    found = year_range(money=money, assumptions=used.as_assumptions())
    straight_line = money.straight_line if money.cut.year >= money.year else None
    methods = methods_of(straight_line, money.committed, money.planned, found)
    context: dict[str, Any] = {
        "money": money,
        "found": found,
        "form": form,
        "is_tried": is_tried,
        "used": used,
        "can_write": may_in_general(request.user, Can.WRITE_BUDGET),
        "partial": request.user.role not in WHOLE,
        "years": year_tabs(money.year, today.year),
        "outcome": outcome_sentence(found),
        "risk": risk_sentence(found),
        "basis": basis_sentence(found.basis),
        "chart": range_chart(found, money.year),
        "methods": methods,
        "columns": METHODS if money.rows else METHODS[:2],
        "is_empty": not money.known and not found.basis.arrivals,
        "is_over": money.cut < today,
        "events": events_on([saved.pk], request.user, EVENT_ICONS),
    }
    return render(request, "placements/forecast.html", context)


def _used(saved: ForecastAssumption, form: AssumptionForm) -> tuple[ForecastAssumption, bool]:
    """The assumptions to count with: those of a form that is right, else those that are saved."""
    if form.is_bound and form.is_valid():
        try:
            return drafted(form.facts(), saved.year), True
        except Refused as refused:
            show(form, refused)
    return saved, False


def _open_from(money: YearMoney) -> date:
    return money.cut + ONE_DAY
