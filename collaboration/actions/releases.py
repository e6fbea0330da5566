"""Release to a police unit: a frozen copy with legal ground, purpose, harm test and end; and its recall."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit, User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case
from collaboration.actions.cases import demand_within, locked_case
from collaboration.actions.packages import NewPackage, close_packages, write_package
from collaboration.contents import build_content
from collaboration.facts import consent_scope, end_of_day, facts_for
from collaboration.models import Consent, LegalBasis, ReleasePackage
from collaboration.portal.seal import checksum
from collaboration.rules import (
    RELEASE_DAYS,
    demand_categories,
    demand_purpose_and_harm_test,
    demand_release_end,
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What the coordinator wants to release."""

    recipient: PoliceUnit
    categories: tuple[str, ...]
    legal_basis: LegalBasis
    purpose: str
    harm_test: str
    valid_to: date


@dataclass(frozen=True)
class Prepared:
    """What the police will see, and the consent that it rests on, if any."""

    content: dict[str, Any]
    checksum: str
    consent: Consent | None


def prepare_release(*, case: Case, wish: Wish, by: User, today: date) -> Prepared:
    """Check everything and build the content, without writing.

    Raises:
        Refused: codes `not_allowed`, `case_closed`, `other_municipality`, `no_categories`,
            `nothing_to_release`, `basis_not_active`, `consent_missing`, `longer_than_consent`, `no_purpose`,
            `harm_test_too_short`, `ends_in_the_past`, `too_long`.
    """
    demand(by, Can.RELEASE, case)
    demand_within(case, today, "recipient")
    if wish.recipient.municipality_id != case.municipality_id:
        raise Refused(
            "other_municipality", "Välj en polisenhet som kommunen samverkar med.", field="recipient"
        )
    facts = facts_for(case=case, recipient=wish.recipient, contact=by, today=today)
    demand_categories(wish.categories, facts.available())
    if not LegalBasis.objects.in_force_on(today).filter(pk=wish.legal_basis.pk, is_active=True).exists():
        raise Refused(
            "basis_not_active", "Den rättsliga grunden får inte väljas. Välj en annan.", field="legal_basis"
        )
    consent = _consent(case, wish, today) if wish.legal_basis.needs_consent else None
    demand_purpose_and_harm_test(wish.purpose, wish.harm_test)
    demand_release_end(wish.valid_to, today, consent.end if consent else None)
    content = build_content(
        facts,
        wish.categories,
        consent=consent_scope(consent) if consent else None,
        hide_names=case.hide_handler_names,
    )
    return Prepared(content, checksum(content), consent)


def release_package(*, case: Case, wish: Wish, seen: str, by: User, at: datetime) -> ReleasePackage:
    """Release exactly what was previewed: `seen` is the checksum of the content in the preview.

    Raises:
        Refused: those of `prepare_release`, and `changed_since_preview` when the case has changed meanwhile.
    """
    case = locked_case(case)
    prepared = prepare_release(case=case, wish=wish, by=by, today=timezone.localdate(at))
    if prepared.checksum != seen:
        raise Refused(
            "changed_since_preview",
            "Ärendet har ändrats sedan du granskade. Granska på nytt vad mottagaren kommer att se.",
        )
    package = write_package(
        case=case,
        new=NewPackage(
            kind=ReleasePackage.Kind.RELEASE,
            recipient=wish.recipient,
            basis=wish.legal_basis,
            consent=prepared.consent,
            purpose=wish.purpose,
            harm_test=wish.harm_test,
            content=prepared.content,
            valid_to=min(end_of_day(wish.valid_to), at + timedelta(days=RELEASE_DAYS)),
        ),
        by=by,
        at=at,
    )
    record(
        by=by, case=case, kind="utlamnande", requires=Can.SEE_RELEASE, on=timezone.localdate(at),
        text=f"Uppgifter lämnades ut till {wish.recipient.name} ({package.reference}).",
        reason=wish.purpose.strip(), object_id=package.pk,
    )  # fmt: skip
    return package


def recall_package(*, package: ReleasePackage, by: User, at: datetime) -> int:
    """Close the package; the recipient sees nothing of it from now on. Gives the number closed: one.

    Raises:
        Refused: codes `not_allowed`, `not_open`.
    """
    demand(by, Can.RELEASE, package)
    case = locked_case(package.case)
    mine = ReleasePackage.objects.filter(pk=package.pk)
    closed = close_packages(mine, ReleasePackage.Closing.RECALLED, at)
    if not closed:
        raise Refused("not_open", "Utlämnandet är redan stängt.")
    record(
        by=by, case=case, kind="utlamnande_aterkallat", requires=Can.SEE_RELEASE, on=timezone.localdate(at),
        text=f"Utlämnandet {package.reference} återkallades.", object_id=package.pk,
    )  # fmt: skip
    return closed


def _consent(case: Case, wish: Wish, today: date) -> Consent:
    consent = (
        Consent.objects.filter(case=case)
        .covering(wish.recipient, wish.categories, today)
        .order_by("-end", "id")
        .first()
    )
    if consent is None:
        raise Refused(
            "consent_missing",
            "Det finns inget samtycke i kraft som omfattar alla uppgifter du valt, till den mottagaren. "
            "Registrera ett samtycke, välj färre uppgifter eller en annan grund.",
            field="legal_basis",
        )
    return consent
