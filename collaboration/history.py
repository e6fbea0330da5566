"""The history of what passes between social services and police, for the page of the case's history."""

from avhopp.access.roles import Can
from cases.history.kinds import Kind
from collaboration.contents import Category
from collaboration.models import (
    AssessmentUse,
    Consent,
    Deviation,
    PoliceAssessment,
    RegisterCheck,
    ReleasePackage,
)

ASSESSMENT, CHECKS = "Polisens bedömning", "Slagningar och avvikelser"

KINDS = [
    Kind(
        key="bedomning",
        model=PoliceAssessment,
        see=Can.SEE_ASSESSMENT,
        area=ASSESSMENT,
        told_by=("version",),
        hidden={"replaces"},
        names={
            "police_unit": "polisenhet", "registered_by": "registrerad av",
            "second_reader": "andra läsningen gjord av", "withdrawn_by": "återkallelsen registrerad av",
        },
    ),
    Kind(
        key="anvand",
        model=AssessmentUse,
        see=Can.SEE_ASSESSMENT,
        area=ASSESSMENT,
        names={"assessment": "bedömning", "decision": "beslut", "investigation": "utredning"},
    ),
    Kind(
        key="samtycke",
        model=Consent,
        see=Can.SEE_CONSENT,
        area="Samtycke",
        told_by=("recipient",),
        names={"recipient": "mottagare"},
        values={"categories": dict(Category.choices)},
    ),
    Kind(
        key="utlamnande",
        model=ReleasePackage,
        see=Can.SEE_RELEASE,
        area="Utlämnanden",
        told_by=("reference",),
        hidden={"content_sha256", "sections"},
        names={
            "recipient": "mottagare", "legal_basis": "rättslig grund", "consent": "samtycke",
            "released_by": "utlämnat av",
        },
        opens=False,  # the package is read on its own page, exactly as the police see it
    ),
    Kind(key="slagning", model=RegisterCheck, see=Can.SEE_CHECKS, area=CHECKS, told_by=("planned",)),
    Kind(
        key="avvikelse",
        model=Deviation,
        see=Can.SEE_CHECKS,
        area=CHECKS,
        told_by=("received",),
        names={"check_made": "slagning", "police_unit": "polisenhet"},
    ),
]  # fmt: skip
