"""The list of providers, and the card of one."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.exports import exported
from avhopp.audit.timeline import events_on
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.excel import Field, Kind
from avhopp.pages.paging import Column, page_of, sorting
from placements.actions import providers as actions
from placements.counties import in_own_county
from placements.forms.providers import (
    CloseProviderForm,
    PermitForm,
    ProviderFilter,
    ProviderForm,
    ReasonForm,
)
from placements.models import AgreementPrice, FrameworkAgreement, Provider
from placements.provider_card import (
    lacking,
    lacks_of,
    sign,
    target_groups_of,
    use_of,
    with_siblings,
    with_signs,
)
from placements.views.counting import simple_page

COLUMNS = (
    Column("Namn", "namn", (SwedishKey("name"),)),
    Column("Slag", "slag", ("kind", SwedishKey("name"))),
    Column("Län", "lan", ("county", SwedishKey("name"))),
    Column("Kod", "kod", ("code", SwedishKey("name"))),
    Column("Ramavtal"),
    Column("Nya placeringar"),
    Column("Kontroll"),
)
FIELDS = (
    Field("Namn"), Field("Slag"), Field("Kod"), Field("Organisationsnummer"), Field("Län"),
    Field("Målgrupper", width=40), Field("Ålder från", Kind.NUMBER), Field("Ålder till", Kind.NUMBER),
    Field("Tillståndsnummer"), Field("Tillstånd kontrollerat", Kind.DAY), Field("Ramavtal"),
    Field("Tar inte emot nya från", Kind.DAY), Field("Senaste uppföljning", Kind.DAY),
    Field("Brister", width=60),
)  # fmt: skip
EVENT_ICONS = {"utforare": "building-2", "ramavtal": "file-text"}
#: Of what is written about a provider the card shows so many rows; the rest has a page of its own.
SHOWN = 5
AGREEMENT_COLUMNS = ("Gäller från", "Gäller till", "Dygnspris i dag", "Rang", "Regler", "Läge")


@access_page(Can.SEE_PROVIDERS)
def providers(request: UserRequest) -> HttpResponse:
    today, chosen = timezone.localdate(), ProviderFilter(request.GET or None)
    said = chosen.cleaned_data if chosen.is_valid() else {}
    order = sorting(COLUMNS, request, default="namn")
    page = page_of(_narrowed(request, said, today).order_by(*order.order_by), request)
    context = {
        "columns": order.columns,
        "page": page,
        "filter": chosen,
        "filtered": any(said.values()),
        "rows": [(row, row.takes_new_on(today), lacks_of(row, today)) for row in page],
        "can_write": can_write(request),
        "excel": f"{reverse('providers_excel')}?{request.GET.urlencode()}",
    }
    return render(request, "placements/providers.html", context)


@access_page(Can.SEE_PROVIDERS)
def providers_excel(request: UserRequest) -> HttpResponse:
    """The list as the filters have it, all its rows."""
    today, chosen = timezone.localdate(), ProviderFilter(request.GET or None)
    said = chosen.cleaned_data if chosen.is_valid() else {}
    found = list(_narrowed(request, said, today).order_by(SwedishKey("name"), "pk"))
    labels = [(str(chosen.fields[name].label), str(value)) for name, value in said.items() if value]
    return exported(
        "Utförare", FIELDS, [_cells(row, today) for row in found],
        by=request.user, can=Can.SEE_PROVIDERS, of=Provider, today=today, chosen=labels,
    )  # fmt: skip


def _narrowed(request: UserRequest, said: dict[str, Any], today: date) -> QuerySet:
    in_force = (
        FrameworkAgreement.objects.visible_to(request.user).in_force_on(today).filter(provider=OuterRef("pk"))
    )
    rows = with_signs(Provider.objects.visible_to(request.user), request.user, today)
    rows = rows.annotate(has_agreement=Exists(in_force))
    rows = rows.named_like(said["namn"]) if said.get("namn") else rows
    rows = rows.filter(kind=said["slag"]) if said.get("slag") else rows
    rows = rows.filter(has_agreement=said["avtal"] == "ja") if said.get("avtal") else rows
    if said.get("visa") == "brister":
        return lacking(rows, today)
    return rows.filter(deactivated__isnull=said.get("visa") != "avaktiverade")


def _cells(row: Any, today: date) -> tuple[Any, ...]:
    return (
        row.name, row.get_kind_display(), row.code, row.shown_organisation_number, row.get_county_display(),
        ", ".join(row.target_groups), row.age_from, row.age_to, row.permit_number, row.permit_verified,
        "Ja" if row.has_agreement else "Nej", row.no_new_placements_from, row.last_visit,
        " ".join(lack.text for lack in lacks_of(row, today)),
    )  # fmt: skip


@access(Provider, Can.SEE_PROVIDERS)
def provider(request: UserRequest, found: Provider) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    writes = can_write(request)
    found, siblings = with_siblings(found, user)
    visits = list(found.visits.select_related("made_by"))
    incidents, remarks = list(found.incidents.all()), list(found.remarks.all())
    found = sign(found, visits, incidents, remarks)
    agreements = FrameworkAgreement.objects.visible_to(user).filter(provider=found)
    priced = list(agreements.with_prices().order_by("-start", "id"))
    use = use_of(found, user, today)
    counts = {"uppfoljningar": visits, "handelser": incidents, "anmarkningar": remarks}
    more = {key: len(rows) for key, rows in counts.items()} | {"priser": len(_prices(priced))}
    context = {
        "provider": found,
        "in_county": in_own_county(found.county, user.municipality.code),
        "lacks": lacks_of(found, today),
        "siblings": siblings,
        "agreements": [(row, _standing(row, today), _price_on(row, today)) for row in priced],
        "agreement_columns": AGREEMENT_COLUMNS + (("Åtgärd",) if writes else ()),
        "use": use,
        "ongoing": use.ongoing if use else None,
        "contacts": found.contacts.filter(ended=None),
        "prices": _prices(priced)[:SHOWN],
        "visits": visits[:SHOWN],
        "incidents": _open_first(incidents, "closed_on")[:SHOWN],
        "remarks": _open_first(remarks, "resolved_on")[:SHOWN],
        "more": more,
        "can_write": writes,
        "takes_new": found.takes_new_on(today),
        "events": events_on([found.pk], user, EVENT_ICONS),
        "today": today,
    }
    return render(request, "placements/provider.html", context)


@access_page(Can.WRITE_PROVIDERS, READ_WRITE)
def provider_new(request: UserRequest) -> HttpResponse:
    form = ProviderForm(request.POST or None, groups=target_groups_of(request.user))

    def save() -> str:
        return url_of(actions.add_provider(facts=form.facts(), by=request.user, today=timezone.localdate()))

    context = {"heading": "Ny utförare", "save": "Lägg till", "back": reverse("providers"), "top": "Utförare"}
    return simple_page(request, form, save, "Utföraren är tillagd.", context)


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_edit(request: UserRequest, found: Provider) -> HttpResponse:
    names = (
        "name", "kind", "code", "county", "target_groups", "age_from", "age_to", "permit_number",
    )  # fmt: skip
    initial = {name: getattr(found, name) for name in names}
    initial |= {"organisation_number": found.shown_organisation_number}
    form = ProviderForm(request.POST or None, initial=initial, groups=target_groups_of(request.user))
    return about(
        request, found, form, "Ändra uppgifter", "Spara", "Uppgifterna är sparade.",
        lambda **on: actions.change_provider(provider=found, facts=form.facts(), **on),
    )  # fmt: skip


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_permit(request: UserRequest, found: Provider) -> HttpResponse:
    form = PermitForm(
        request.POST or None, initial={"permit_number": found.permit_number, "on": timezone.localdate()}
    )
    return about(
        request, found, form, "Tillståndet är kontrollerat", "Spara", "Kontrollen är sparad.",
        lambda **on: actions.verify_permit(provider=found, **form.cleaned_data, **on),
        lead="Slå upp tillståndet i IVO:s register innan du sparar. Du sparas som den som kontrollerade.",
    )  # fmt: skip


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_close(request: UserRequest, found: Provider) -> HttpResponse:
    form = CloseProviderForm(request.POST or None, initial={"from_day": timezone.localdate()})
    return about(
        request, found, form, "Stäng för nya placeringar", "Stäng för nya",
        "Utföraren är stängd för nya placeringar.",
        lambda **on: actions.close_provider(provider=found, **form.cleaned_data, **on),
    )  # fmt: skip


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_reopen(request: UserRequest, found: Provider) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    return about(
        request, found, form, "Öppna för nya placeringar", "Öppna", "Utföraren tar emot nya placeringar.",
        lambda **on: actions.close_provider(provider=found, from_day=None, **form.cleaned_data, **on),
    )  # fmt: skip


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_deactivate(request: UserRequest, found: Provider) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    return about(
        request, found, form, "Avaktivera utföraren", "Avaktivera", "Utföraren är avaktiverad.",
        lambda **on: actions.deactivate_provider(provider=found, **form.cleaned_data, **on),
        lead="Utföraren försvinner ur listan och tar inte emot nya. Inget raderas, och pågående placeringar "
        "påverkas inte.",
        tone="danger",
    )  # fmt: skip


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_activate(request: UserRequest, found: Provider) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    return about(
        request, found, form, "Aktivera utföraren igen", "Aktivera", "Utföraren är aktiverad.",
        lambda **on: actions.activate_provider(provider=found, **form.cleaned_data, **on),
        lead="Utföraren är fortfarande stängd för nya placeringar tills du öppnar den.",
    )  # fmt: skip


def about(
    request: UserRequest,
    found: Provider,
    form: forms.Form,
    heading: str,
    save_label: str,
    done: str,
    act: Callable[..., object],
    **more: Any,
) -> HttpResponse:
    """A form about one provider that leads back to its page. `act` is called with `by` and `today`."""

    def save() -> str:
        act(by=request.user, today=timezone.localdate())
        return url_of(found)

    context = {"heading": heading, "save": save_label, "back": url_of(found), "crumb": found.name, **more}
    return simple_page(request, form, save, done, context)


def _prices(agreements: list[FrameworkAgreement]) -> list[tuple[FrameworkAgreement, AgreementPrice]]:
    """Every price of the agreements, the newest first."""
    rows = [(one, price) for one in agreements for price in one.prices.all()]
    return sorted(rows, key=lambda row: (row[1].start, row[1].level), reverse=True)


def _open_first(rows: list[Any], closed: str) -> list[Any]:
    """What is still open before what is closed, each in the order it came."""
    return sorted(rows, key=lambda row: getattr(row, closed) is not None)


def _standing(agreement: FrameworkAgreement, today: date) -> tuple[str, str]:
    if agreement.is_in_force_on(today):
        return "Gäller", "success"
    return ("Framtida", "info") if agreement.start > today else ("Slut", "neutral")


def _price_on(agreement: FrameworkAgreement, today: date) -> Any:
    """The ordinary price today; before the agreement begins its first one, after its end its last."""
    rows = [row for row in agreement.prices.all() if not row.level]
    return next((row.rate for row in reversed(rows) if row.start <= today), rows[0].rate if rows else None)


def can_write(request: UserRequest) -> bool:
    return may_in_general(request.user, Can.WRITE_PROVIDERS)


def url_of(found: Provider) -> str:
    return reverse("provider", args=[found.pk])
