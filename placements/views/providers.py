"""Providers and framework agreements."""

from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.timeline import events_on
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting
from placements.actions import providers as actions
from placements.forms.providers import (
    AgreementForm,
    CloseProviderForm,
    EndAgreementForm,
    ProviderFilter,
    ProviderForm,
    ReopenProviderForm,
)
from placements.models import FrameworkAgreement, Placement, Provider
from placements.views.counting import simple_page

COLUMNS = (
    Column("Namn", "namn", (SwedishKey("name"),)),
    Column("Slag", "slag", ("kind", SwedishKey("name"))),
    Column("Kod", "kod", ("code", SwedishKey("name"))),
    Column("Ramavtal"),
    Column("Nya placeringar"),
)
EVENT_ICONS = {"utforare": "building-2", "ramavtal": "file-text"}
AGREEMENT_COLUMNS = ["Gäller från", "Gäller till", "Dygnspris", "Avresedagen", "Läge"]


@access_page(Can.SEE_PROVIDERS)
def providers(request: UserRequest) -> HttpResponse:
    today, chosen = timezone.localdate(), ProviderFilter(request.GET or None)
    said = chosen.cleaned_data if chosen.is_valid() else {}
    in_force = (
        FrameworkAgreement.objects.visible_to(request.user).in_force_on(today).filter(provider=OuterRef("pk"))
    )
    rows = Provider.objects.visible_to(request.user).annotate(has_agreement=Exists(in_force))
    rows = rows.named_like(said["namn"]) if said.get("namn") else rows
    rows = rows.filter(kind=said["slag"]) if said.get("slag") else rows
    rows = rows.filter(has_agreement=said["avtal"] == "ja") if said.get("avtal") else rows
    order = sorting(COLUMNS, request, default="namn")
    page = page_of(rows.order_by(*order.order_by), request)
    context = {
        "columns": order.columns,
        "page": page,
        "filter": chosen,
        "filtered": any(said.values()),
        "rows": [(row, row.takes_new_on(today)) for row in page],
        "can_write": _can_write(request),
    }
    return render(request, "placements/providers.html", context)


@access(Provider, Can.SEE_PROVIDERS)
def provider(request: UserRequest, found: Provider) -> HttpResponse:
    today = timezone.localdate()
    agreements = FrameworkAgreement.objects.visible_to(request.user).filter(provider=found)
    ongoing = None
    if may_in_general(request.user, Can.SEE_PLACE):
        stays = Placement.objects.visible_to(request.user).filter(provider=found)
        ongoing = stays.ongoing_on(today).aggregate(count=Count("pk"))["count"]
    rows = [(row, _standing(row, today)) for row in agreements.order_by("-start", "id")]
    context = {
        "provider": found,
        "agreements": rows,
        "columns": AGREEMENT_COLUMNS + (["Åtgärd"] if _can_write(request) else []),
        "ongoing": ongoing,
        "can_write": _can_write(request),
        "takes_new": found.takes_new_on(today),
        "events": events_on([found.pk], request.user, EVENT_ICONS),
        "today": today,
    }
    return render(request, "placements/provider.html", context)


@access_page(Can.WRITE_PROVIDERS, READ_WRITE)
def provider_new(request: UserRequest) -> HttpResponse:
    form = ProviderForm(request.POST or None)

    def save() -> str:
        return _url(actions.add_provider(facts=form.facts(), by=request.user, today=timezone.localdate()))

    context = {"heading": "Ny utförare", "save": "Lägg till", "back": reverse("providers"), "top": "Utförare"}
    return simple_page(request, form, save, "Utföraren är tillagd.", context)


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_edit(request: UserRequest, found: Provider) -> HttpResponse:
    form = ProviderForm(
        request.POST or None, initial={"name": found.name, "kind": found.kind, "code": found.code}
    )
    return _about(
        request,
        found,
        form,
        "Ändra uppgifter",
        "Spara",
        "Uppgifterna är sparade.",
        lambda **on: actions.change_provider(provider=found, facts=form.facts(), **on),
    )


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_close(request: UserRequest, found: Provider) -> HttpResponse:
    form = CloseProviderForm(request.POST or None, initial={"from_day": timezone.localdate()})
    return _about(
        request,
        found,
        form,
        "Stäng för nya placeringar",
        "Stäng för nya",
        "Utföraren är stängd för nya placeringar.",
        lambda **on: actions.close_provider(provider=found, **form.cleaned_data, **on),
    )


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_reopen(request: UserRequest, found: Provider) -> HttpResponse:
    form = ReopenProviderForm(request.POST or None)
    return _about(
        request,
        found,
        form,
        "Öppna för nya placeringar",
        "Öppna",
        "Utföraren tar emot nya placeringar.",
        lambda **on: actions.close_provider(provider=found, from_day=None, **form.cleaned_data, **on),
    )


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def agreement_new(request: UserRequest, found: Provider) -> HttpResponse:
    form = AgreementForm(request.POST or None, initial={"start": timezone.localdate()})
    return _about(
        request,
        found,
        form,
        "Nytt ramavtal",
        "Lägg till",
        "Ramavtalet är tillagt.",
        lambda **on: actions.add_agreement(provider=found, facts=form.facts(), **on),
    )


@access(FrameworkAgreement, Can.WRITE_PROVIDERS, READ_WRITE)
def agreement_end(request: UserRequest, found: FrameworkAgreement) -> HttpResponse:
    form = EndAgreementForm(request.POST or None, initial={"end": found.end})
    return _about(
        request,
        found.provider,
        form,
        "Avsluta ramavtalet",
        "Avsluta",
        "Ramavtalets slut är sparat.",
        lambda **on: actions.end_agreement(agreement=found, **form.cleaned_data, **on),
    )


def _about(
    request: UserRequest,
    found: Provider,
    form: forms.Form,
    heading: str,
    save_label: str,
    done: str,
    act: Any,
) -> HttpResponse:
    """A form about one provider that leads back to its page."""

    def save() -> str:
        act(by=request.user, today=timezone.localdate())
        return _url(found)

    context = {"heading": heading, "save": save_label, "back": _url(found), "crumb": found.name}
    return simple_page(request, form, save, done, context)


def _standing(agreement: FrameworkAgreement, today: Any) -> tuple[str, str]:
    if agreement.is_in_force_on(today):
        return "Gäller", "success"
    return ("Framtida", "info") if agreement.start > today else ("Slut", "neutral")


def _can_write(request: UserRequest) -> bool:
    return may_in_general(request.user, Can.WRITE_PROVIDERS)


def _url(found: Provider) -> str:
    return reverse("provider", args=[found.pk])
