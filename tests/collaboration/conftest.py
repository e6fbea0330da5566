"""What the tests of the collaboration share: an assessment, a consent and a release in Asta's case."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from avhopp.access.context import acting
from collaboration.actions.assessments import NewAssessment, register_assessment
from collaboration.actions.consents import NewConsent, record_consent
from collaboration.actions.releases import Wish, prepare_release, release_package
from collaboration.models import Consent, LegalBasis, PoliceAssessment, ReleasePackage

HARM_TEST = "Mottagaren behöver uppgifterna, och de kan inte skada den enskilde."


@pytest.fixture
def consent_basis(db: None) -> LegalBasis:
    return LegalBasis.objects.get(needs_consent=True)


@pytest.fixture
def own_activity(db: None) -> LegalBasis:
    return LegalBasis.objects.get(code="10 kap. 2 § OSL")


@pytest.fixture
def assess(cast, case, today) -> Callable[..., PoliceAssessment]:
    """`assess(threat="hog")` registers a version, as Siri does it."""

    def registered(**changes: Any) -> PoliceAssessment:
        new = {
            "police_unit": cast.lpo,
            "received": today,
            "valid_to": today + timedelta(days=90),
            "crime_degree": "hog",
            "threat": "hog",
            "protection_need": "ja_annan_ort",
            "registry_no": "A123.456/2026",
            "wording": "Polisens egna ord.",
        }
        with acting(cast.siri):
            return register_assessment(
                case=case, new=NewAssessment(**{**new, **changes}), by=cast.siri, at=timezone.now()
            )

    return registered


@pytest.fixture
def agree(cast, case, today) -> Callable[..., Consent]:
    """`agree("hotbild", "insats")` records a consent to the LPO."""

    def recorded(
        *categories: str, recipient=None, start: date | None = None, end: date | None = None
    ) -> Consent:
        new = NewConsent(
            recipient=recipient or cast.lpo,
            categories=categories,
            purpose="Samverkan",
            form="skriftligt",
            start=start or today,
            end=end or today + timedelta(days=200),
        )
        with acting(cast.siri):
            return record_consent(case=case, new=new, by=cast.siri, today=today)

    return recorded


@pytest.fixture
def wish(cast, own_activity, today) -> Callable[..., Wish]:
    def wished(**changes: Any) -> Wish:
        plain = {
            "recipient": cast.lpo,
            "categories": ("insats",),
            "legal_basis": own_activity,
            "purpose": "Planering",
            "harm_test": HARM_TEST,
            "valid_to": today + timedelta(days=30),
        }
        return Wish(**{**plain, **changes})

    return wished


@pytest.fixture
def give(cast, case, wish, today) -> Callable[..., ReleasePackage]:
    """`give(categories=("insats",))` releases to the LPO, as Siri does it after the preview."""

    def released(**changes: Any) -> ReleasePackage:
        with acting(cast.siri):
            asked = wish(**changes)
            seen = prepare_release(case=case, wish=asked, by=cast.siri, today=today).checksum
            return release_package(case=case, wish=asked, seen=seen, by=cast.siri, at=timezone.now())

    return released
