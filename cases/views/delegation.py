"""The delegation order: who may decide what today, its versions, and a new one that the committee decided."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can, Role
from avhopp.accounts.models import User
from avhopp.audit.timeline import events_on
from avhopp.pages.forms import with_more_rows
from avhopp.pages.paging import page_of
from cases import delegation as order_rules
from cases.actions.decision import delegation_on
from cases.actions.delegation import check_order, newest_number, points_before, register_order, roles_at_work
from cases.forms.delegation import (
    EMPTY_ROWS,
    MOST_ROWS,
    PREFIX,
    OrderForm,
    PointsForm,
    initial_order,
    initial_points,
)
from cases.models import DelegationOrder, DelegationRule
from cases.rules import Rule, length_in_words
from cases.states import MeasureKind
from cases.views.pages import refusals_in, today

NONE_LOOKED_AT = -1  # the number of no version


@dataclass(frozen=True)
class Row:
    """A point as the table shows it."""

    rule: Rule
    kind: str
    role: str
    length: str


@access_page(Can.SEE_DELEGATION)
def delegation_order(request: UserRequest) -> HttpResponse:
    user, day = request.user, today()
    orders = DelegationOrder.objects.visible_to(user)
    page = page_of(orders.select_related("registered_by"), request, per_page=20)
    current = orders.filter(valid_from__lte=day).first()
    context = {
        "page": page,
        "current": current,
        "coming": [order for order in page if order.valid_from > day][:1],
        "rows": rows_of(delegation_on(municipality_id=user.municipality_id, day=day)),
        "today": day,
        "can_write": may_in_general(user, Can.WRITE_DELEGATION),
        "events": events_on([order.pk for order in page], user, {"delegation": "scale"}),
    }
    return render(request, "cases/delegation_order.html", context)


@access(DelegationOrder, Can.SEE_DELEGATION)
def delegation_version(request: UserRequest, order: DelegationOrder) -> HttpResponse:
    """One version as it was decided, and what it changed."""
    found = list(DelegationRule.objects.visible_to(request.user).filter(order=order))
    points = [Rule.of(row) for row in found]
    context = {
        "order": order,
        "rows": rows_of(points),
        "changes": order_rules.changes(points_before(order.number, order.municipality_id), points),
        "ends": next((row.valid_to for row in found), None),
        "today": today(),
    }
    return render(request, "cases/delegation_version.html", context)


@access_page(Can.WRITE_DELEGATION, READ_WRITE, fresh=True)
def delegation_new(request: UserRequest) -> HttpResponse:
    """Fill in, look the difference through, register. Nothing that was typed is lost on the way."""
    step, user = request.POST.get("steg", ""), request.user
    newest = newest_number(user.municipality_id)
    before = points_before(newest + 1, user.municipality_id)
    form, points = forms_of(request, step, before)
    context = {"form": form, "points": points, "newest": newest, "typing": step == "fler"}
    if step in ("granska", "registrera") and all([form.is_valid(), points.is_valid()]):
        with refusals_in(form):
            said = {"facts": form.facts, "points": points.rules, "by": user, "today": today()}
            if step == "registrera":
                after = newest if request.POST.get("efter") == str(newest) else NONE_LOOKED_AT
                order = register_order(after=after, **said)
                messages.success(request, f"Version {order.number} är registrerad.")
                return redirect("delegation_version", order.pk)
            check_order(after=newest, **said)
            context["review"] = review_of(user, form, before, points.rules)
    return render(request, "cases/delegation_new.html", context)


def forms_of(request: UserRequest, step: str, before: list[Rule]) -> tuple[OrderForm, Any]:
    if request.method == "POST":
        data: QueryDict = request.POST
        if step == "fler":
            data = with_more_rows(data, PREFIX, more=EMPTY_ROWS, most=MOST_ROWS)
        return OrderForm(data), PointsForm(data, prefix=PREFIX)
    begin = initial_points(row.rule for row in rows_of(before))
    return OrderForm(initial=initial_order(today())), PointsForm(prefix=PREFIX, initial=begin)


def review_of(user: User, form: OrderForm, before: list[Rule], points: list[Rule]) -> dict[str, object]:
    """What is about to be registered: the facts, the difference, and what somebody should have noticed."""
    facts = form.facts
    return {
        "facts": [
            ("Nämnden beslutade", f"{facts.decided}, {facts.minutes}"),
            ("Gäller från", facts.valid_from.isoformat()),
            ("Punkter", str(len(points))),
        ],
        "changes": order_rules.changes(before, points),
        "undecided": order_rules.undecided_kinds(before, points),
        "vacant": order_rules.vacant_points(points, roles_at_work(user.municipality_id, today())),
    }


def rows_of(rules: list[Rule]) -> list[Row]:
    """In the order of the points' numbers."""
    return [
        Row(rule, MeasureKind(rule.kind).label, Role(rule.role).label, length_in_words(rule.max_days))
        for rule in sorted(rules, key=lambda rule: order_rules.order_of(rule.point))
    ]
