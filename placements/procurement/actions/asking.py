"""Ask providers for a place, without saying for whom, and write down what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case
from placements.actions.refusals import told
from placements.actions.writing import opened
from placements.models import FrameworkAgreement, Provider
from placements.procurement import telling
from placements.procurement.models import Inquiry, Offer
from placements.procurement.wording import check_names_nobody
from placements.rules import check_kind


@dataclass(frozen=True)
class Wish:
    """What is asked for, in codes; `text` is free and names nobody."""

    kind: str
    age_span: str
    needs: tuple[str, ...]
    start_from: date
    start_to: date
    months: int
    county: str
    text: str = ""


def write_inquiry(*, case: Case, wish: Wish, by: User, today: date) -> Inquiry:
    """What providers are to be asked. Nobody has been asked yet.

    Raises:
        Refused: not_allowed, case_closed, window_order, and those of check_names_nobody.
    """
    case = opened(case, by)
    if wish.start_to < wish.start_from:
        raise Refused("window_order", "Den senaste dagen ligger före den tidigaste.", field="start_to")
    person = case.person
    check_names_nobody(wish.text, names=[person.name], numbers=[case.case_no, person.identity or ""])
    inquiry = Inquiry(
        case=case,
        kind=wish.kind,
        age_span=wish.age_span,
        needs=list(wish.needs),
        start_from=wish.start_from,
        start_to=wish.start_to,
        months=wish.months,
        county=wish.county,
        text=wish.text.strip(),
        made_on=today,
        made_by=by,
    )
    inquiry.save(force_insert=True)
    note(inquiry, by, today, telling.written(inquiry.code))
    return inquiry


def ask_providers(
    *, inquiry: Inquiry, providers: Sequence[Provider], how: str, on: date, by: User, today: date
) -> list[Offer]:
    """These have been asked. Whoever has a framework agreement in force that day is asked under it.

    Raises:
        Refused: not_allowed, case_closed, already_chosen, in_the_future, nobody_asked, other_kind,
            asked_already.
    """
    inquiry = held(inquiry, by)
    if on > today:
        raise Refused("in_the_future", "Dagen kan inte ligga efter i dag.", field="on")
    if not providers:
        raise Refused("nobody_asked", "Välj minst en utförare.", field="providers")
    asked = set(Offer.objects.filter(inquiry=inquiry).values_list("provider_id", flat=True))
    if asked & {row.pk for row in providers}:
        raise Refused("asked_already", "Utföraren är redan tillfrågad.", field="providers")
    agreements = FrameworkAgreement.objects.filter(provider__in=providers).in_force_on(on)
    under = {row.provider_id: row for row in agreements}
    rows = []
    for provider in providers:
        check_kind(inquiry.kind, provider.kind)
        row = Offer(
            case_id=inquiry.case_id,
            inquiry=inquiry,
            provider=provider,
            agreement=under.get(provider.pk),
            asked_on=on,
            asked_how=how,
        )
        with told():
            row.save(force_insert=True)
        rows.append(row)
    note(inquiry, by, on, telling.asked(inquiry.code, len(rows)))
    return rows


@dataclass(frozen=True)
class Answer:
    """What a provider answered: a place at `rate` kronor per night from `start`, or no place."""

    on: date
    declined: bool
    rate: Decimal | None = None
    start: date | None = None
    fits: bool | None = None
    distance: str = ""
    note: str = ""


def record_offer(*, offer: Offer, answer: Answer, by: User, today: date) -> Offer:
    """A later answer replaces an earlier one until a place has been chosen; history keeps both.

    Raises:
        Refused: not_allowed, case_closed, already_chosen, in_the_future, before_asked, price_missing,
            start_missing.
    """
    inquiry = held(offer.inquiry, by)
    offer = Offer.objects.locked().get(pk=offer.pk)
    if answer.on > today:
        raise Refused("in_the_future", "Dagen kan inte ligga efter i dag.", field="on")
    if answer.on < offer.asked_on:
        raise Refused("before_asked", "Svaret kan inte ha kommit före frågan.", field="on")
    if not answer.declined and answer.rate is None:
        raise Refused("price_missing", "Ange priset per dygn.", field="rate")
    if not answer.declined and answer.start is None:
        raise Refused("start_missing", "Ange från vilken dag platsen finns.", field="start")
    offer.state = Offer.State.DECLINED if answer.declined else Offer.State.OFFERED
    offer.answered_on, offer.note = answer.on, answer.note.strip()
    offer.rate = None if answer.declined else answer.rate
    offer.start = None if answer.declined else answer.start
    offer.fits, offer.distance = answer.fits, answer.distance
    with told():
        offer.save()
    note(inquiry, by, answer.on, telling.answered(inquiry.code, declined=answer.declined))
    return offer


def held(inquiry: Inquiry, by: User) -> Inquiry:
    """The inquiry, it and its case locked, while nothing has been chosen.

    Raises Refused not_allowed, case_closed, already_chosen.
    """
    opened(inquiry.case, by)
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    if inquiry.is_chosen:
        raise Refused("already_chosen", "En plats är redan vald. Gör en ny förfrågan om läget har ändrats.")
    return inquiry


def note(inquiry: Inquiry, by: User, on: date, told: telling.Told) -> None:
    """Record the step as an event of the inquiry's case."""
    record(
        by=by, case=inquiry.case, kind=told.kind, requires=Can.SEE_INVESTIGATION, on=on, text=told.text,
        object_id=inquiry.pk,
    )  # fmt: skip
