"""Change a stay: arrival, withdrawal, departure, price, absence."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from cases.models import Decision
from placements.actions.absence import Away, absences_of, away_stay, record_absence
from placements.actions.beginning import begin_placement, begun_stay, withdraw_plan
from placements.actions.ending import end_placement, ended_stay
from placements.actions.extending import change_departure, extended_stay, overstayed, record_overstay
from placements.actions.plans import set_plans
from placements.actions.prices import change_price, repriced_stay
from placements.costs import Stay
from placements.forms.changes import (
    AbsenceForm,
    BeginForm,
    DepartureForm,
    EndForm,
    OverstayForm,
    PlansForm,
    PriceForm,
    WithdrawForm,
)
from placements.models import Placement
from placements.showing import nights_away
from placements.terms import Effect, effect
from placements.views.addressing import of_its_case
from placements.views.counting import Counting, counting_page, simple_page


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def begin(request: UserRequest, stay: Placement) -> HttpResponse:
    stay, today = _with_terms(request, stay), timezone.localdate()
    initial = {"start": min(stay.planned_start, today), "end": stay.end, "prices": "behall"}
    form = BeginForm(request.POST or None, initial=initial, several_prices=len(stay.prices.all()) > 1)

    def said() -> dict[str, Any]:
        return {
            **{key: form.cleaned_data[key] for key in ("start", "end")},
            "shift_prices": form.shifts,
            "today": today,
        }

    return _counted(
        request,
        stay,
        form,
        lambda: begun_stay(placement=stay, **said()),
        lambda: begin_placement(placement=stay, by=request.user, **said()),
        (
            "Registrera ankomst",
            "Priserna anpassas så att de täcker placeringen.",
            "Spara ankomsten",
            "Ankomsten är sparad.",
        ),
    )


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def withdraw(request: UserRequest, stay: Placement) -> HttpResponse:
    form = WithdrawForm(request.POST or None)

    def save() -> str:
        withdraw_plan(placement=stay, by=request.user, today=timezone.localdate(), **form.cleaned_data)
        return _url(stay)

    context = {
        **_around(stay, "Placeringen blev inte av"),
        "save": "Ta bort planen",
        "tone": "danger",
        "lead": "Planen räknas inte längre i kostnader och prognoser. Det går inte att ångra: "
        "gör en ny placering om personen ändå kommer.",
    }
    return simple_page(request, form, save, "Planen är borttagen.", context)


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def end(request: UserRequest, stay: Placement) -> HttpResponse:
    stay, today = _with_terms(request, stay), timezone.localdate()
    expected = stay.end if stay.end is not None and stay.end <= today else today
    form = EndForm(request.POST or None, initial={"end": expected, "reason": stay.end_reason})
    return _counted(
        request,
        stay,
        form,
        lambda: ended_stay(placement=stay, end=form.cleaned_data["end"]),
        lambda: end_placement(placement=stay, by=request.user, today=today, **form.cleaned_data),
        (
            "Avsluta placeringen",
            "Placeringen slutar den dag du anger. Frånvaro som är inlagd efter den dagen tas bort.",
            "Avsluta placeringen",
            "Placeringen är avslutad.",
        ),
    )


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def departure(request: UserRequest, stay: Placement) -> HttpResponse:
    stay, today = _with_terms(request, stay), timezone.localdate()
    decisions = _later_decisions(request, stay)
    form = DepartureForm(request.POST or None, initial={"end": stay.end}, decisions=decisions)

    def said() -> dict[str, Any]:
        return {"end": form.cleaned_data["end"], "decision": form.decision, "today": today}

    return _counted(
        request,
        stay,
        form,
        lambda: extended_stay(placement=stay, **said()),
        lambda: change_departure(
            placement=stay, by=request.user, reason=form.cleaned_data["reason"], **said()
        ),
        (
            "Förläng eller ändra avresa",
            "Ändra dagen då personen väntas lämna platsen. Det senaste priset gäller även nya nätter.",
            "Spara avresan",
            "Avresan är ändrad.",
        ),
    )


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def overstay(request: UserRequest, stay: Placement) -> HttpResponse:
    stay, today = _with_terms(request, stay), timezone.localdate()
    form = OverstayForm(request.POST or None)
    return _counted(
        request,
        stay,
        form,
        lambda: overstayed(placement=stay, until=form.cleaned_data["until"], today=today)[1],
        lambda: record_overstay(placement=stay, by=request.user, today=today, **form.cleaned_data),
        (
            "Dygn utan beslut",
            "Personen är kvar fast beslutet har gått ut. Nätterna räknas och betalas som vanligt. "
            "De ersätter inget beslut.",
            "Spara dygnen",
            "Dygnen är sparade.",
        ),
    )


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def plans(request: UserRequest, stay: Placement) -> HttpResponse:
    initial = {"care_plan": stay.care_plan, "implementation_plan": stay.implementation_plan}
    form = PlansForm(request.POST or None, initial=initial)

    def save() -> str:
        set_plans(placement=stay, by=request.user, today=timezone.localdate(), **form.cleaned_data)
        return _url(stay)

    context = {
        **_around(stay, "Vårdplan och genomförandeplan"),
        "save": "Spara datumen",
        "lead": "Dagen då planen är underskriven. Planen själv finns bland ärendets dokument.",
    }
    return simple_page(request, form, save, "Datumen är sparade.", context)


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def price(request: UserRequest, stay: Placement) -> HttpResponse:
    stay, today = _with_terms(request, stay), timezone.localdate()
    form = PriceForm(request.POST or None, initial={"day": max(today, stay.first_day)})

    def repriced() -> Stay:
        said = form.cleaned_data
        return repriced_stay(placement=stay, day=said["day"], rate=said["rate"], today=today)

    return _counted(
        request,
        stay,
        form,
        repriced,
        lambda: change_price(placement=stay, by=request.user, today=today, **form.cleaned_data),
        (
            "Nytt pris",
            "Priset gäller från dagen du anger tills nästa avtalade pris. "
            "Tidigare nätter behåller sitt pris.",
            "Spara priset",
            "Priset är sparat.",
        ),
    )


@access(Placement, Can.WRITE_PLACEMENT, READ_WRITE)
@of_its_case
def absence(request: UserRequest, stay: Placement) -> HttpResponse:
    stay, today = _with_terms(request, stay), timezone.localdate()
    form = AbsenceForm(request.POST or None, agreement=stay.agreement)
    return _counted(
        request,
        stay,
        form,
        lambda: away_stay(placement=stay, away=Away(**form.cleaned_data)),
        lambda: record_absence(placement=stay, away=Away(**form.cleaned_data), by=request.user, today=today),
        (
            "Frånvaro",
            "Nätter då personen inte är på platsen, och vad de kostar.",
            "Spara frånvaron",
            "Frånvaron är sparad.",
        ),
        lambda: nights_away(absences_of(placement=stay, away=Away(**form.cleaned_data))),
    )


def _counted(
    request: UserRequest,
    stay: Placement,
    form: forms.Form,
    changed: Callable[[], Stay],
    act: Callable[[], object],
    words: tuple[str, str, str, str],
    told: Callable[[], list[str]] = list,
) -> HttpResponse:
    """A counting page about one stay; `words` are heading, lead, the saving button and the message.

    `told` gives sentences about what was counted.
    """
    heading, lead, save_label, done = words

    def count() -> Effect:
        return effect([stay.as_stay()], [changed()], timezone.localdate())

    def save() -> str:
        act()
        return _url(stay)

    context = {**_around(stay, heading), "lead": lead, "save": save_label}
    return counting_page(request, form, Counting(count, save, done, told), context)


def _with_terms(request: UserRequest, stay: Placement) -> Placement:
    rows = Placement.objects.visible_to(request.user).with_terms().with_extensions().select_related("case")
    return rows.get(pk=stay.pk)


def _later_decisions(request: UserRequest, stay: Placement) -> list[Decision]:
    """Granted decisions of the same kind, made after the one that the stay began by."""
    rows = Decision.objects.visible_to(request.user).filter(case_id=stay.case_id, kind=stay.decision.kind)
    later = rows.filter(decided__gte=stay.decision.decided).exclude(pk=stay.decision_id)
    return [row for row in later if row.is_granted]


def _around(stay: Placement, heading: str) -> dict[str, Any]:
    return {
        "case": stay.case,
        "case_url": reverse("case", args=[stay.case_id]),
        "back": _url(stay),
        "heading": heading,
    }


def _url(stay: Placement) -> str:
    return reverse("placement", args=[stay.case_id, stay.pk])
