"""All that is written about one provider: visits, incidents, remarks and prices, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, When
from django.http import HttpResponse
from django.shortcuts import render

from avhopp.access.decorators import access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.pages.paging import Column, page_of, sorting
from placements.models import AgreementPrice, Provider, ProviderIncident, ProviderRemark, ProviderVisit
from placements.showing import Tab


@dataclass(frozen=True)
class Part:
    """One tab: its rows, columns and the order to begin with. `none` is said when there are no rows."""

    label: str
    rows: Callable[[User, Provider], QuerySet]
    columns: tuple[Column, ...]
    default: str
    none: str


def _of(model: Any) -> Callable[[User, Provider], QuerySet]:
    return lambda user, provider: model.objects.visible_to(user).filter(provider=provider)


def _visits(user: User, provider: Provider) -> QuerySet:
    return _of(ProviderVisit)(user, provider).select_related("made_by")


#: The worst last: the stored words do not sort so.
GRAVITY = Case(
    *(When(severity=value, then=place) for place, value in enumerate(ProviderIncident.Severity)),
    output_field=IntegerField(),
)


def _incidents(user: User, provider: Provider) -> QuerySet:
    return _of(ProviderIncident)(user, provider).annotate(gravity=GRAVITY)


def _prices(user: User, provider: Provider) -> QuerySet:
    prices = AgreementPrice.objects.visible_to(user).filter(agreement__provider=provider)
    return prices.select_related("agreement")


PARTS = {
    "uppfoljningar": Part(
        "Uppföljningar", _visits,
        (
            Column("Dag", "dag", ("made_on",)), Column("Av"), Column("Resultat"),
            Column("Nästa", "nasta", ("next_on",)),
        ),
        "-dag", "Ingen uppföljning ännu.",
    ),
    "handelser": Part(
        "Händelser", _incidents,
        (
            Column("Dag", "dag", ("happened_on",)), Column("Allvar", "allvar", ("gravity", "happened_on")),
            Column("Vad som hände"), Column("Avslutad", "avslutad", ("closed_on",)), Column("Åtgärd"),
        ),
        "-dag", "Ingen händelse registrerad.",
    ),
    "anmarkningar": Part(
        "Anmärkningar från IVO", _of(ProviderRemark),
        (
            Column("Dag", "dag", ("made_on",)), Column("Referens", "referens", ("reference",)),
            Column("Anmärkning"), Column("Åtgärdad", "atgardad", ("resolved_on",)),
        ),
        "-dag", "Ingen anmärkning registrerad.",
    ),
    "priser": Part(
        "Prislista", _prices,
        (
            Column("Ramavtal från", "ramavtal", ("agreement__start", "start")),
            Column("Nivå", "niva", ("level", "start")), Column("Från", "fran", ("start",)), Column("Till"),
            Column("Dygnspris", "pris", ("rate", "start"), numeric=True), Column("Grund"),
        ),
        "-fran", "Inget avtalat pris.",
    ),
}  # fmt: skip


@access(Provider, Can.SEE_PROVIDERS)
def provider_control(request: UserRequest, found: Provider) -> HttpResponse:
    asked = request.GET.get("visa", "")
    chosen = asked if asked in PARTS else "uppfoljningar"
    part = PARTS[chosen]
    order = sorting(part.columns, request, default=part.default)
    page = page_of(part.rows(request.user, found).order_by(*order.order_by), request)
    context = {
        "provider": found,
        "tabs": [Tab(one.label, f"?visa={key}", key == chosen) for key, one in PARTS.items()],
        "chosen": chosen,
        "part": part,
        "columns": order.columns,
        "page": page,
    }
    return render(request, "placements/provider_control.html", context)
