"""The cast: the same people with the same powers in every test, and a case of Asta's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, PoliceUnit, Unit, User
from cases.actions.grants import join_team
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.models import Case

BACKEND = "avhopp.accounts.backends.PasswordBackend"


@dataclass
class Cast:
    """Everybody, and where they work."""

    municipality: Municipality
    beroende: Unit
    ungdom: Unit
    lpo: PoliceUnit
    noa: PoliceUnit
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


WHO = {
    "asta": (Role.CASE_WORKER, "beroende"),
    "bo": (Role.UNIT_MANAGER, "beroende"),
    "frida": (Role.SENIOR_CASE_WORKER, "beroende"),
    "cleo": (Role.CASE_WORKER, "ungdom"),
    "siri": (Role.COORDINATOR, "beroende"),
    "eskil": (Role.FINANCE_OFFICER, "beroende"),
    "nils": (Role.BOARD_SECRETARY, "beroende"),
    "lova": (Role.LOG_AUDITOR, "beroende"),
    "eva": (Role.SYSTEM_MANAGER, "beroende"),
    "dag": (Role.POLICE, "lpo"),
    "nora": (Role.POLICE, "noa"),
    "raknare": (Role.REPORTER, None),
    "inlasare": (Role.IMPORTER, None),
}


@pytest.fixture
def cast(db: None) -> Cast:
    home = Municipality.objects.create(code="0198", name="Provkommun", board="Socialnämnden", registry_prefix="SN")
    units = {ref: Unit.objects.create(municipality=home, ref=ref, name=ref.capitalize()) for ref in ("beroende", "ungdom")}
    police = {
        "lpo": PoliceUnit.objects.create(municipality=home, ref="lpo", name="LPO Prov", kind="lpo"),
        "noa": PoliceUnit.objects.create(municipality=home, ref="noa", name="NOA", kind="noa"),
    }
    everybody = Cast(home, units["beroende"], units["ungdom"], police["lpo"], police["noa"])
    for handle, (role, place) in WHO.items():
        user = User(
            username=f"{handle}@0198", handle=handle, name=handle.capitalize(), role=role, municipality=home,
            unit=units.get(place), police_unit=police.get(place),
        )  # fmt: skip
        user.set_password(f"{handle}-hemligt-2026")
        user.save()
        join_team(user=user)
        everybody.people[handle] = user
    return everybody


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def case(cast: Cast, today: date) -> Case:
    """A case that Asta handles, in her unit. Cleo, Eva, Lova, Nils and the police have no grant on it."""
    with acting(cast.asta):
        return open_case(
            contact=FirstContact(received=today, source="polis"),
            person=NewPerson(name="Person Påhittad", birth_year=1999),
            unit=cast.beroende,
            handler=cast.asta,
            by=cast.asta,
            at=datetime.now(UTC),
        )


@pytest.fixture
def as_(cast: Cast) -> Iterator[object]:
    """`as_("asta")` is a browser in which Asta is signed in."""

    def signed_in(handle: str) -> Client:
        client = Client()
        client.force_login(cast.people[handle], backend=BACKEND)
        return client

    return signed_in
