"""What passes between the social services and the police, registered on our side."""

from collaboration.models.assessment import AssessmentUse, PoliceAssessment
from collaboration.models.checks import Deviation, RegisterCheck
from collaboration.models.consent import Consent
from collaboration.models.release import LegalBasis, ReleasePackage

__all__ = [
    "AssessmentUse",
    "Consent",
    "Deviation",
    "LegalBasis",
    "PoliceAssessment",
    "RegisterCheck",
    "ReleasePackage",
]
