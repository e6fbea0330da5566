"""Applications to the police for money towards one person's costs (DOMAIN.md 2.9 and 4.5)."""

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
from placements.explained import explained_cost
from placements.models import GrantApplication
from placements.rules import check_amount

Status = GrantApplication.Status


def draft_application(*, case: Case, applied: Decimal, by: User, today: date) -> GrantApplication:
    """A draft in a case. It counts nowhere until it is sent.

    Raises:
        Refused: not_allowed, case_closed.
    """
    demand(by, Can.WRITE_APPLICATION, case)
    if not case.is_open:
        raise Refused("case_closed", "Ärendet är avslutat. Ansök medan det är öppet.")
    application = GrantApplication(case=case, applied=applied)
    with told():
        application.save(force_insert=True)
    _note(application, by, today, "ansokan_utkast", "Ett utkast till ansökan om statliga medel gjordes.")
    return application


def change_draft(
    *, application: GrantApplication, applied: Decimal, by: User, today: date
) -> GrantApplication:
    """Another amount, while nothing has been sent.

    Raises:
        Refused: not_allowed, already_sent.
    """
    application = _held(application, by, Status.DRAFT)
    application.applied = applied
    with told():
        application.save(update_fields=["applied"])
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
            amount_unexplained.
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
    _not_ahead(decided, today, "decided")
    if application.sent is not None and decided < application.sent:
        raise Refused("decided_before_sent", "Beslutet kan inte vara äldre än ansökan.", field="decided")
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
    application.paid, application.status = paid, Status.PAID
    with told():
        application.save(update_fields=["paid", "status"])
    _note(application, by, on, "ansokan_utbetald", "Statliga medel betalades ut.")
    return application


def record_account(*, application: GrantApplication, on: date, by: User, today: date) -> GrantApplication:
    """The use of the money has been accounted for to the police.

    Raises:
        Refused: not_allowed, wrong_status, in_the_future.
    """
    application = _held(application, by, Status.PAID)
    _not_ahead(on, today, "on")
    application.status = Status.ACCOUNTED
    application.save(update_fields=["status"])
    _note(application, by, on, "ansokan_slutredovisad", "Statliga medel slutredovisades.")
    return application


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
