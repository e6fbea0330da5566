"""The calendar of all stays and plans: a year from a month on."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.exports import exported
from avhopp.audit.reading import log_list
from avhopp.kernel.periods import ONE_DAY, add_months
from avhopp.kernel.swedish import sort_key
from avhopp.pages.excel import Field, Kind
from avhopp.pages.paging import page_of
from avhopp.pages.tables import Heading
from placements.forms.occupancy import OccupancyFilter
from placements.models import Placement
from placements.occupancy import Line, chart_of, label, nights_in, summed, window
from placements.showing import Sees, place_of, to_show

BACK = 2  # months before this one that are shown when nothing is chosen


@access_page(Can.SEE_PLACEMENT)
def occupancy(request: UserRequest) -> HttpResponse:
    sees, chosen = to_show(request.user), OccupancyFilter(request.GET or None)
    months = window(chosen.first_month() or add_months(timezone.localdate(), -BACK))
    stays, lines = _lines(request, sees, chosen, months)
    page = page_of(lines, request)
    shown = [stays[line.url] for line in page]
    telling = Can.SEE_PLACE if sees.place else Can.SEE_PLACEMENT
    log_list(request.user, telling, shown, of=Placement, shown=len(page))
    context = {
        "filter": chosen,
        "filtered": bool(request.GET),
        "sees": sees,
        "page": page,
        "columns": _columns(sees, months),
        "chart": chart_of(months, _by_kind(lines)) if lines else None,
        "earlier": _moved(request, add_months(months[0].start, -6)),
        "later": _moved(request, add_months(months[0].start, 6)),
        "excel": f"{reverse('occupancy_excel')}?{request.GET.urlencode()}",
    }
    return render(request, "placements/occupancy.html", context)


@access_page(Can.SEE_PLACEMENT, fresh=True)
def occupancy_excel(request: UserRequest) -> HttpResponse:
    """The whole calendar as the filters have it."""
    sees, chosen = to_show(request.user), OccupancyFilter(request.GET or None)
    today = timezone.localdate()
    months = window(chosen.first_month() or add_months(today, -BACK))
    stays, lines = _lines(request, sees, chosen, months)
    fields = (
        Field("Ärende"), Field("Insats"), *([Field("Utförare")] if sees.place else []),
        Field("Ankomst", Kind.DAY), Field("Kommen"), Field("Avresa", Kind.DAY),
        *(Field(label(month), Kind.NUMBER, 8) for month in months),
    )  # fmt: skip
    rows = [
        (
            line.case_no, line.kind, *([line.group] if sees.place else []), line.first_day,
            "Ja" if line.begun else "Nej", line.end, *line.nights,
        )
        for line in lines
    ]  # fmt: skip
    return exported(
        "Beläggning", fields, rows, by=request.user, can=Can.SEE_PLACEMENT, of=Placement, today=today,
        cases=stays.values(), chosen=[("Period", f"{label(months[0])} till {label(months[-1])}")],
    )  # fmt: skip


def _lines(
    request: UserRequest, sees: Sees, chosen: OccupancyFilter, months: Any
) -> tuple[dict[str, Any], list[Line]]:
    """Every stay and plan with a night in the months, by group, and the case of each. One query."""
    rows = Placement.objects.visible_to(request.user).standing()
    rows = rows.touching(months[0].start, months[-1].end - ONE_DAY).select_related("case", "decision")
    rows = rows.with_place() if sees.place else rows
    rows = rows.filter(decision__kind=chosen.kind()) if chosen.kind() else rows
    lines = [(row.case_id, _line(row, sees, months)) for row in rows]
    lines = [(case, line) for case, line in lines if any(line.nights)]
    ordered = sorted(lines, key=lambda one: (sort_key(one[1].group), one[1].first_day, one[1].case_no))
    return {line.url: case for case, line in ordered}, [line for _, line in ordered]


def _line(row: Placement, sees: Sees, months: Any) -> Line:
    kind = row.decision.get_kind_display()
    return Line(
        url=reverse("placement", args=[row.case_id, row.pk]),
        case_no=row.case.case_no,
        kind=kind,
        group=place_of(row, sees) or kind,
        first_day=row.first_day,
        begun=row.has_begun,
        end=row.end,
        nights=nights_in(months, row.first_day, row.end),
    )


def _by_kind(lines: Iterable[Line]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for line in lines:
        found[line.kind].append(line.nights)
    return {kind: summed(found[kind]) for kind in sorted(found, key=sort_key)}


def _columns(sees: Sees, months: Any) -> list[Heading]:
    first = [Heading("Utförare")] if sees.place else []
    names = [Heading("Ärende"), *first, Heading("Från, till")]
    return names + [Heading(label(month), True) for month in months]


def _moved(request: UserRequest, first: date) -> str:
    query = request.GET.copy()
    query.pop("sida", None)
    query["fran"] = f"{first:%Y-%m}"
    return f"?{query.urlencode()}"
