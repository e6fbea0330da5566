"""Framework agreements and their price lists."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.kernel.refusal import Refused
from placements.actions import agreements as actions
from placements.agreement_rules import indexed, next_index_day, rate_from
from placements.costs import PricePeriod
from placements.forms.agreements import (
    AgreementForm,
    ChangeAgreementForm,
    EndAgreementForm,
    IndexForm,
    PriceForm,
)
from placements.models import AgreementPrice, FrameworkAgreement, Provider
from placements.views.counting import show, simple_page
from placements.views.providers import about, url_of


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def agreement_new(request: UserRequest, found: Provider) -> HttpResponse:
    form = AgreementForm(request.POST or None, initial={"start": timezone.localdate()})
    return about(
        request, found, form, "Nytt ramavtal", "Lägg till", "Ramavtalet är tillagt.",
        lambda **on: actions.add_agreement(provider=found, facts=form.facts(), **on),
    )  # fmt: skip


@access(FrameworkAgreement, Can.WRITE_PROVIDERS, READ_WRITE)
def agreement_edit(request: UserRequest, found: FrameworkAgreement) -> HttpResponse:
    form = ChangeAgreementForm(
        request.POST or None, initial=vars(actions.AgreementFacts.of(found)) | {"reason": ""}
    )
    return about(
        request, found.provider, form, "Ändra ramavtalet", "Spara", "Ramavtalet är ändrat.",
        lambda **on: actions.change_agreement(
            agreement=found, facts=form.facts(), reason=form.cleaned_data["reason"], **on
        ),
    )  # fmt: skip


@access(FrameworkAgreement, Can.WRITE_PROVIDERS, READ_WRITE)
def agreement_end(request: UserRequest, found: FrameworkAgreement) -> HttpResponse:
    form = EndAgreementForm(request.POST or None, initial={"end": found.end})
    return about(
        request, found.provider, form, "Avsluta ramavtalet", "Avsluta", "Ramavtalets slut är sparat.",
        lambda **on: actions.end_agreement(agreement=found, **form.cleaned_data, **on),
    )  # fmt: skip


@access(FrameworkAgreement, Can.WRITE_PROVIDERS, READ_WRITE)
def agreement_price(request: UserRequest, found: FrameworkAgreement) -> HttpResponse:
    form = PriceForm(request.POST or None, initial={"start": max(timezone.localdate(), found.start)})
    return about(
        request, found.provider, form, "Nytt pris i prislistan", "Lägg till", "Priset är tillagt.",
        lambda **on: actions.add_price(agreement=found, price=form.price(), **on),
        lead="Placeringar som redan är avtalade behåller sitt pris. Det nya gäller dem som avtalas sedan.",
    )  # fmt: skip


@access(FrameworkAgreement, Can.WRITE_PROVIDERS, READ_WRITE)
def agreement_index(request: UserRequest, found: FrameworkAgreement) -> HttpResponse:
    """A price by the index clause: counted first, saved when somebody confirms what was counted."""
    today = timezone.localdate()
    if not found.has_index:
        return render(request, "placements/agreement_index.html", _context(found))
    first = next_index_day(found.index_month or 1, max(today, found.start))
    form = IndexForm(request.POST or None, initial={"start": first})
    proposal = None
    if request.method == "POST" and form.is_valid():
        try:
            proposal = _proposal(request, found, form)
        except Refused as refused:
            show(form, refused)
    if proposal is not None and request.POST.get("confirmed") == str(proposal.rate):
        return simple_page(
            request, form, lambda: _save(request, found, proposal), "Priset är tillagt.", _context(found)
        )
    context = _context(found) | {"form": form, "proposal": proposal}
    return render(request, "placements/agreement_index.html", context)


def _proposal(request: UserRequest, found: FrameworkAgreement, form: IndexForm) -> actions.NewPrice:
    rows = AgreementPrice.objects.visible_to(request.user).filter(agreement=found).of_level()
    rate = rate_from((PricePeriod(row.start, row.end, row.rate) for row in rows), form.from_day)
    if rate is None:
        raise Refused("price_before_list", "Ramavtalet gäller inte den dagen.", field="start")
    assert found.index_share is not None, "an index clause is whole"
    new = indexed(rate, share=found.index_share, **form.numbers())
    return actions.NewPrice(form.from_day, new, basis=form.basis(found))


def _save(request: UserRequest, found: FrameworkAgreement, price: actions.NewPrice) -> str:
    actions.add_price(agreement=found, price=price, by=request.user, today=timezone.localdate())
    return url_of(found.provider)


def _context(found: FrameworkAgreement) -> dict[str, object]:
    return {
        "heading": "Nytt pris enligt index",
        "save": "Räkna",
        "back": reverse("provider", args=[found.provider_id]),
        "crumb": found.provider.name,
        "agreement": found,
    }
