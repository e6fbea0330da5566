"""The list of stays, and one of them."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import access, access_page
from avhopp.access.policy import may, may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.reading import log_list
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting
from cases.together import alone
from placements.actions.extending import OVERSTAY_AHEAD
from placements.forms.changes import PeriodFilter
from placements.life import (
    extension_columns,
    extension_rows,
    night_without_decision,
    nights_without_decision,
    price_chart,
    timeline,
)
from placements.models import Placement, Stage
from placements.models.placement import PlacementQuerySet
from placements.panels import stay_rows, stays_of
from placements.remaining import remaining_budget
from placements.showing import Tab, chain_of, chart_of, month_rows, price_rows, stay_row, tables_of, to_show
from placements.stay_panels import loaded_for
from placements.views.addressing import of_its_case

AHEAD = (Stage.PLANNED, Stage.ONGOING)  # stays that still cost something this year
TABS = {
    "pagar": ("Pågår", lambda rows, today: rows.ongoing_on(today)),
    "planerade": ("Planerade", lambda rows, today: rows.planned_on(today)),
    "avslutade": ("Avslutade", lambda rows, today: rows.ended_by(today)),
}


@access_page(Can.SEE_PLACEMENT)
def placements(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    sees = to_show(request.user)
    asked = request.GET.get("lage", "")
    chosen = asked if asked in TABS else "pagar"
    period = PeriodFilter(request.GET if {"fran", "till"} & set(request.GET) else None)
    visible = Placement.objects.visible_to(request.user).touching(*period.bounds())
    columns = sorting(_columns(sees), request, default="-ankomst")
    ordered = TABS[chosen][1](visible, today).order_by(*columns.order_by).values_list("pk", flat=True)
    page = page_of(ordered, request)  # the ids first: a join would have the wall weigh each row of all
    whole = _joined(visible, sees).with_terms().select_related("case").in_bulk(page.rows)
    shown = [whole[pk] for pk in page]
    telling = Can.SEE_PERSON if sees.person else Can.SEE_PLACEMENT
    log_list(request.user, telling, [row.case_id for row in shown], of=Placement, shown=len(page))
    page_rows = [stay_row(row, sees, today) for row in shown]
    context = {
        "tabs": _tabs(visible, chosen, request, today),
        "period": period,
        "lage": chosen,
        "sees": sees,
        "columns": columns.columns,
        "page": page,
        "rows": page_rows,
        "today": today,
        "marks_url": reverse("apart_marks") if may_in_general(request.user, Can.SEE_APART) else "",
        "trails_url": reverse("trails") if may_in_general(request.user, Can.SEE_DASHBOARD) else "",
    }
    return render(request, "placements/list.html", context)


def _joined(rows: PlacementQuerySet, sees: Any) -> PlacementQuerySet:
    """With what the user may see, and nothing that hides rows from those who may not."""
    rows = rows.with_place() if sees.place else rows
    return rows.select_related("person") if sees.person else rows


def _columns(sees: Any) -> tuple[Column, ...]:
    columns = [Column("Ärende", "arende", ("case__case_no", "planned_start"))]
    person = SwedishKey("person__name")
    provider = SwedishKey("provider__name") if sees.person else "provider__code"  # no order that tells a name
    columns += [Column("Person", "person", (person, "planned_start"))] if sees.person else []
    columns += [Column("Insats", "insats", ("decision__kind", "planned_start"))]
    columns += [Column("Utförare", "utforare", (provider, "planned_start"))] if sees.place else []
    columns += [
        Column("Ramavtal"),
        Column("Ankomst", "ankomst", ("first_day_at",)),
        Column("Avresa", "avresa", ("end", "first_day_at")),
        Column("Dygn hittills", numeric=True),
    ]
    return (*columns, Column("Kostnad hittills", numeric=True)) if sees.money else tuple(columns)


def _tabs(visible: PlacementQuerySet, chosen: str, request: UserRequest, today: date) -> list[Tab]:
    query = request.GET.copy()
    query.pop("sida", None)
    tabs = []
    for key, (label, narrowed) in TABS.items():
        query["lage"] = key
        tabs.append(Tab(label, f"?{query.urlencode()}", key == chosen, narrowed(visible, today).count()))
    return tabs


@access(Placement, Can.SEE_PLACEMENT)
@of_its_case
def placement(request: UserRequest, stay: Placement) -> HttpResponse:
    today = timezone.localdate()
    found = alone(stay.case, stay_rows(stay.case, request.user))
    sees = to_show(request.user, coded=[row.pk for row in found.get("coded", ())])
    chain = chain_of(stays_of(stay.case, found), stay.pk)
    if sees.person:
        for row in chain:
            row.person = stay.case.person
    stay = next(row for row in chain if row.pk == stay.pk)
    months = month_rows(stay, today) if sees.money else []
    rows = [stay_row(row, sees, today) for row in chain]
    goes_on = any(row.moved_from_id == stay.pk for row in chain)
    prices = price_rows(stay, today) if sees.money else []
    context = {
        **tables_of(sees, rows, months),
        "extension_columns": extension_columns(sees),
        "extensions": extension_rows(stay, sees),
        "timeline": timeline(chain, sees, today),
        "price_chart": price_chart(prices),
        "undecided": night_without_decision(stay, goes_on=goes_on, today=today),
        "undecided_nights": nights_without_decision(stay),
        "names_place": sees.names_place(stay.case_id),
        "panels": loaded_for(stay, request.user, today),
        "stay": stay,
        "row": stay_row(stay, sees, today),
        "sees": sees,
        "today": today,
        "chain": rows,
        "prices": prices,
        "absences": stay.absences.all(),
        "months": months,
        "chart": chart_of(months) if months else None,
        "actions": _actions(stay, chain, request.user, today),
        "case_url": reverse("case", args=[stay.case_id]),
        "remaining": remaining_budget(user=request.user, today=today) if stay.stage(today) in AHEAD else None,
    }
    return render(request, "placements/stay.html", context)


def _actions(stay: Placement, chain: list[Placement], user: User, today: date) -> list[dict[str, str]]:
    """What this user may do with the stay now; the actions ask again."""
    if not may_in_general(user, Can.WRITE_PLACEMENT) or stay.never_began or not stay.case.is_open:
        return []
    if not may(user, Can.WRITE_PLACEMENT, stay):
        return []
    return [
        {"text": text, "url": reverse(name, args=[stay.case_id, stay.pk]), "variant": variant}
        for name, text, variant in _offered(stay, any(row.moved_from_id == stay.pk for row in chain), today)
    ]


def _offered(stay: Placement, goes_on: bool, today: date) -> list[tuple[str, str, str]]:
    """URL name, words and look of each action that the stay's own dates allow."""
    if not stay.has_begun:
        wanted = [
            ("placement_begin", "Registrera ankomst", "primary"),
            ("placement_price", "Nytt pris", "secondary"),
        ]
        return wanted + ([] if goes_on else [("placement_withdraw", "Blev inte av", "tertiary")])
    there = not stay.has_left and not goes_on
    wanted = [("placement_move", "Flytta", "primary")] if there else []
    wanted += [] if goes_on else [("placement_departure", "Förläng eller ändra avresa", "secondary")]
    wanted += [("placement_end", "Avsluta", "secondary")] if there else []
    if not goes_on and stay.covered_to is not None and stay.covered_to <= today + OVERSTAY_AHEAD:
        wanted += [("placement_overstay", "Dygn utan beslut", "secondary")]
    wanted += [("placement_price", "Nytt pris", "secondary"), ("placement_absence", "Frånvaro", "secondary")]
    return [*wanted, ("placement_plans", "Planer", "secondary")]
