"""Översikt: the operation at a glance; every number leads to its list."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from avhopp.access.decorators import access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.reading import log_list
from avhopp.pages.paging import page_of
from avhopp.pages.tables import Heading
from cases.models import Case
from cases.panels import concerns_for
from reports.dashboard import SHOWN, by_state, due_things, economy_of, grouped, list_counts, open_cases

DUE_COLUMNS = ("Ärende", "Vad", "Senast")
CONCERN_COLUMNS = ("Vad", "Dag")
STATE_COLUMNS = ("Läge", Heading("Antal", numeric=True))
GROUP_COLUMNS = ("Vad", Heading("Försenat", numeric=True), Heading("Snart", numeric=True))


@access_page(Can.SEE_DASHBOARD)
def dashboard(request: UserRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    cases = open_cases(user)
    things = due_things(cases, user, today)
    groups = grouped(things, today)
    sees_money = may_in_general(user, Can.SEE_BUDGET)
    urgent = things[:SHOWN]
    log_list(user, Can.SEE_CASE, [one.due.case_id for one in urgent], of=Case, shown=len(urgent))
    return render(request, "reports/dashboard.html", {
        "today": today,
        "open": len(cases),
        "states": by_state(cases),
        "groups": groups,
        "overdue": sum(group.overdue for group in groups),
        "soon": sum(group.soon for group in groups),
        "urgent": urgent,
        "concerns": concerns_for(user, today),
        "concern_columns": CONCERN_COLUMNS,
        "columns": DUE_COLUMNS,
        "state_columns": STATE_COLUMNS,
        "group_columns": GROUP_COLUMNS,
        "counts": list_counts(user, today),
        "economy": economy_of(user.municipality, today) if sees_money else None,
    })  # fmt: skip


@access_page(Can.SEE_DASHBOARD)
def due_work(request: UserRequest) -> HttpResponse:
    """All that is overdue or due soon: `nar` is forsenat or snart, `vad` one of the kinds."""
    user, today = request.user, timezone.localdate()
    things = due_things(open_cases(user), user, today)
    labels = [group.label for group in grouped(things, today)]
    when, what = request.GET.get("nar", ""), request.GET.get("vad", "")
    chosen = what if what in labels else ""
    rows = [
        thing for thing in things
        if (not chosen or thing.due.label == chosen)
        and (when != "forsenat" or thing.due.due < today)
        and (when != "snart" or thing.due.due >= today)
    ]  # fmt: skip
    page = page_of(rows, request)
    log_list(user, Can.SEE_CASE, [one.due.case_id for one in page], of=Case, shown=len(page))
    context: dict[str, Any] = {
        "concerns": concerns_for(user, today), "concern_columns": CONCERN_COLUMNS,
        "columns": DUE_COLUMNS, "page": page, "today": today, "chosen": chosen,
        "tabs": _tabs(when, chosen),
    }  # fmt: skip
    return render(request, "reports/due_work.html", context)


def _tabs(when: str, what: str) -> list[dict[str, Any]]:
    kept = f"&vad={what}" if what else ""
    choices = (("", "Allt"), ("forsenat", "Försenat"), ("snart", "Inom 14 dagar"))
    return [{"label": label, "url": f"?nar={key}{kept}", "current": key == when} for key, label in choices]
