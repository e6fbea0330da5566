"""“Registrerad så här”: the police see exactly what we registered from their document, and can object."""

from datetime import datetime, timedelta

from django.utils import timezone

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from cases.models import Case
from collaboration.actions.packages import NewPackage, close_packages, write_package
from collaboration.contents import Category, Facts, build_content
from collaboration.facts import assessment_fact, consent_scope, end_of_day, withdrawal_fact
from collaboration.models import Consent, LegalBasis, PoliceAssessment, ReleasePackage
from collaboration.rules import RELEASE_DAYS

PURPOSE = "Polisen ska kunna kontrollera hur kommunen har registrerat bedömningen."
HARM_TEST = (
    "Uppgifterna kommer från polisen själv och visas bara för den enhet som lämnade dem. "
    "De säger inget annat om den enskilde än det polisen redan har skrivit."
)
OWN_ACTIVITY = "10 kap. 2 § OSL"  # the municipality needs to know that it registered the right thing


def acknowledge(*, assessment: PoliceAssessment, case: Case, by: User, at: datetime) -> ReleasePackage | None:
    """Show the unit what was registered; its earlier acknowledgement in the case is closed.

    A withdrawn assessment is shown with its withdrawal. The ground is a consent that covers the assessment,
    else the need of the own activity. When neither is there (the provision is no longer active) nothing is
    shown: None, and the event says so.
    """
    today = timezone.localdate(at)
    consent = (
        Consent.objects.filter(case=case)
        .covering(assessment.police_unit, [Category.ASSESSMENT], today)
        .order_by("-end", "id")
        .first()
    )
    bases = LegalBasis.objects.in_force_on(today).filter(is_active=True)
    wanted = (
        bases.filter(needs_consent=True) if consent else bases.filter(code=OWN_ACTIVITY, needs_consent=False)
    )
    basis = wanted.order_by("-valid_from", "id").first()
    earlier = ReleasePackage.objects.filter(
        case=case, recipient=assessment.police_unit, kind=ReleasePackage.Kind.ACKNOWLEDGEMENT
    )
    closing = ReleasePackage.Closing.REPLACED if basis else ReleasePackage.Closing.RECALLED
    close_packages(earlier, closing, at)
    if basis is None:
        record(
            by=by, case=case, kind="kvittens_saknas", requires=Can.SEE_RELEASE, on=today,
            text="Ingen kvittens till polisen: det finns ingen rättslig grund i kraft.",
            object_id=assessment.pk,
        )  # fmt: skip
        return None
    longest = at + timedelta(days=RELEASE_DAYS)
    content = build_content(
        Facts(
            police_reference=assessment.registry_no,
            assessment=assessment_fact(assessment),
            withdrawal=withdrawal_fact(assessment),
        ),
        [Category.ASSESSMENT],
        consent=consent_scope(consent) if consent else None,
    )
    package = write_package(
        case=case,
        new=NewPackage(
            kind=ReleasePackage.Kind.ACKNOWLEDGEMENT,
            recipient=assessment.police_unit,
            basis=basis,
            consent=consent,
            purpose=PURPOSE,
            harm_test=HARM_TEST,
            content=content,
            valid_to=min(longest, end_of_day(consent.end)) if consent else longest,
        ),
        by=by,
        at=at,
    )
    what = "bedömningen" if assessment.withdrawn is None else "återkallelsen"
    record(
        by=by, case=case, kind="kvittens", requires=Can.SEE_RELEASE, on=today,
        text=f"{assessment.police_unit.name} kan se hur {what} registrerades ({package.reference}).",
        object_id=package.pk,
    )  # fmt: skip
    return package
