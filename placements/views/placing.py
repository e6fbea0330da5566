"""Place a person, and move a person."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.periods import add_months
from cases.models import Case, Decision
from placements.actions.moving import move_person, moved_stays
from placements.actions.placing import check_terms, place_person
from placements.forms.terms import MovingForm, PlacingForm
from placements.models import FrameworkAgreement, Placement, Provider
from placements.procurement.actions.choosing import check_choice, note_placed
from placements.procurement.placing import inquiry_of, offered_terms
from placements.terms import effect
from placements.views.addressing import of_its_case
from placements.views.counting import Counting, counting_page


@access(Case, Can.WRITE_PLACEMENT, READ_WRITE)
def place(request: UserRequest, case: Case) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    choices = _choices(case, user, today)
    if not choices["decisions"]:
        return render(request, "placements/no_decision.html", {"case": case, "case_url": _case_url(case)})
    inquiry = inquiry_of(case, user, request.GET.get("forfragan", ""))
    initial = _suggested(choices["decisions"], request) | (offered_terms(inquiry) if inquiry else {})
    form = PlacingForm(request.POST or None, initial=initial, **choices)

    def count() -> Any:
        terms = form.terms()
        if inquiry is not None:
            check_choice(inquiry=inquiry, terms=terms)
        return effect([], [check_terms(case=case, terms=terms, today=today)], today)

    def save() -> str:
        placement = place_person(case=case, terms=form.terms(), by=user, today=today)
        if inquiry is not None:
            note_placed(inquiry=inquiry, placement=placement, by=user, today=today)
        return _url(placement)

    context = {
        "case": case,
        "case_url": _case_url(case),
        "back": _case_url(case),
        "heading": "Ny placering",
        "lead": "Du ser vad placeringen kostar innan du sparar.",
        "save": "Spara placeringen",
    }
    return counting_page(request, form, Counting(count, save, "Placeringen är sparad."), context)


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def move(request: UserRequest, stay: Placement) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    stay = Placement.objects.visible_to(user).with_terms().get(pk=stay.pk)
    initial = {"day": today, "decision": str(stay.decision_id), "end": stay.decision.end}
    form = MovingForm(request.POST or None, initial=initial, **_choices(stay.case, user, today))

    def count() -> Any:
        after = moved_stays(placement=stay, terms=form.terms(today), today=today)
        return effect([stay.as_stay()], after, today)

    def save() -> str:
        return _url(move_person(placement=stay, terms=form.terms(today), by=user, today=today))

    context = {
        "case": stay.case,
        "case_url": _case_url(stay.case),
        "back": _url(stay),
        "heading": "Flytta personen",
        "lead": "Den gamla placeringen avslutas och den nya börjar samma dag.",
        "save": "Spara flytten",
    }
    return counting_page(request, form, Counting(count, save, "Flytten är sparad."), context)


def _choices(case: Case, user: User, today: date) -> dict[str, Any]:
    """Granted decisions of the case, providers of those kinds that take new, and their agreements."""
    decisions = [
        row
        for row in Decision.objects.visible_to(user).filter(case=case)
        if row.is_granted and (row.end is None or row.end > add_months(today, -12))
    ]
    kinds = {row.kind for row in decisions}
    providers = Provider.objects.visible_to(user).open_for_placements(today).filter(kind__in=kinds)
    agreements = (
        FrameworkAgreement.objects.visible_to(user).filter(provider__in=providers).ending_after(case.received)
    )
    return {
        "decisions": decisions,
        "providers": list(providers),
        "agreements": list(agreements.with_prices()),
        "today": today,
    }


def _suggested(decisions: list[Decision], request: UserRequest) -> dict[str, Any]:
    """The decision that the link named, or the newest; the departure is the day it ends."""
    wanted = request.GET.get("beslut", "")
    chosen = next((row for row in decisions if str(row.pk) == wanted), decisions[0])
    return {"decision": str(chosen.pk), "end": chosen.end}


def _case_url(case: Case) -> str:
    return reverse("case", args=[case.pk])


def _url(stay: Placement) -> str:
    return reverse("placement", args=[stay.case_id, stay.pk])
