"""An inquiry, its offers side by side, the choice; and the trails of all without persons."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may, may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.reading import log_list
from avhopp.pages.paging import Column, in_order, page_of, sorting
from avhopp.pages.tables import Heading
from cases.models import Case
from placements.models import Provider
from placements.procurement.actions.asking import ask_providers, record_offer, write_inquiry
from placements.procurement.actions.choosing import approve_choice, choose_offer
from placements.procurement.forms.inquiries import ApproveForm, AskForm, ChooseForm, InquiryForm, OfferForm
from placements.procurement.models import Inquiry, Offer
from placements.procurement.showing import asked_of, side_by_side, stage_of, trails_by_month
from placements.procurement.wording import lines_of
from placements.views.addressing import of_its_case
from placements.views.counting import simple_page

COMPARED = (
    Heading("Utförare"),
    Heading("Svar"),
    Heading("Ramavtal"),
    Heading("Dygnspris", True),
    Heading("Hela tiden", True),
    Heading("Från"),
    Heading("Målgruppen passar"),
    Heading("Läge"),
)
MONTHS = (
    Column("Månad", "manad", ("month",)),
    Column("Utanför ramavtal", "utanfor", ("outside", "month"), numeric=True),
    Column("Tillfrågade", "fragade", ("asked", "month"), numeric=True),
    Column("Godkända", "godkanda", ("approved", "month"), numeric=True),
    Column("Belopp", "belopp", ("amount", "month"), numeric=True),
    Column("Inom ramavtal", "inom", ("inside", "month"), numeric=True),
)
MONTHS_SHOWN = 24


@access(Case, Can.WRITE_PLACEMENT, READ_WRITE)
def inquiry_new(request: UserRequest, case: Case) -> HttpResponse:
    today = timezone.localdate()
    initial = {"start_from": today, "county": "spelar_ingen_roll", "months": 18}
    form = InquiryForm(request.POST or None, initial=initial)

    def save() -> str:
        return _url(write_inquiry(case=case, wish=form.wish(), by=request.user, today=today))

    back = reverse("case", args=[case.pk])
    context = {
        "case": case,
        "back": back,
        "heading": "Ny förfrågan om plats",
        "save": "Spara förfrågan",
        "lead": "Utförarna får bara det du skriver här, och en egen referens. "
        "Inget namn och inget ärendenummer.",
    }
    return simple_page(request, form, save, "Förfrågan är sparad.", context)


@access(Inquiry, Can.SEE_INVESTIGATION)
@of_its_case
def inquiry(request: UserRequest, inquiry: Inquiry) -> HttpResponse:
    offers = list(Offer.objects.visible_to(request.user).filter(inquiry=inquiry).with_place())
    case_url = reverse("case", args=[inquiry.case_id])
    context = {
        "inquiry": inquiry,
        "case": inquiry.case,
        "case_url": case_url,
        "stage": stage_of(inquiry, offers),
        "lines": lines_of(asked_of(inquiry)),
        "offers": side_by_side(inquiry, offers),
        "columns": COMPARED,
        "actions": _actions(inquiry, offers, request.user),
        "answers": not inquiry.is_chosen and _writes(inquiry, request.user),
        "chosen": next((row for row in offers if row.pk == inquiry.chosen_id), None),
    }
    return render(request, "procurement/inquiry.html", context)


@access(Inquiry, Can.WRITE_PLACEMENT)
def inquiry_print(request: UserRequest, inquiry: Inquiry) -> HttpResponse:
    """What goes out. The address, the page and its title lead to no case."""
    context = {
        "inquiry": inquiry,
        "lines": lines_of(asked_of(inquiry)),
        "municipality": request.user.municipality,
    }
    return render(request, "procurement/print.html", context)


@access(Inquiry, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def inquiry_ask(request: UserRequest, inquiry: Inquiry) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    asked = Offer.objects.visible_to(user).filter(inquiry=inquiry).values("provider_id")
    free = Provider.objects.visible_to(user).open_for_placements(today).filter(kind=inquiry.kind)
    form = AskForm(request.POST or None, initial={"on": today}, providers=list(free.exclude(pk__in=asked)))

    def save() -> str:
        said = form.cleaned_data
        ask_providers(
            inquiry=inquiry, providers=form.chosen(), how=said["how"], on=said["on"], by=user, today=today
        )
        return _url(inquiry)

    lead = "Skriv upp vilka du har frågat. Skicka utskriften, inget annat."
    context = {**_around(inquiry, "Fråga utförare"), "save": "Spara", "lead": lead}
    return simple_page(request, form, save, "De tillfrågade är sparade.", context)


@access(Offer, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def offer_answer(request: UserRequest, offer: Offer) -> HttpResponse:
    today = timezone.localdate()
    initial = {
        "on": offer.answered_on or today, "rate": offer.rate, "start": offer.start, "note": offer.note,
        "distance": offer.distance, "fits": {True: "ja", False: "nej", None: ""}[offer.fits],
        "answer": "" if offer.state == Offer.State.ASKED else offer.state,
    }  # fmt: skip
    form = OfferForm(request.POST or None, initial=initial)

    def save() -> str:
        record_offer(offer=offer, answer=form.given(), by=request.user, today=today)
        return _url(offer.inquiry)

    context = {**_around(offer.inquiry, f"Svar från {offer.provider.name}"), "save": "Spara svaret"}
    return simple_page(request, form, save, "Svaret är sparat.", context)


@access(Inquiry, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def inquiry_choose(request: UserRequest, inquiry: Inquiry) -> HttpResponse:
    offers = Offer.objects.visible_to(request.user).filter(inquiry=inquiry, state=Offer.State.OFFERED)
    form = ChooseForm(request.POST or None, offers=list(offers.with_place()))

    def save() -> str:
        choose_offer(
            offer=form.chosen(),
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=timezone.localdate(),
        )
        return _url(inquiry)

    lead = "Valet går inte att ändra. Utanför ramavtal ska någon annan godkänna det innan personen placeras."
    context = {**_around(inquiry, "Välj plats"), "save": "Välj platsen", "lead": lead}
    return simple_page(request, form, save, "Platsen är vald.", context)


@access(Inquiry, Can.DECIDE, READ_WRITE)
@of_its_case
def inquiry_approve(request: UserRequest, inquiry: Inquiry) -> HttpResponse:
    form = ApproveForm(request.POST or None)

    def save() -> str:
        today = timezone.localdate()
        approve_choice(inquiry=inquiry, until=form.cleaned_data["until"], by=request.user, today=today)
        return _url(inquiry)

    lead = "Du godkänner att en plats utanför ramavtal används, och hur länge. Det går inte att ångra."
    context = {**_around(inquiry, "Godkänn platsen"), "save": "Godkänn", "lead": lead}
    return simple_page(request, form, save, "Platsen är godkänd.", context)


@access_page(Can.SEE_DASHBOARD)
def trails(request: UserRequest) -> HttpResponse:
    """Choices of places by month, without persons, for the committee."""
    user = request.user
    chosen = Inquiry.objects.visible_to(user).chosen_ones()
    rows = list(
        chosen.select_related("placement__agreement").prefetch_related(
            "placement__prices", "placement__absences"
        )
    )
    offers = Offer.objects.visible_to(user).filter(inquiry__in=[row.pk for row in rows])
    log_list(user, Can.SEE_INVESTIGATION, [row.case_id for row in rows], of=Inquiry, shown=len(rows))
    order = sorting(MONTHS, request, default="-manad")
    months = in_order(trails_by_month(rows, offers), order.order_by)
    context = {"columns": order.columns, "page": page_of(months, request, per_page=MONTHS_SHOWN)}
    return render(request, "procurement/trails.html", context)


def _actions(inquiry: Inquiry, offers: list[Offer], user: User) -> list[dict[str, str]]:
    """What this user may do with the inquiry now; the actions ask again."""
    address = [inquiry.case_id, inquiry.pk]
    offered = any(row.state == Offer.State.OFFERED for row in offers)
    stage = stage_of(inquiry, offers).name
    found = []
    if _writes(inquiry, user):
        if not inquiry.is_chosen:
            found += [("inquiry_choose", "Välj plats", "primary")] if offered else []
            found += [("inquiry_ask", "Fråga utförare", "secondary" if offered else "primary")]
        if stage == "CHOSEN":
            url = f"{reverse('place', args=[inquiry.case_id])}?forfragan={inquiry.pk}"
            return [{"text": "Gå vidare till placering", "url": url, "variant": "primary"}]
    if stage == "TO_APPROVE" and inquiry.chosen_by_id != user.pk and may(user, Can.DECIDE, inquiry):
        found += [("inquiry_approve", "Godkänn platsen", "primary")]
    return [{"text": text, "url": reverse(name, args=address), "variant": look} for name, text, look in found]


def _writes(inquiry: Inquiry, user: User) -> bool:
    return (
        may_in_general(user, Can.WRITE_PLACEMENT)
        and inquiry.case.is_open
        and may(user, Can.WRITE_PLACEMENT, inquiry)
    )


def _around(inquiry: Inquiry, heading: str) -> dict[str, Any]:
    return {"case": inquiry.case, "back": _url(inquiry), "heading": heading, "between": inquiry.code}


def _url(inquiry: Inquiry) -> str:
    return reverse("inquiry", args=[inquiry.case_id, inquiry.pk])
