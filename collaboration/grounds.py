"""What this part knows of a case when somebody asks: an assessment in force, a consent towards the police."""

from datetime import date

from avhopp.access.roles import Can
from cases.grounds import Ground
from cases.models import Case
from collaboration.contents import Category
from collaboration.models import Consent, PoliceAssessment


def has_assessment(case: Case, day: date) -> bool:
    """A version that the police stand by and whose time has not run out."""
    return PoliceAssessment.objects.standing().filter(case=case, valid_to__gte=day).exists()


def has_consent(case: Case, day: date) -> bool:
    """The person lets the police know that a measure has been decided, which an application tells."""
    in_force = Consent.objects.in_force_on(day).filter(case=case)
    return in_force.filter(categories__contains=[Category.DECISION.value]).exists()


GROUNDS = {
    "bedomning": Ground(Can.SEE_ASSESSMENT, has_assessment),
    "samtycke": Ground(Can.SEE_CONSENT, has_consent),
}
