"""Read from the case what could be released to one police unit. Nothing else of the case is read here."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from avhopp.accounts.models import PoliceUnit, User
from cases.models import Case, Decision, FollowUp
from cases.states import MeasureKind
from collaboration.contents import (
    Assessment,
    Category,
    ConsentScope,
    Contact,
    DecisionFact,
    Facts,
    Identity,
    JointFollowUp,
    ReturnHome,
    Withdrawal,
)  # fmt: skip
from collaboration.models import Consent, PoliceAssessment

#: The overall type that the police may know (DOMAIN.md 3.3): never which measure it is.
OPEN_CARE = {MeasureKind.OUTPATIENT, MeasureKind.TRAINING_FLAT}
ROUND_THE_CLOCK, OPEN = "dygnsvård", "öppen insats"


def facts_for(*, case: Case, recipient: PoliceUnit | None, contact: User, today: date) -> Facts:
    """What exists in the case for this recipient; an assessment only one that the recipient stands by."""
    versions = list(
        PoliceAssessment.objects.filter(case=case).select_related("police_unit").order_by("-version")
    )
    replaced = {version.replaces_id for version in versions}
    own = [version for version in versions if recipient and version.police_unit_id == recipient.pk]
    standing = (version for version in own if version.pk not in replaced and version.withdrawn is None)
    assessment = next(standing, None)
    return Facts(
        police_reference=next((version.registry_no for version in own if version.registry_no), ""),
        identity=_identity(case),
        assessment=assessment_fact(assessment) if assessment else None,
        decision=_decision(case, today),
        follow_up=_follow_up(case, today),
        return_home=None if case.may_return_home is None else ReturnHome(case.may_return_home),
        contact=_contact(case, contact),
    )


def possible_categories(*, case: Case, contact: User, today: date) -> list[Category]:
    """What there is to release in the case at all; which recipient it suits is asked when it is released."""
    current = PoliceAssessment.objects.current().filter(case=case).select_related("police_unit").first()
    unit = current.police_unit if current else None
    return facts_for(case=case, recipient=unit, contact=contact, today=today).available()


def assessment_fact(assessment: PoliceAssessment) -> Assessment:
    return Assessment(
        police_unit=assessment.police_unit.name,
        registry_no=assessment.registry_no,
        document_date=assessment.document_date,
        received=assessment.received,
        valid_to=assessment.valid_to,
        version=assessment.version,
        crime_degree=assessment.get_crime_degree_display(),
        threat=assessment.get_threat_display(),
        protection_need=assessment.get_protection_need_display(),
        preliminary=assessment.preliminary,
        wording=assessment.wording,
    )


def withdrawal_fact(assessment: PoliceAssessment) -> Withdrawal | None:
    """What the police wrote when they took the assessment back; None while they stand by it."""
    if assessment.withdrawn is None:
        return None
    return Withdrawal(
        withdrawn=assessment.withdrawn,
        registry_no=assessment.withdrawal_registry_no,
        document_date=assessment.withdrawal_document_date,
        reason=assessment.withdrawal_reason,
    )


def consent_scope(consent: Consent) -> ConsentScope:
    return ConsentScope(tuple(consent.category_labels), consent.purpose, consent.start, consent.end)


def end_of_day(day: date) -> datetime:
    """The midnight that ends the day, Swedish time."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def _identity(case: Case) -> Identity | None:
    person = case.person
    if not person.name and not person.identity:
        return None
    number = person.identity_number
    return Identity(name=person.name, identity_number=number.shown if number else "")


def _decision(case: Case, today: date) -> DecisionFact:
    in_force = (
        Decision.objects.filter(case=case, decided__lte=today)
        .exclude(outcome=Decision.Outcome.REJECTED)
        .filter(Q(end=None) | Q(end__gte=today))
        .order_by("-decided", "id")
        .first()
    )
    if in_force is None:
        return DecisionFact(exists=False)
    return DecisionFact(
        exists=True, decided=in_force.decided, kind=OPEN if in_force.kind in OPEN_CARE else ROUND_THE_CLOCK
    )


def _follow_up(case: Case, today: date) -> JointFollowUp | None:
    next_one = (
        FollowUp.objects.filter(case=case, with_police=True, held=None, planned__gte=today)
        .order_by("planned", "id")
        .first()
    )
    return JointFollowUp(next_one.planned) if next_one else None


def _contact(case: Case, contact: User) -> Contact:
    if case.hide_handler_names:
        unit = f"{case.unit.name}, {case.municipality.name}"
        return Contact(function=unit, name="", phone=contact.phone, email="")
    return Contact(
        function=f"{contact.title or contact.role_label}, {case.municipality.name}",
        name=contact.name,
        phone=contact.phone,
        email=contact.email,
    )
