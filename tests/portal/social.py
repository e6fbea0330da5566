"""The social services' process of these tests: what the coordinator does, with the web process's login."""

import json
import random
import sys
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import django
from django.conf import settings

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - Django is set up first
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from avhopp.access.context import acting  # noqa: E402
from avhopp.access.roles import MACHINE_ROLES, Role  # noqa: E402
from avhopp.accounts.actions.requests import approve, ask_for_code  # noqa: E402
from avhopp.accounts.models import Municipality, PoliceUnit, Unit, User  # noqa: E402
from avhopp.sealing.models import DataKey  # noqa: E402
from cases.actions.accounts import ensure_machine_accounts  # noqa: E402
from cases.actions.grants import join_team  # noqa: E402
from cases.actions.intake import FirstContact, NewPerson, open_case  # noqa: E402
from cases.models import Case  # noqa: E402
from collaboration.actions.assessments import NewAssessment, register_assessment  # noqa: E402
from collaboration.actions.consents import NewConsent, record_consent, withdraw_consent  # noqa: E402
from collaboration.actions.releases import Wish, prepare_release, recall_package, release_package  # noqa: E402
from collaboration.models import Consent, LegalBasis, ReleasePackage  # noqa: E402
from collaboration.models.release import police_reads  # noqa: E402
from collaboration.portal.app_secrets import sealed_secret  # noqa: E402
from collaboration.portal.seal import checksum  # noqa: E402
from reports.scenario.loading import load  # noqa: E402
from reports.scenario.reading import read_file  # noqa: E402

GOLDEN = settings.BASE_DIR / "tests" / "scenarios" / "golden_2022.json"
PASSWORD = "polis-hemligt-2026"
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # as in police.py
HARM_TEST = "Mottagaren behöver uppgifterna, och de kan inte skada den enskilde."
PLACES = ["lpo", "noa", "norr", "soder", "oster", "tom", "ingen"]
NAMES = {"dag": "Dag Polis", "nora": "Nora Polis"}


def siri() -> User:
    return User.objects.get(username="siri@0099")


def seed() -> dict[str, Any]:
    home = Municipality.objects.create(
        code="0099", name="Demokommun", board="Nämnden", registry_prefix="SN", is_demo=True
    )
    unit = Unit.objects.create(municipality=home, ref="beroende", name="Beroende")
    hashed = make_password(PASSWORD)
    importer = ensure_machine_accounts(home)[Role.IMPORTER]
    for handle, role in [("asta", Role.CASE_WORKER), ("siri", Role.COORDINATOR)]:
        facts = {"name": handle.capitalize(), "role": role, "municipality": home, "unit": unit}
        with acting(importer):
            user = User.objects.create(username=f"{handle}@0099", handle=handle, password=hashed, **facts)
            join_team(user=user)
    units = {
        ref: PoliceUnit.objects.create(municipality=home, ref=ref, name=f"Polis {ref}", kind="lpo")
        for ref in PLACES
    }
    today = timezone.localdate()
    accounts = {ref: ref for ref in PLACES} | {
        "dag": "lpo",
        "nora": "noa",
        "ended": "lpo",
        "later": "lpo",
        "closed": "lpo",
    }
    limits = {
        "ended": {"valid_to": today - timedelta(days=1)},
        "later": {"valid_from": today + timedelta(days=1)},
        "closed": {"is_active": False},
    }
    for handle, place in accounts.items():
        facts = {"name": NAMES.get(handle, f"Konto {handle}"), "role": Role.POLICE, "municipality": home}
        facts |= {"police_unit": units[place], "password": hashed} | limits.get(handle, {})
        with acting(importer):
            user = User.objects.create(username=f"{handle}@0099", handle=handle, **facts)
        with acting(user):
            key = DataKey.objects.get(ring="officers")
            secret = sealed_secret(APP_SECRET, user.pk, key.id, key.wrapped)
            Authenticator.objects.create(user=user, type="totp", data={"secret": secret})
    case = new_case()
    return {
        "accounts": {
            user.handle: [str(user.pk), user.police_unit.ref if user.police_unit else None]
            for user in User.objects.exclude(role__in=MACHINE_ROLES).select_related("police_unit")
        },
        "case": str(case.pk),
        "packages": scatter(case, units),
    }


def new_case(name: str = "Person Påhittad") -> Case:
    asta = User.objects.get(username="asta@0099")
    with acting(asta):
        return open_case(
            contact=FirstContact(received=timezone.localdate(), source="polis"),
            person=NewPerson(name=name, birth_year=1999),
            unit=asta.unit,
            handler=asta,
            by=asta,
            at=timezone.now(),
        )


