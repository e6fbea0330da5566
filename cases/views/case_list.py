"""Mina ärenden: what is due, the list, and the search."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpResponse
from django.shortcuts import redirect, render

from avhopp.access.decorators import READ, READ_WRITE, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can, Role, role_can
from avhopp.accounts.models import Unit, User
from avhopp.audit.reading import log_list
from avhopp.kernel.deadlines import urgency
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, Sortable, page_of, sorting
from cases.emergencies import notices_for
from cases.forms.case_list import ALL, MINE, OPEN, CaseFilterForm, SearchForm
from cases.forms.fields import show_refusal
from cases.models import Case
from cases.models.case import CaseQuerySet, handler_order
from cases.panels import Due, due_everywhere
from cases.search import Query
from cases.views.pages import today, tone_of

#: How many things that are due, and how many hits, a page shows.
DUE_SHOWN, HITS = 6, 50
COLUMNS = (
    Column("Ärende", "arende", ("case_no",)),
    Column("Person", "person", (SwedishKey("person__name"), "case_no")),
    Column("Läge", "lage", ("state", "case_no")),
    Column("Handläggare", "handlaggare", (handler_order(), "case_no")),
    Column("Inkom", "inkom", ("received", "case_no")),
    Column("Nästa"),
)


@dataclass(frozen=True)
class CaseRow:
    """One row of the list. It shows no threat level, addiction or gang."""

    case: Case
    tone: str
    next: Due | None = None


@dataclass(frozen=True)
class DueRow:
    due: Due
    case_no: str


@access_page(Can.SEE_OWN_CASES)
def my_cases(request: UserRequest) -> HttpResponse:
    """The cases that the user handles, or may see, with what is due in them."""
    user, day = request.user, today()
    form = filter_form(request)
    columns = COLUMNS if role_can(user.role, Can.SEE_PERSON) else [c for c in COLUMNS if c.key != "person"]
    order = sorting(columns, request, default="-inkom")
    scope = Case.objects.visible_to(user)
    if form.chosen("urval") == MINE:
        scope = scope.assigned_to(user)
    cases = scope.in_state(form.chosen("lage")).in_unit(form.chosen("enhet"))
    page = page_of(ordered(cases, order.order_by), request)
    numbers = dict(scope.open().order_by().values_list("id", "case_no"))
    details = Case.objects.visible_to(user).with_handler().with_person(user).in_bulk(page.rows)
    due = due_everywhere(user, day)
    rows = [CaseRow(details[pk], tone_of(details[pk]), first_of(due, pk)) for pk in page]
    urgent = [
        DueRow(one, numbers[one.case_id]) for one in due if one.case_id in numbers and is_near(one, day)
    ]
    shown = [*page, *(row.due.case_id for row in urgent[:DUE_SHOWN])]
    log_list(user, most_telling(user), shown, of=Case, shown=len(page))
    context = {
        "filter_form": form,
        "search_form": SearchForm(),
        "columns": order.columns,
        "page": page,
        "rows": rows,
        "urgent": urgent[:DUE_SHOWN],
        "urgent_more": max(0, len(urgent) - DUE_SHOWN),
        "today": day,
        "sees_person": role_can(user.role, Can.SEE_PERSON),
        "can_open": may_in_general(user, Can.OPEN_CASE),
        "only_mine": form.chosen("urval") == MINE,
        "notices": notices_for(user),
    }
    return render(request, "cases/my_cases.html", context)


def ordered(cases: CaseQuerySet, order_by: tuple[Sortable | OrderBy, ...]) -> QuerySet:
    """The ids of the cases in the order asked for, with no more read than the order needs."""
    return cases.order_by(*order_by).values_list("pk", flat=True)


def filter_form(request: UserRequest) -> CaseFilterForm:
    """The filter with what the request says; a case worker begins with her own cases."""
    initial = {"urval": MINE if request.user.role == Role.CASE_WORKER else ALL, "lage": OPEN, "enhet": ""}
    data = initial | {name: value for name, value in request.GET.items() if name in initial}
    units = Unit.objects.filter(municipality=request.user.municipality_id)
    return CaseFilterForm(data, initial=initial, units=units)


def most_telling(user: User) -> Can:
    """The right behind the most telling column of a list of cases: the name, for those who may see it."""
    return Can.SEE_PERSON if role_can(user.role, Can.SEE_PERSON) else Can.SEE_CASE


def first_of(due: list[Due], case_id: UUID) -> Due | None:
    return next((one for one in due if one.case_id == case_id), None)


def is_near(due: Due, day: date) -> bool:
    return urgency(due.due, day) != "later"


@access_page(Can.SEE_OWN_CASES, READ_WRITE)
def case_search(request: UserRequest) -> HttpResponse:
    """Search among the cases that the user may see. What is typed never reaches an address."""
    if request.method in READ:
        return redirect("my_cases")
    form = SearchForm(request.POST)
    context = {
        "form": form,
        "hits": hits(form, request.user),
        "searched": form.is_valid(),
        "sees_person": role_can(request.user.role, Can.SEE_PERSON),
        "can_open": may_in_general(request.user, Can.OPEN_CASE),
    }
    return render(request, "cases/case_search.html", context)


def hits(form: SearchForm, user: User) -> list[CaseRow]:
    """The cases that the search finds for `user`, newest first; a refusal becomes an error of the form.

    The search is in the read log before anything is shown, also one that finds nothing.
    """
    if not form.is_valid():
        return []
    try:
        query = Query.of(form.cleaned_data["q"], today())
    except Refused as refused:
        show_refusal(form, refused)
        return []
    found = list(Case.objects.found_for(user, query)[:HITS])
    log_list(user, most_telling(user), [case.pk for case in found], of=Case, searched_by=query.kind)
    return [CaseRow(case, tone_of(case)) for case in found]
