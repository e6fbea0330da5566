"""A month in the economy: its stays, what was booked of them, and the closing."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.exports import exported_book
from avhopp.audit.reading import log_list
from avhopp.kernel import periods
from avhopp.kernel.money import format_kr
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_month
from avhopp.pages.paging import page_of
from avhopp.pages.tables import Heading
from placements.actions.closing import close_month
from placements.models import Placement
from placements.month_file import file_of_month
from placements.month_panels import loaded_for_month
from placements.months import MonthMoney, first_month, may_close, month_money
from placements.remaining import WHOLE
from placements.showing import number

COLUMNS = (
    Heading("Ärende"),
    Heading("Insats"),
    Heading("Dygn", True),
    Heading("Kostnad", True),
    Heading("Bokfört", True),
    Heading("Skillnad", True),
)
ADJUSTED = (Heading("Ärende"), Heading("Gäller"), Heading("Dygn", True), Heading("Belopp", True))


@access_page(Can.SEE_BUDGET)
def budget_month(request: UserRequest, month: str) -> HttpResponse:
    return _show(request, _month(month), None)


@access_page(Can.SEE_BUDGET, fresh=True)
def budget_month_excel(request: UserRequest, month: str) -> HttpResponse:
    """The month as a file: all its stays, and what its page leads to."""
    user, today, wanted = request.user, timezone.localdate(), _month(month)
    money = month_money(user=user, month=wanted, today=today)
    found = file_of_month(money=money, user=user, today=today)
    return exported_book(
        f"Ekonomi {wanted.start:%Y-%m}", found.sheets, by=user, can=Can.SEE_BUDGET, of=Placement, today=today,
        cases=found.cases, telling=Can.SEE_PLACE if found.names_place else Can.SEE_MONEY,
        chosen=[("Månad", format_month(wanted.start)), *_scope(user, money, today)],
    )  # fmt: skip


@access_page(Can.CLOSE_MONTH, READ_WRITE)
def budget_month_close(request: UserRequest, month: str) -> HttpResponse:
    wanted, today = _month(month), timezone.localdate()
    if request.method != "POST":
        money = month_money(user=request.user, month=wanted, today=today)
        context = {"money": money, "may_close": may_close(request.user, money, today)}
        return render(request, "placements/month_close.html", context)
    try:
        with transaction.atomic():
            close_month(wanted=wanted.start, by=request.user, at=timezone.now(), today=today)
    except Refused as refused:
        return _show(request, wanted, refused.text)
    messages.success(request, f"{format_month(wanted.start).capitalize()} är stängd.")
    return redirect("budget_month", month=month)


def _show(request: UserRequest, month: Period, refused: str | None) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    money = month_money(user=user, month=month, today=today)
    page = page_of(money.stays, request)
    shown = [row.stay.case_id for row in (*page, *money.adjustments)]
    first, before = first_month(user, today), periods.add_months(month.start, -1)
    log_list(user, Can.SEE_MONEY, shown, of=Placement, shown=len(shown))
    context = {
        "money": money,
        "page": page,
        "columns": COLUMNS,
        "foot": _foot(money),
        "adjusted_columns": ADJUSTED,
        "adjusted_foot": ["Summa", "", "", format_kr(money.adjusted)],
        "panels": loaded_for_month(money, page.rows, user, today),
        "refused": refused,
        "partial": user.role not in WHOLE,
        "is_over": month.end is not None and month.end <= today,
        "may_close": may_close(user, money, today),
        "before": before if first and before >= first else None,
        "after": periods.add_months(month.start, 1),
        "today": today,
    }
    return render(request, "placements/month.html", context)


def _foot(money: MonthMoney) -> list[str]:
    now, booked = money.row.now, money.row.booked
    return [
        "Summa", "", number(now.nights), format_kr(now.cost), format_kr(booked.cost),
        format_kr(now.cost - booked.cost),
    ]  # fmt: skip


def _scope(user: User, money: MonthMoney, today: date) -> list[tuple[str, str]]:
    """What the page says above its tables: how far the month has come, and whose cases it is counted on."""
    closing, end = money.row.closing, money.row.month.end
    if closing:
        state = f"Stängd {timezone.localdate(closing.closed_at).isoformat()} av {closing.closed_by.name}"
    elif money.row.is_brought:
        state = "Bokförd som ingående när den första månaden stängdes"
    elif end is not None and end <= today:
        state = "Slut och inte stängd"
    else:
        state = f"Till och med {today.isoformat()}"
    whose = [] if user.role in WHOLE else [("Omfattning", "De ärenden som hämtaren har behörighet till")]
    return [("Läge", state), *whose]


def _month(text: str) -> Period:
    try:
        month = periods.parse_month(text)
    except Refused:
        raise Http404 from None
    if not date(2000, 1, 1) <= month.start <= timezone.localdate():
        raise Http404
    return month
