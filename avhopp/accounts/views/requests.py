"""What was asked for of accounts and codes: the list, one request, and the second person's answer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, WRITE, access, access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts import requested
from avhopp.accounts.actions import requests as actions
from avhopp.accounts.forms import RefuseForm
from avhopp.accounts.models import AccountRequest
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting

COLUMNS = (
    Column("Begäran", "slag", ("kind", SwedishKey("name"), "id")),
    Column("Begärd av", "av", (SwedishKey("asked_by__name"), "id")),
    Column("När", "nar", ("asked_at", "id")),
    Column("Läge"),
)


@access_page(Can.SEE_ACCOUNT_REQUESTS)
def account_requests(request: UserRequest) -> HttpResponse:
    """Those that wait, and what became of the others."""
    at, order = timezone.now(), sorting(COLUMNS, request, default="-nar")
    found = AccountRequest.objects.visible_to(request.user).with_names()
    context = {
        "waiting": requested.waiting(request.user, at),
        "columns": order.columns,
        "page": page_of(found.order_by(*order.order_by), request, per_page=20),
        "at": at,
    }
    return render(request, "accounts/account_requests.html", context)


@access(AccountRequest, Can.SEE_ACCOUNT_REQUESTS)
def account_request(request: UserRequest, asked: AccountRequest) -> HttpResponse:
    """What was asked for, as it is and as it shall be, with the answer or with who can give it."""
    context = requested.context_of(asked, request.user, timezone.now())
    return render(request, "accounts/account_request.html", context)


@access(AccountRequest, Can.APPROVE_ACCOUNTS, WRITE, fresh=True)
def account_request_approve(request: UserRequest, asked: AccountRequest) -> HttpResponse:
    """Do what was asked. A code is shown in this answer and never again."""
    try:
        code = actions.approve(request=asked, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.text)
        return redirect("account_request", asked.pk)
    if code:
        return render(request, "accounts/code.html", {"code": code, "user_page": requested.account_of(asked)})
    messages.success(request, "Begäran är godkänd, och kontot är ändrat.")
    return redirect("account_requests")


@access(AccountRequest, Can.APPROVE_ACCOUNTS, READ_WRITE)
def account_request_refuse(request: UserRequest, asked: AccountRequest) -> HttpResponse:
    form = RefuseForm(request.POST if "answer" in request.POST else None)
    if form.is_valid():
        try:
            actions.refuse(
                request=asked, answer=form.cleaned_data["answer"], by=request.user, at=timezone.now()
            )
            messages.success(request, "Begäran är avslagen.")
            return redirect("account_requests")
        except Refused as refusal:
            form.add_error(None, refusal.text)
    return render(request, "accounts/account_request_refuse.html", {"form": form, "asked": asked})


@access(AccountRequest, Can.MANAGE_ACCOUNTS, WRITE)
def account_request_withdraw(request: UserRequest, asked: AccountRequest) -> HttpResponse:
    try:
        actions.withdraw(request=asked, by=request.user, at=timezone.now())
        messages.success(request, "Begäran är återkallad.")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("account_requests")
