"""The log of sign-ins, for whoever reviews the log."""

from django.http import HttpResponse
from django.shortcuts import render

from avhopp.access.decorators import access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.forms import SignInsForm
from avhopp.accounts.models import User
from avhopp.accounts.sign_in_log import FAILED, KINDS
from avhopp.audit.models import Event
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting

PER_PAGE = 50
COLUMNS = (
    Column("När", "nar", ("at", "id")),
    Column("Konto", "vem", (SwedishKey("actor_name"), "at", "id")),
    Column("Händelse", "vad", ("kind", "at", "id")),
)


@access_page(Can.SEE_READ_LOG)
def sign_ins(request: UserRequest) -> HttpResponse:
    """Sign-ins, failed ones and sign-outs, the newest first; of one account, one kind, one period."""
    people = User.objects.visible_to(request.user).values_list("pk", "name")
    form, order = SignInsForm(request.GET, people=people), sorting(COLUMNS, request, default="-nar")
    found = Event.objects.visible_to(request.user).filter(kind__in=list(KINDS))
    found = found.filter(**form.wanted) if form.is_valid() else found.none()
    context = {
        "form": form,
        "columns": order.columns,
        "page": page_of(found.order_by(*order.order_by), request, per_page=PER_PAGE),
        "kinds": KINDS,
        "failed": FAILED,
    }
    return render(request, "accounts/sign_ins.html", context)
