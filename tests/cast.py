"""The cast: the same people with the same powers in every test, and a case of Asta's."""

import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.utils import timezone

from avhopp.access import session_times
from avhopp.access.context import acting
from avhopp.access.roles import GrantKind, Role
from avhopp.accounts.models import Municipality, PoliceUnit, Unit, User
from cases.actions.grants import join_team, work_permission
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.models import Case, CaseUserGrant, Decision

CODE = "0198"
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
        people = self.__dict__.get("people", {})  # absent while a copy is being made
        if name in people:
            return people[name]
        raise AttributeError(name)

    def change(self, user: User, **facts: object) -> None:
        """Change an account, as whoever loads scenarios may."""
        for name, value in facts.items():
            setattr(user, name, value)
        with acting(self.inlasare):
            user.save(update_fields=list(facts))

    def revise(self, decision: Decision, **facts: object) -> None:
        """Make a decision another than it was, as whoever loads scenarios, who is given its case."""
        given = {"content_object_id": decision.case_id, "kind": GrantKind.ASSIGNMENT, "user": self.inlasare}
        with acting(self.siri):
            if not CaseUserGrant.objects.filter(**given).exists():
                about = {"permission": work_permission(), "granted_by": self.siri, "reason": "Rättelse"}
                CaseUserGrant(valid_from=timezone.now(), **given, **about).save(force_insert=True)
        for name, value in facts.items():
            setattr(decision, name, value)
        with acting(self.inlasare):
            decision.save(update_fields=list(facts))

    def add(self, handle: str, role: Role, unit: Unit | None = None, **more: object) -> User:
        """One more account of the municipality."""
        with acting(self.inlasare):
            user = add_person(self.municipality, handle, role, unit=unit, **({"password": "!"} | more))
        self.people[handle] = user
        return user


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
    "raknare": (Role.REPORTER, None),
    "dag": (Role.POLICE, "lpo"),
    "nora": (Role.POLICE, "noa"),
}


def make_cast() -> Cast:
    """Everybody, written to the database."""
    home = Municipality.objects.create(
        code=CODE, name="Provkommun", board="Socialnämnden", registry_prefix="SN"
    )
    for ref in ("beroende", "ungdom"):
        Unit.objects.create(municipality=home, ref=ref, name=ref.capitalize())
    PoliceUnit.objects.create(municipality=home, ref="lpo", name="LPO Prov", kind="lpo")
    PoliceUnit.objects.create(municipality=home, ref="noa", name="NOA", kind="noa")
    units = {unit.ref: unit for unit in home.units.all()}
    police = {unit.ref: unit for unit in home.police_units.all()}
    importer = add_person(home, "inlasare", Role.IMPORTER, password="!")
    with acting(importer):
        for handle, (role, place) in WHO.items():
            add_person(
                home, handle, role, unit=units.get(place), police_unit=police.get(place),
                password=make_password(f"{handle}-hemligt-2026"),
            )  # fmt: skip
    return found_cast()


def add_person(home: Municipality, handle: str, role: Role, **more: object) -> User:
    """An account with its teams. Only a machine's is opened without a context."""
    facts = {"name": handle.capitalize(), "role": role, "municipality": home} | more
    user = User(username=f"{handle}@{home.code}", handle=handle, **facts)
    user.save(force_insert=True)
    join_team(user=user)
    return user


def found_cast() -> Cast:
    """Everybody, read from the database."""
    home = Municipality.objects.get(code=CODE)
    units = {unit.ref: unit for unit in home.units.all()}
    police = {unit.ref: unit for unit in home.police_units.all()}
    people = {
        user.handle: user
        for user in User.objects.filter(municipality=home).select_related("municipality", "unit")
    }
    return Cast(home, units["beroende"], units["ungdom"], police["lpo"], police["noa"], people)


@pytest.fixture(scope="session")
def committed_cast(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Cast:
    """The cast is written once; what a test does to it is rolled back with the test."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        return found_cast() if Municipality.objects.filter(code=CODE).exists() else make_cast()


@pytest.fixture
def cast(db: None, committed_cast: Cast) -> Cast:
    return deepcopy(committed_cast)


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


FORCE_LOGIN = Client.force_login


def force_login(self: Client, user: AbstractBaseUser, backend: str | None = None) -> None:
    """Signed in as the sign-in does it: with both factors shown just now."""
    FORCE_LOGIN(self, user, backend)
    session, now = self.session, time.time()
    session_times.begin(session, now)
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": now}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture(autouse=True)
def both_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `force_login` of a test is a whole sign-in; tests of the sign-in itself go through its pages."""
    monkeypatch.setattr(Client, "force_login", force_login)


@pytest.fixture
def as_(cast: Cast) -> Iterator[object]:
    """`as_("asta")` is a browser in which Asta is signed in."""

    def signed_in(handle: str) -> Client:
        client = Client()
        client.force_login(cast.people[handle], backend=BACKEND)
        return client

    return signed_in