def scatter(case: Case, units: dict[str, PoliceUnit]) -> list[dict[str, Any]]:
    """Packages to every unit but `tom` and `ingen`, in every state. Gives what the oracle needs."""
    chance, now, rows = random.Random(7), timezone.now(), []
    basis = LegalBasis.objects.get(code="10 kap. 2 § OSL")
    for number in range(90):
        start = now + timedelta(days=chance.choice([-60, -10, -1, 0, 5]), seconds=chance.choice([-3, -1]))
        content = {
            "format": 1,
            "police_reference": f"A{number}",
            "decision": {"exists": False, "decided": None, "kind": ""},
        }
        closed = chance.random() < 0.3
        package = ReleasePackage(
            case=case,
            recipient=units[chance.choice(PLACES[:5])],
            kind=chance.choice(["utlamnande", "kvittens"]),
            reference=f"X-{number}",
            legal_basis=basis,
            provision=basis.code,
            purpose=f"Ändamål {number}",
            harm_test=HARM_TEST,
            content=content,
            content_sha256=checksum(content),
            released_by=siri(),
            released_at=start,
            valid_from=start,
            valid_to=start + timedelta(days=chance.choice([1, 9, 30, 90])),
            closed_at=now if closed else None,
            closed_because="aterkallad" if closed else "",
        )
        with acting(siri()):
            package.save(force_insert=True)
        rows.append(
            {
                "id": str(package.pk),
                "unit": package.recipient.ref,
                "reference": package.reference,
                "kind": package.kind,
                "provision": package.provision,
                "purpose": package.purpose,
                "content": content,
                "content_sha256": package.content_sha256,
                "released_at": start.isoformat(),
                "valid_from": start.isoformat(),
                "valid_to": package.valid_to.isoformat(),
                "closed": closed,
            }
        )
    return rows


def release(
    unit: str, categories: list[str], name: str = "Person Påhittad", by_consent: bool = True
) -> dict[str, Any]:
    """A case with a consent, an assessment and a release, all to the unit."""
    case, by, today = new_case(name), siri(), timezone.localdate()
    recipient = PoliceUnit.objects.get(ref=unit)
    with acting(by):
        consent = record_consent(
            case=case,
            by=by,
            today=today,
            new=NewConsent(
                recipient,
                (*categories, "hotbild"),
                "Samverkan",
                "skriftligt",
                today,
                today + timedelta(days=300),
            ),
        )
        register_assessment(case=case, new=assessment(recipient, today), by=by, at=timezone.now())
        basis = (
            LegalBasis.objects.get(needs_consent=True)
            if by_consent
            else LegalBasis.objects.get(code="10 kap. 2 § OSL")
        )
        wish = Wish(
            recipient, tuple(categories), basis, "Gemensam planering", HARM_TEST, today + timedelta(days=30)
        )
        seen = prepare_release(case=case, wish=wish, by=by, today=today).checksum
        package = release_package(case=case, wish=wish, seen=seen, by=by, at=timezone.now())
        acknowledgement = ReleasePackage.objects.get(case=case, kind="kvittens")
    return {
        "case": str(case.pk),
        "consent": str(consent.pk),
        "id": str(package.pk),
        "reference": package.reference,
        "acknowledgement": str(acknowledgement.pk),
    }


def assessment(unit: PoliceUnit, today: date) -> NewAssessment:
    return NewAssessment(
        police_unit=unit,
        received=today,
        valid_to=today + timedelta(days=90),
        crime_degree="hog",
        threat="hog",
        protection_need="ja_annan_ort",
        registry_no="A999.111/2026",
        wording="Polisens egna ord om saken.",
    )


def withdraw(consent: str) -> int:
    with acting(siri()):
        found = Consent.objects.get(pk=consent)
        today = timezone.localdate()
        return withdraw_consent(consent=found, withdrawn=today, how="Muntligt", by=siri(), at=timezone.now())


def recall(package: str) -> int:
    with acting(siri()):
        return recall_package(package=ReleasePackage.objects.get(pk=package), by=siri(), at=timezone.now())


def reads(packages: list[str]) -> dict[str, str]:
    with acting(siri()):
        return {str(package): at.isoformat() for package, at in police_reads(packages).items()}


def account(handle: str, is_active: bool) -> int:
    with acting(User.objects.get(username="inlasning@0099")):
        return User.objects.filter(handle=handle).update(is_active=is_active)


def golden() -> int:
    """A second municipality with something in every kind of case, from the golden scenario."""
    load(scenario=read_file(GOLDEN), at=timezone.now())
    return Case.objects.count()


def order(handle: str, minutes: int = 0) -> str:
    """A one-time code for somebody, asked for and approved so many minutes ago by two system managers."""
    home = Municipality.objects.get(code="0099")
    with acting(User.objects.get(username="inlasning@0099")):
        eva, vera = (
            User.objects.get_or_create(
                username=f"{name}@0099",
                defaults={
                    "handle": name, "name": name, "role": Role.SYSTEM_MANAGER, "municipality": home,
                    "password": "set",
                },
            )[0]
            for name in ("eva", "vera")
        )  # fmt: skip
    at = timezone.now() - timedelta(minutes=minutes)
    with acting(eva):
        asked = ask_for_code(user=User.objects.get(handle=handle), reason="Behövs", by=eva, at=at)
    with acting(vera):
        return approve(request=asked, by=vera, at=at)


def seal(contents: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """What a package's content is in its column, and its checksum, by the package's id."""
    column = ReleasePackage._meta.get_field("content")
    return {
        one: [column.sealed(content, UUID(one)).token, checksum(content)] for one, content in contents.items()
    }


COMMANDS = {
    command.__name__: command
    for command in (seed, release, withdraw, recall, reads, account, golden, seal, order)
}

for line in sys.stdin:
    wanted, given = json.loads(line)
    with transaction.atomic():
        answer = COMMANDS[wanted](**given)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
