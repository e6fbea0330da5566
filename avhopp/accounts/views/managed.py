"""The system manager's pages: every account of the municipality, and no case."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, WRITE, access, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.actions import accounts as actions
from avhopp.accounts.actions.requests import ask_for_account, ask_for_change, ask_for_code, ask_to_reopen
from avhopp.accounts.forms import AccountForm, AskForm, EndForm
from avhopp.accounts.models import AccountRequest, User
from avhopp.audit.timeline import events_on
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting

ICONS = {
    "account": "user-round", "role": "key-round", "sessions": "log-out", "one": "shield-check",
    "factor": "shield-check", "password": "shield-check", "recovery": "shield-check",
}  # fmt: skip
ASKED = "Begäran är gjord. Den gäller i en vecka, och en annan person ska godkänna den."
CODE_LEAD = (
    "Med en engångskod väljer personen nytt lösenord och nytt andra steg. En annan person godkänner, får "
    "koden och lämnar över den."
)
REOPEN_LEAD = "Kontot fungerar igen, utan slutdag, när en annan person har godkänt det."
#: What the actions call a field, where the form calls it something else.
FIELDS = {"reason": "why"}
COLUMNS = (
    Column("Namn", "namn", (SwedishKey("name"), "id")),
    Column("Användarnamn", "konto", ("username",)),
    Column("Roll", "roll", ("role", SwedishKey("name"))),
    Column("Enhet"),
    Column("Gäller till och med", "till", ("valid_to", SwedishKey("name"))),
    Column("Läge"),
)


@access_page(Can.SEE_ACCOUNTS)
def accounts(request: UserRequest) -> HttpResponse:
    order = sorting(COLUMNS, request, default="namn")
    found = User.objects.visible_to(request.user).select_related("unit", "police_unit")
    page = page_of(found.order_by(*order.order_by), request)
    context = {"columns": order.columns, "page": page, "today": timezone.localdate()}
    context["sees_sign_ins"] = may_in_general(request.user, Can.SEE_READ_LOG)
    return render(request, "accounts/accounts.html", context | {"manages": _manages(request)})


@access_page(Can.MANAGE_ACCOUNTS, READ_WRITE, fresh=True)
def account_new(request: UserRequest) -> HttpResponse:
    form = AccountForm(
        request.POST if "name" in request.POST else None, municipality=request.user.municipality
    )
    form.always_asked_for()
    if form.is_valid():
        try:
            asked = ask_for_account(data=_data(form), reason=why(form), by=request.user, at=timezone.now())
            messages.success(request, ASKED)
            return redirect("account_request", asked.pk)
        except Refused as refusal:
            form.add_error(FIELDS.get(refusal.field or "", refusal.field), refusal.text)
    return render(request, "accounts/account_form.html", {"form": form, "user_page": None})


@access(User, Can.SEE_ACCOUNTS)
def account_page(request: UserRequest, user: User) -> HttpResponse:
    return render(request, "accounts/account_page.html", _context(request, user))


@access(User, Can.MANAGE_ACCOUNTS, READ_WRITE, fresh=True)
def account_change(request: UserRequest, user: User) -> HttpResponse:
    said = {name: getattr(user, name) for name in AccountForm.base_fields if name != "why"}
    said["username"] = user.handle
    posted = request.POST if "name" in request.POST else None
    form = AccountForm(posted, initial=said, municipality=request.user.municipality)
    form.fields["username"].disabled = True
    if form.is_valid():
        try:
            if actions.needs_second(user=user, data=_data(form)):
                asked = ask_for_change(
                    user=user, data=_data(form), reason=why(form), by=request.user, at=timezone.now()
                )
                messages.success(request, ASKED)
                return redirect("account_request", asked.pk)
            actions.change_account(user=user, data=_data(form), by=request.user)
            messages.success(request, "Kontot är ändrat.")
            return redirect("account_page", user_id=user.pk)
        except Refused as refusal:
            form.add_error(FIELDS.get(refusal.field or "", refusal.field), refusal.text)
    return render(request, "accounts/account_form.html", {"form": form, "user_page": user})


@access(User, Can.MANAGE_ACCOUNTS, READ_WRITE, fresh=True)
def account_code(request: UserRequest, user: User) -> HttpResponse:
    return _ask(request, user, "Begär en engångskod", CODE_LEAD, ask_for_code)


@access(User, Can.MANAGE_ACCOUNTS, READ_WRITE, fresh=True)
def account_end(request: UserRequest, user: User) -> HttpResponse:
    form = EndForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        try:
            actions.end_account(user=user, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, "Kontot är avslutat och utloggat överallt.")
            return redirect("account_page", user_id=user.pk)
        except Refused as refusal:
            form.add_error(None, refusal.text)
    return render(request, "accounts/account_end.html", {"form": form, "user_page": user})


@access(User, Can.MANAGE_ACCOUNTS, READ_WRITE, fresh=True)
def account_reopen(request: UserRequest, user: User) -> HttpResponse:
    return _ask(request, user, "Begär att kontot öppnas igen", REOPEN_LEAD, ask_to_reopen)


@access(User, Can.MANAGE_ACCOUNTS, WRITE)
def account_sign_out(request: UserRequest, user: User) -> HttpResponse:
    return _done(
        request, user, lambda: actions.end_sessions(user=user, by=request.user), "Utloggad överallt."
    )


def _ask(
    request: UserRequest, user: User, heading: str, lead: str, ask: Callable[..., AccountRequest]
) -> HttpResponse:
    """Ask another person for what the account needs."""
    form = AskForm(request.POST if "why" in request.POST else None)
    if form.is_valid():
        try:
            asked = ask(user=user, reason=form.cleaned_data["why"], by=request.user, at=timezone.now())
            messages.success(request, ASKED)
            return redirect("account_request", asked.pk)
        except Refused as refusal:
            form.add_error("why" if refusal.field else None, refusal.text)
    context = {"form": form, "user_page": user, "heading": heading, "lead": lead}
    return render(request, "accounts/account_ask.html", context)


def why(form: forms.Form) -> str:
    return form.cleaned_data["why"]


def _done(request: UserRequest, user: User, act: Callable[[], object], text: str) -> HttpResponse:
    try:
        act()
        messages.success(request, text)
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("account_page", user_id=user.pk)


def _data(form: forms.Form) -> actions.AccountData:
    return actions.AccountData(**{name: said for name, said in form.cleaned_data.items() if name != "why"})


def _context(request: UserRequest, user: User) -> dict[str, object]:
    return {
        "user_page": user,
        "works": user.works_on(timezone.localdate()),
        "is_own": user.pk == request.user.pk,
        "manages": _manages(request),
        "events": events_on([user.pk], request.user, ICONS),
    }


def _manages(request: UserRequest) -> bool:
    return may_in_general(request.user, Can.MANAGE_ACCOUNTS)
