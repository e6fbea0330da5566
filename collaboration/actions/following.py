"""What collaboration does when a case takes a step: note the assessment relied on, close what is open."""

from django.db.models import Model
from django.utils import timezone

from avhopp.accounts.models import User
from cases.models import Case, Decision
from collaboration.actions.packages import close_packages
from collaboration.models import AssessmentUse, PoliceAssessment, ReleasePackage


def remember_assessment(case: Case, thing: Model, by: User) -> None:
    """Tie the decision or investigation to the version of the police's assessment it relied on (R-04)."""
    assessment = PoliceAssessment.objects.current().filter(case=case, withdrawn=None).first()
    if assessment is None:
        return
    part = "decision" if isinstance(thing, Decision) else "investigation"
    AssessmentUse(case=case, assessment=assessment, **{part: thing}).save(force_insert=True)


def close_with_case(case: Case, thing: Model, by: User) -> None:
    """A closed case shares nothing more: the police lose its packages in the same transaction."""
    packages = ReleasePackage.objects.filter(case=case, closed_at=None)
    close_packages(packages, ReleasePackage.Closing.CASE_CLOSED, timezone.now())
