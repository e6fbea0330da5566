"""Register the police's assessment and its withdrawal from their documents; a changed level is read again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit, User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case
from collaboration.actions.acknowledgements import acknowledge
from collaboration.actions.cases import demand_not_later, demand_within, locked_case
from collaboration.models import PoliceAssessment
from collaboration.rules import needs_second_reading


@dataclass(frozen=True)
class NewAssessment:
    """What stands in the police's document: three parts, their own wording, and where it comes from."""

    police_unit: PoliceUnit
    received: date
    valid_to: date
    crime_degree: str
    threat: str
    protection_need: str
    document_date: date | None = None
    registry_no: str = ""
    preliminary: bool = False
    wording: str = ""


@dataclass(frozen=True)
class Reading:
    """What the second reader found in the police's document."""

    crime_degree: str
    threat: str
    protection_need: str


@dataclass(frozen=True)
class Withdrawal:
    """What the police wrote, or said, when they took an assessment back; `withdrawn` is the day it came."""

    withdrawn: date
    reason: str
    document_date: date | None = None
    registry_no: str = ""


def register_assessment(*, case: Case, new: NewAssessment, by: User, at: datetime) -> PoliceAssessment:
    """Register a version that replaces the one before, and show the police unit exactly what was registered.

    In a closed case nothing is shown.

    Raises:
        Refused: codes `not_allowed`, `case_closed`, `in_the_future`, `document_after_receipt`,
            `ends_before_start`, `other_municipality`.
    """
    demand(by, Can.WRITE_ASSESSMENT, case)
    case = locked_case(case)
    today = timezone.localdate(at)
    demand_not_later(new.received, today, "received")
    demand_within(case, new.received, "received")
    _demand_dates(new)
    if new.police_unit.municipality_id != case.municipality_id:
        raise Refused(
            "other_municipality", "Välj en polisenhet som kommunen samverkar med.", field="police_unit"
        )
    before = PoliceAssessment.objects.current().filter(case=case).order_by("-version").first()
    assessment = PoliceAssessment(
        case=case,
        police_unit=new.police_unit,
        version=before.version + 1 if before else 1,
        replaces=before,
        document_date=new.document_date,
        registry_no=new.registry_no.strip(),
        received=new.received,
        valid_to=new.valid_to,
        crime_degree=new.crime_degree,
        threat=new.threat,
        protection_need=new.protection_need,
        preliminary=new.preliminary,
        wording=new.wording.strip(),
        needs_second_reading=needs_second_reading(
            new.threat, before.threat if before else None, before.is_unread if before else False
        ),
        registered_by=by,
    )
    assessment.save(force_insert=True)
    record(
        by=by, case=case, kind="bedomning_registrerad", requires=Can.SEE_ASSESSMENT, on=new.received,
        text=f"Polisens bedömning registrerades, version {assessment.version}, från {new.police_unit.name}.",
        object_id=assessment.pk,
    )  # fmt: skip
    if case.is_open:
        acknowledge(assessment=assessment, case=case, by=by, at=at)
    return assessment


def confirm_reading(
    *, assessment: PoliceAssessment, read: Reading, by: User, at: datetime
) -> PoliceAssessment:
    """A second person has read the police's document and found the same three parts.

    Raises:
        Refused: codes `not_allowed`, `not_waiting`, `same_reader`, `reading_differs`.
    """
    demand(by, Can.CONFIRM_ASSESSMENT, assessment)
    case = locked_case(assessment.case)
    assessment = _locked(assessment)
    if not assessment.waits or _is_replaced(assessment):
        raise Refused("not_waiting", "Den här versionen väntar inte på någon andra läsning.")
    if by.pk == assessment.registered_by_id:
        raise Refused("same_reader", "Du registrerade bedömningen. Be en kollega läsa handlingen.")
    found = (read.crime_degree, read.threat, read.protection_need)
    if found != (assessment.crime_degree, assessment.threat, assessment.protection_need):
        raise Refused(
            "reading_differs",
            "Det du läste stämmer inte med det som är registrerat. Läs handlingen en gång till. "
            "Är registreringen fel, be samordnaren registrera en ny version.",
        )
    assessment.second_reader = by
    assessment.second_read_at = at
    assessment.save(update_fields=["second_reader", "second_read_at"])
    record(
        by=by, case=case, kind="andra_lasning", requires=Can.SEE_ASSESSMENT, on=timezone.localdate(at),
        text=f"Polisens bedömning, version {assessment.version}, lästes av en andra person.",
        object_id=assessment.pk,
    )  # fmt: skip
    return assessment


