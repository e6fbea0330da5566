"""Applications to the police for money towards one person's costs (DOMAIN.md 2.9 and 4.5)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.money import format_kr
from avhopp.kernel.refusal import Refused
from cases.models import Case, Decision
from placements.actions.refusals import told
from placements.criteria import criteria_of
from placements.explained import explained_cost
from placements.models import GrantApplication, GrantProgramme, GrantRequest
from placements.rules import check_amount

Status = GrantApplication.Status


@dataclass(frozen=True)
class GrantTerms:
    """By which programme, and for the costs of [period_from, period_to); both days or none."""

    programme: GrantProgramme | None = None
    period_from: date | None = None
    period_to: date | None = None


NO_TERMS = GrantTerms()


def draft_application(
    *, case: Case, applied: Decimal, by: User, today: date, terms: GrantTerms = NO_TERMS
) -> GrantApplication:
    """A draft in a case. It counts nowhere until it is sent.

    Raises:
        Refused: not_allowed, case_closed, period_incomplete, period_order, programme_not_in_force.
    """
    demand(by, Can.WRITE_APPLICATION, case)
    if not case.is_open:
        raise Refused("case_closed", "Ärendet är avslutat. Ansök medan det är öppet.")
    _check_terms(terms, today)
    application = GrantApplication(case=case, applied=applied, **vars(terms))
    with told():
        application.save(force_insert=True)
    _note(application, by, today, "ansokan_utkast", "Ett utkast till ansökan om statliga medel gjordes.")
    return application


def change_draft(
    *,
    application: GrantApplication,
    applied: Decimal,
    by: User,
    today: date,
    terms: GrantTerms | None = None,
) -> GrantApplication:
    """Another amount, and with `terms` another programme or period, while nothing has been sent.

    Raises:
        Refused: not_allowed, already_sent, period_incomplete, period_order, programme_not_in_force.
    """
    application = _held(application, by, Status.DRAFT)
    application.applied = applied
    if terms is not None:
        _check_terms(terms, today)
        for name, value in vars(terms).items():
            setattr(application, name, value)
    with told():
        application.save(update_fields=["applied", "programme", "period_from", "period_to"])
    _note(application, by, today, "ansokan_andrad", "Beloppet i ett utkast till ansökan ändrades.")
    return application


def send_application(
    *,
    application: GrantApplication,
    sent: date,
    by: User,
    today: date,
    registry_no: str = "",
    explanation: str = "",
) -> GrantApplication:
    """Sent to the police on the day. A measure must have been decided; known costs or words
    explain the sum.

    Raises:
        Refused: not_allowed, already_sent, in_the_future, no_measure_decided, amount_missing,
            amount_unexplained, too_late, criteria_missing, criteria_unknown.
    """
    application = _held(application, by, Status.DRAFT)
    _not_ahead(sent, today, "sent")
    decided = Decision.objects.filter(case_id=application.case_id, decided__lte=sent)
    if not decided.exclude(outcome=Decision.Outcome.REJECTED).exists():
        raise Refused(
            "no_measure_decided",
            "Det finns inget beslut om insats den dagen. Ansökan kan skickas när insatsen är beslutad.",
        )
    if application.applied <= 0:
        raise Refused("amount_missing", "Ange ett belopp i utkastet innan ansökan skickas.")
    _check_criteria(application, sent, by)
    explained = explained_cost(case_ids=[application.case_id], today=today)[application.case_id]
    if application.applied > explained.in_all and not explanation.strip():
        raise Refused(
            "amount_unexplained",
            f"Beloppet är högre än placeringarnas kostnad, {format_kr(explained.in_all)}. "
            "Skriv vad resten avser, eller ändra beloppet.",
            field="explanation",
        )
    application.sent, application.status = sent, Status.SENT
    application.registry_no = registry_no.strip()
    with told():
        application.save(update_fields=["sent", "status", "registry_no"])
    _note(application, by, sent, "ansokan_skickad", "En ansökan om statliga medel skickades.", explanation)
    return application


def record_answer(
    *, application: GrantApplication, decided: date, granted: Decimal, by: User, today: date
) -> GrantApplication:
    """The police answered: all of it, some of it, or nothing.

    Raises:
        Refused: not_allowed, wrong_status, in_the_future, decided_before_sent, granted_above_applied.
    """
    application = _held(application, by, Status.SENT)
    _answered_on(application, decided, today, "decided")
    check_amount(
        granted,
        application.applied,
        "granted_above_applied",
        "Det beviljade beloppet kan inte vara högre än det sökta.",
        "granted",
    )
    application.decided, application.granted = decided, granted
    application.status = (
        Status.REFUSED if not granted else Status.GRANTED if granted == application.applied else Status.PARTLY
    )
    with told():
        application.save(update_fields=["decided", "granted", "status"])
    text = f"Polismyndigheten svarade på en ansökan: {application.get_status_display().lower()}."
    _note(application, by, decided, "ansokan_besvarad", text)
    return application


def record_payment(
    *, application: GrantApplication, paid: Decimal, by: User, on: date, today: date
) -> GrantApplication:
    """The sum that has been paid out so far, at most what was granted.

    Raises:
        Refused: not_allowed, wrong_status, in_the_future, paid_before_decided, paid_above_granted.
    """
    application = _held(application, by, Status.GRANTED, Status.PARTLY, Status.PAID)
    _not_ahead(on, today, "on")
    if application.decided is not None and on < application.decided:
        raise Refused("paid_before_decided", "Utbetalningen kan inte vara äldre än beslutet.", field="on")
    check_amount(
        paid,
        application.granted or Decimal(0),
        "paid_above_granted",
        "Det utbetalda beloppet kan inte vara högre än det beviljade.",
        "paid",
    )
    application.paid, application.paid_on, application.status = paid, on, Status.PAID
    with told():
        application.save(update_fields=["paid", "paid_on", "status"])
    _note(application, by, on, "ansokan_utbetald", "Statliga medel betalades ut.")
    return application


def record_account(
    *, application: GrantApplication, on: date, by: User, today: date, used: Decimal | None = None
) -> GrantApplication:
    """The use of the money has been accounted for to the police: `used` of what was paid, by default all.

    What was not used is to be repaid.

    Raises:
        Refused: not_allowed, wrong_status, in_the_future, accounted_before_paid, used_above_paid.
    """
    application = _held(application, by, Status.PAID)
    _not_ahead(on, today, "on")
    if application.paid_on is not None and on < application.paid_on:
        raise Refused("accounted_before_paid", "Redovisningen kan inte vara äldre än utbetalningen.", "on")
    paid = application.paid or Decimal(0)
    check_amount(
        paid if used is None else used,
        paid,
        "used_above_paid",
        "Det förbrukade beloppet kan inte vara högre än det utbetalda.",
        "used",
    )
    application.used, application.accounted_on = paid if used is None else used, on
    application.status = Status.ACCOUNTED
    with told():
        application.save(update_fields=["used", "accounted_on", "status"])
    _note(application, by, on, "ansokan_slutredovisad", "Statliga medel slutredovisades.")
    return application


def record_repayment(
    *, application: GrantApplication, on: date, repaid: Decimal, by: User, today: date
) -> GrantApplication:
    """So much has been paid back so far: at most what was paid out and not used.

    Raises:
        Refused: not_allowed, wrong_status, in_the_future, repaid_before_accounted, amount_not_positive,
            repaid_above_left.
    """
    application = _held(application, by, Status.ACCOUNTED)
    _not_ahead(on, today, "on")
    if application.accounted_on is not None and on < application.accounted_on:
        raise Refused(
            "repaid_before_accounted", "Återbetalningen kan inte vara äldre än redovisningen.", "on"
        )
    if repaid <= 0:
        raise Refused("amount_not_positive", "Ange det belopp som har betalats tillbaka.", field="repaid")
    check_amount(
        repaid,
        application.left_to_repay + (application.repaid or Decimal(0)),
        "repaid_above_left",
        "Det återbetalda beloppet kan inte vara högre än det som inte förbrukades.",
        "repaid",
    )
    application.repaid, application.repaid_on = repaid, on
    if not application.left_to_repay:
        application.status = Status.REPAID
    with told():
        application.save(update_fields=["repaid", "repaid_on", "status"])
    _note(
        application, by, on, "ansokan_aterbetald", "Statliga medel som inte förbrukades betalades tillbaka."
    )
    return application


def record_dismissal(
    *, application: GrantApplication, on: date, reason: str, by: User, today: date
) -> GrantApplication:
    """The application was written off without a trial: nothing is granted, and nothing is waited for.

    Raises:
        Refused: not_allowed, wrong_status, in_the_future, decided_before_sent, reason_missing.
    """
    application = _held(application, by, Status.SENT)
    _answered_on(application, on, today, "on")
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför.", field="reason")
    application.decided, application.granted, application.status = on, Decimal(0), Status.DISMISSED
    with told():
        application.save(update_fields=["decided", "granted", "status"])
    _note(application, by, on, "ansokan_avskriven", "En ansökan om statliga medel skrevs av.", reason)
    return application


def ask_completion(
    *, application: GrantApplication, asked: date, due: date, what: str, by: User, today: date
) -> GrantRequest:
    """The police want more before they decide. One request at a time.

    Raises:
        Refused: not_allowed, wrong_status, in_the_future, asked_before_sent, due_before_asked,
            request_open.
    """
    application = _held(application, by, Status.SENT)
    _not_ahead(asked, today, "asked")
    if application.sent is not None and asked < application.sent:
        raise Refused("asked_before_sent", "Begäran kan inte vara äldre än ansökan.", field="asked")
    if due < asked:
        raise Refused("due_before_asked", "Sista dagen kan inte ligga före begäran.", field="due")
    if application.requests.unanswered().exists():
        raise Refused("request_open", "Det finns redan en begäran som inte är besvarad. Besvara den först.")
    request = GrantRequest(
        case_id=application.case_id, application=application, asked=asked, due=due, what=what.strip()
    )
    with told():
        request.save(force_insert=True)
    _note(application, by, asked, "ansokan_komplettering", "Polismyndigheten begärde komplettering.")
    return request


def answer_completion(*, request: GrantRequest, answered: date, by: User, today: date) -> GrantRequest:
    """What was asked for has been sent.

    Raises:
        Refused: not_allowed, already_answered, in_the_future, answered_before_asked.
    """
    demand(by, Can.WRITE_APPLICATION, request)
    request = GrantRequest.objects.locked().get(pk=request.pk)
    if request.answered is not None:
        raise Refused("already_answered", "Begäran är redan besvarad.")
    _not_ahead(answered, today, "answered")
    if answered < request.asked:
        raise Refused("answered_before_asked", "Svaret kan inte vara äldre än begäran.", field="answered")
    request.answered = answered
    request.save(update_fields=["answered"])
    _note(request.application, by, answered, "ansokan_komplettering", "Kompletteringen skickades.")
    return request


def _check_terms(terms: GrantTerms, today: date) -> None:
    first, last = terms.period_from, terms.period_to
    if (first is None) != (last is None):
        field = "period_from" if first is None else "period_to"
        raise Refused("period_incomplete", "Ange både första och sista dagen.", field=field)
    if first is not None and last is not None and last <= first:
        raise Refused("period_order", "Sista dagen kan inte ligga före den första.", field="period_to")
    if terms.programme is not None and not terms.programme.is_in_force_on(today):
        raise Refused("programme_not_in_force", "Programmet gäller inte i dag.", field="programme")


def _check_criteria(application: GrantApplication, sent: date, by: User) -> None:
    """Every condition of the programme holds on the day, and the day is not too late."""
    programme = application.programme
    if programme is None:
        return
    if programme.apply_by is not None and sent > programme.apply_by:
        raise Refused(
            "too_late", f"Sista ansökningsdagen var {programme.apply_by.isoformat()}.", field="sent"
        )
    found = criteria_of(application.case, programme.criteria, by, sent)
    missing = [one.label for one in found if one.met is False]
    if missing:
        raise Refused("criteria_missing", f"Ansökan kan inte skickas än. Det saknas: {'; '.join(missing)}.")
    if any(one.met is None for one in found):
        raise Refused(
            "criteria_unknown",
            "Du kan inte se om villkoren är uppfyllda. Be samordnaren registrera att ansökan är skickad.",
        )


def _held(application: GrantApplication, by: User, *statuses: str) -> GrantApplication:
    demand(by, Can.WRITE_APPLICATION, application)
    application = GrantApplication.objects.locked().get(pk=application.pk)
    if application.status not in statuses:
        if statuses == (Status.DRAFT,):
            raise Refused("already_sent", "Ansökan är redan skickad.")
        label = application.get_status_display().lower()
        raise Refused("wrong_status", f"Ansökan har läget ”{label}”, så det går inte att göra det här nu.")
    return application


def _not_ahead(day: date, today: date, field: str) -> None:
    if day > today:
        raise Refused("in_the_future", "Dagen kan inte ligga efter i dag.", field=field)


def _note(application: GrantApplication, by: User, on: date, kind: str, text: str, reason: str = "") -> None:
    record(
        by=by,
        case=application.case,
        kind=kind,
        requires=Can.SEE_APPLICATION,
        on=on,
        text=text,
        reason=reason,
        object_id=application.pk,
    )


def _answered_on(application: GrantApplication, day: date, today: date, field: str) -> None:
    """The police answered on a day that has come, and not before they were asked."""
    _not_ahead(day, today, field)
    if application.sent is not None and day < application.sent:
        raise Refused("decided_before_sent", "Beslutet kan inte vara äldre än ansökan.", field=field)
