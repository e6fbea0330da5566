"""Write a frozen package and close packages: the only places where it is done."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from avhopp.accounts.models import PoliceUnit, User
from cases.models import Case
from collaboration.contents import ALLOWED
from collaboration.models import Consent, LegalBasis, ReleasePackage
from collaboration.portal.seal import checksum

#: Without 0 O 1 I L: a reference is read out over the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
TRIES = 5


@dataclass(frozen=True)
class NewPackage:
    kind: str
    recipient: PoliceUnit
    basis: LegalBasis
    consent: Consent | None
    purpose: str
    harm_test: str
    content: dict[str, Any]
    valid_to: datetime


def new_reference() -> str:
    """A random reference such as `D-7K4M-2P`. It tells nothing of case, unit or time."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"D-{letters[:4]}-{letters[4:]}"


def write_package(*, case: Case, new: NewPackage, by: User, at: datetime) -> ReleasePackage:
    """Freeze the content with its checksum. A reference that is taken is drawn again."""
    for last in [False] * (TRIES - 1) + [True]:
        package = ReleasePackage(
            case=case,
            recipient=new.recipient,
            kind=new.kind,
            reference=new_reference(),
            legal_basis=new.basis,
            provision=new.basis.code,
            purpose=new.purpose.strip(),
            harm_test=new.harm_test.strip(),
            consent=new.consent,
            content=new.content,  # type: ignore[misc]
            sections=sorted(set(new.content) & set(ALLOWED) - {"consent"}),
            content_sha256=checksum(new.content),
            released_by=by,
            released_at=at,
            valid_from=at,
            valid_to=new.valid_to,
        )
        try:
            with transaction.atomic():
                package.save(force_insert=True)
        except IntegrityError as error:
            if last or "reference" not in str(error):
                raise
        else:
            return package
    raise AssertionError("unreachable")


def close_packages(packages: QuerySet[ReleasePackage], because: str, at: datetime) -> int:
    """Close those of the packages that the recipient could read now or later; give their number."""
    return packages.filter(closed_at=None, valid_to__gt=at).update(closed_at=at, closed_because=because)