def withdraw_assessment(
    *, assessment: PoliceAssessment, withdrawal: Withdrawal, by: User, at: datetime
) -> PoliceAssessment:
    """Register that the police took the newest version back, without a new one in its place.

    The version before does not come back: until the police assess anew there is no assessment that holds. The
    police unit sees what was registered, in place of its earlier acknowledgement; in a closed case nothing.
    A correction is no withdrawal: it is a new version (DOMAIN.md 3.3).

    Raises:
        Refused: codes `not_allowed`, `already_withdrawn`, `replaced`, `in_the_future`, `case_closed`,
            `before_assessment`, `document_after_receipt`, `no_reason`.
    """
    demand(by, Can.WRITE_ASSESSMENT, assessment)
    case = locked_case(assessment.case)
    assessment = _locked(assessment)
    today = timezone.localdate(at)
    if assessment.withdrawn is not None:
        raise Refused("already_withdrawn", "Bedömningen är redan återkallad.")
    if _is_replaced(assessment):
        raise Refused("replaced", "Det finns en senare version. Återkalla den i stället.")
    demand_not_later(withdrawal.withdrawn, today, "withdrawn")
    demand_within(case, withdrawal.withdrawn, "withdrawn")
    _demand_withdrawal(assessment, withdrawal)
    assessment.withdrawn = withdrawal.withdrawn
    assessment.withdrawal_reason = withdrawal.reason.strip()
    assessment.withdrawal_registry_no = withdrawal.registry_no.strip()
    assessment.withdrawal_document_date = withdrawal.document_date
    assessment.withdrawn_by, assessment.withdrawn_at = by, at
    assessment.save(
        update_fields=[
            "withdrawn", "withdrawal_reason", "withdrawal_registry_no", "withdrawal_document_date",
            "withdrawn_by", "withdrawn_at",
        ]
    )  # fmt: skip
    record(
        by=by, case=case, kind="bedomning_aterkallad", requires=Can.SEE_ASSESSMENT, on=withdrawal.withdrawn,
        text=f"{assessment.police_unit.name} återkallade sin bedömning, version {assessment.version}.",
        reason=assessment.withdrawal_reason, object_id=assessment.pk,
    )  # fmt: skip
    if case.is_open:
        acknowledge(assessment=assessment, case=case, by=by, at=at)
    return assessment


def _locked(assessment: PoliceAssessment) -> PoliceAssessment:
    rows = PoliceAssessment.objects.select_for_update(of=("self",)).select_related("police_unit")
    return rows.get(pk=assessment.pk)


def _is_replaced(assessment: PoliceAssessment) -> bool:
    return PoliceAssessment.objects.filter(replaces=assessment).exists()


def _demand_withdrawal(assessment: PoliceAssessment, withdrawal: Withdrawal) -> None:
    if withdrawal.withdrawn < assessment.received:
        raise Refused(
            "before_assessment",
            f"Bedömningen kom in {assessment.received}. Ange den dagen eller en senare.",
            field="withdrawn",
        )
    if withdrawal.document_date is not None and withdrawal.document_date > withdrawal.withdrawn:
        raise Refused(
            "document_after_receipt",
            "Handlingen kan inte vara daterad efter att den kom in.",
            field="document_date",
        )
    if not withdrawal.reason.strip():
        raise Refused("no_reason", "Skriv vad polisen anger som skäl.", field="reason")


def _demand_dates(new: NewAssessment) -> None:
    if new.document_date is not None and new.document_date > new.received:
        raise Refused(
            "document_after_receipt",
            "Handlingen kan inte vara daterad efter att den kom in.",
            field="document_date",
        )
    if new.valid_to < new.received:
        raise Refused(
            "ends_before_start", "Bedömningen kan inte sluta gälla innan den kom in.", field="valid_to"
        )
