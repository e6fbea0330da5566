"""Behörigheter: who may open the case, and every change of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.pages.tables import Heading
from cases.access_page import grants_of
from cases.actions.access import add_co_handler, end_grant, give_temporary
from cases.forms.access import CoHandlerForm, EndGrantForm, TemporaryForm
from cases.handlers import co_handlers_of, receivers_of, units_of
from cases.models import Case
from cases.views.pages import form_page, refusals_in, today

COLUMNS = [Heading(label) for label in ("Vem", "Hur", "Från", "Till", "Skäl")]


@access(Case, Can.SEE_ACCESS)
def case_access(request: UserRequest, case: Case) -> HttpResponse:
    """Everybody who can open the case now, and earlier grants below."""
    now, earlier = grants_of(case, timezone.now())
    can_assign = may(request.user, Can.ASSIGN, case)
    context = {
        "case": case,
        "now": now,
        "earlier": earlier,
        "columns": [*COLUMNS, Heading("Åtgärd", hidden=True)] if can_assign else COLUMNS,
        "can_assign": can_assign,
    }
    return render(request, "cases/access.html", context)


@access(Case, Can.ASSIGN, READ_WRITE)
def access_give(request: UserRequest, case: Case) -> HttpResponse:
    """A temporary grant to a person or a unit."""
    form = TemporaryForm(
        request.POST or None,
        today=today(),
        people=receivers_of(request.user, today()),
        units=units_of(request.user),
    )
    if form.is_valid():
        with refusals_in(form):
            give_temporary(case=case, by=request.user, at=timezone.now(), **form.given)
            messages.success(request, "Behörigheten gäller nu.")
            return redirect("case_access", case.pk)
    return form_page(
        request, case, form, heading="Ge tillfällig behörighet", submit="Ge behörighet", back=back(case),
        lead="Den som får behörighet ser ärendet i sin lista direkt. Här syns vem som gav den och varför.",
    )  # fmt: skip


@access(Case, Can.ASSIGN, READ_WRITE)
def access_co_handler(request: UserRequest, case: Case) -> HttpResponse:
    """Somebody handles the case together with its handler."""
    form = CoHandlerForm(request.POST or None, handlers=co_handlers_of(request.user, today()))
    if form.is_valid():
        with refusals_in(form):
            add_co_handler(case=case, by=request.user, today=today(), **form.cleaned_data)
            messages.success(request, "Ärendet har en medhandläggare till.")
            return redirect("case_access", case.pk)
    return form_page(
        request, case, form, heading="Lägg till medhandläggare", submit="Lägg till", back=back(case),
        lead="En medhandläggare arbetar i ärendet tills behörigheten avslutas.",
    )  # fmt: skip


@access(Case, Can.ASSIGN, READ_WRITE)
def access_end(request: UserRequest, case: Case) -> HttpResponse:
    """End one of the grants that can be ended by itself."""
    rows = {row.key: row for row in grants_of(case, timezone.now())[0] if row.can_end}
    names = {key: f"{row.name} ({row.how.lower()})" for key, row in rows.items()}
    chosen = request.GET.get("behorighet", "")
    form = EndGrantForm(request.POST or None, grants=names, initial={"grant": chosen})
    if form.is_valid():
        with refusals_in(form):
            grant = rows[form.cleaned_data["grant"]].grant
            end_grant(
                case=case, grant=grant, reason=form.cleaned_data["reason"], by=request.user, today=today()
            )
            messages.success(request, "Behörigheten är avslutad.")
            return redirect("case_access", case.pk)
    return form_page(
        request, case, form, heading="Avsluta behörighet", submit="Avsluta behörigheten", back=back(case),
        lead="Den som förlorar behörigheten kan inte öppna ärendet från och med nästa sida.",
        danger=True,
    )  # fmt: skip


def back(case: Case) -> str:
    return reverse("case_access", args=[case.pk])
