"""Registering the police's assessment, its acknowledgement, and the second reading of a changed level."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from avhopp.kernel.sealing import Sealed
from collaboration.actions.assessments import Reading, confirm_reading
from collaboration.models import LegalBasis, PoliceAssessment, ReleasePackage
from collaboration.portal.seal import checksum

LOWER = "ingen_eller_forhojd"


def typed(cast, today, **changes):
    return {
        "police_unit": cast.lpo.pk,
        "document_date": today,
        "registry_no": "A123/2026",
        "received": today,
        "crime_degree": "hog",
        "threat": "hog",
        "protection_need": "ja_lokalt",
        "wording": "Polisens ord.",
        "valid_to": today + timedelta(days=90),
        **changes,
    }


def test_registering_shows_the_police_exactly_what_was_registered(as_, cast, case, today):
    answer = as_("siri").post(reverse("assessment_new", args=[case.pk]), typed(cast, today))
    assert answer.status_code == 302
    with acting(cast.siri):
        made = PoliceAssessment.objects.get(case=case)
        package = ReleasePackage.objects.get(case=case)
    assert (made.version, made.threat, made.registered_by_id) == (1, "hog", cast.siri.pk)
    assert package.kind == "kvittens"
    assert package.recipient_id == cast.lpo.pk
    assert package.provision == "10 kap. 2 § OSL"
    assert package.content_sha256 == checksum(package.content)
    assert package.content["assessment"] == {
        "police_unit": "LPO Prov",
        "registry_no": "A123/2026",
        "document_date": today.isoformat(),
        "received": today.isoformat(),
        "valid_to": (today + timedelta(days=90)).isoformat(),
        "version": 1,
        "crime_degree": "Hög",
        "threat": "Hög",
        "protection_need": "Ja, lokalt",
        "preliminary": False,
        "wording": "Polisens ord.",
    }
    assert set(package.content) == {"format", "police_reference", "assessment"}
    assert package.valid_to - package.valid_from <= timedelta(days=90)


def test_the_acknowledgement_rests_on_consent_where_there_is_one(cast, assess, agree, today):
    consent = agree("hotbild", end=today + timedelta(days=10))
    assess()
    with acting(cast.siri):
        package = ReleasePackage.objects.get(kind="kvittens")
    assert package.consent_id == consent.pk
    assert package.content["consent"]["end"] == (today + timedelta(days=10)).isoformat()
    assert timezone.localdate(package.valid_to - timedelta(seconds=1)) == today + timedelta(days=10)


def test_a_consent_to_another_unit_is_no_ground(cast, assess, agree):
    agree("hotbild", recipient=cast.noa)
    agree("insats")
    assess()
    with acting(cast.siri):
        assert ReleasePackage.objects.get(kind="kvittens").consent is None


def test_without_any_ground_nothing_is_shown_and_the_assessment_stands(cast, assess):
    with acting(cast.inlasare):
        LegalBasis.objects.update(is_active=False)
    assess()
    with acting(cast.siri):
        assert PoliceAssessment.objects.count() == 1
        assert ReleasePackage.objects.count() == 0


def test_a_new_version_replaces_the_older_one_and_its_acknowledgement(as_, cast, case, assess):
    old, new = assess(), assess(crime_degree="medel")
    with acting(cast.siri):
        assert list(PoliceAssessment.objects.current()) == [new]
        packages = ReleasePackage.objects.all()
        states = {one.content["assessment"]["version"]: one.closed_because for one in packages}
    assert (new.version, new.replaces_id) == (2, old.pk)
    assert states == {1: "ersatt", 2: ""}
    page = as_("siri").get(reverse("case_assessments", args=[case.pk])).content.decode()
    assert "Medel (ändrad)" in page
    assert page.count("Version 2") >= 1 < page.count("Version 1")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"received": 1}, "Datumet kan inte ligga efter i dag"),
        ({"document_date": 1}, "Handlingen kan inte vara daterad efter"),
        ({"valid_to": -1}, "Bedömningen kan inte sluta gälla innan den kom in"),
    ],
)
def test_impossible_dates_are_refused_and_nothing_typed_is_lost(as_, cast, case, today, changes, said):
    moved = {field: today + timedelta(days=days) for field, days in changes.items()}
    answer = as_("siri").post(reverse("assessment_new", args=[case.pk]), typed(cast, today, **moved))
    assert said in answer.content.decode()
    assert "Polisens ord." in answer.content.decode()
    with acting(cast.siri):
        assert not PoliceAssessment.objects.exists()


def test_exactly_three_parts_are_demanded(as_, cast, case, today):
    for part in ("crime_degree", "threat", "protection_need"):
        answer = as_("siri").post(reverse("assessment_new", args=[case.pk]), typed(cast, today, **{part: ""}))
        assert answer.status_code == 200
    with acting(cast.siri):
        assert not PoliceAssessment.objects.exists()


@pytest.mark.parametrize(
    ("handle", "status"),
    [("siri", 200), ("asta", 403), ("bo", 403), ("eskil", 403), ("cleo", 404), ("eva", 404)],
)
def test_only_the_coordinator_registers(as_, case, handle, status):
    assert as_(handle).get(reverse("assessment_new", args=[case.pk])).status_code == status


def test_a_changed_level_waits_for_another_reader(as_, cast, case, assess):
    assert not assess().waits
    lowered = assess(threat=LOWER)
    assert lowered.waits
    page = as_("siri").get(reverse("case_assessments", args=[case.pk])).content.decode()
    assert "Väntar på andra läsning" in page
    assert "Gör andra läsningen" not in page  # she registered it herself
    assert "Gör andra läsningen" in as_("asta").get(reverse("collaboration", args=[case.pk])).content.decode()


def reading(assessment, **changes):
    found = {part: getattr(assessment, part) for part in ("crime_degree", "threat", "protection_need")}
    return {**found, **changes}


def test_another_person_confirms_by_reading_the_document(as_, cast, case, assess):
    assess()
    lowered = assess(threat=LOWER)
    address = reverse("second_reading", args=[case.pk, lowered.pk])
    shown = as_("asta").get(address).content.decode()
    assert "checked" not in shown  # the reader is told nothing in advance
    wrong = as_("asta").post(address, reading(lowered, threat="hog"))
    assert "stämmer inte med det som är registrerat" in wrong.content.decode()
    assert as_("asta").post(address, reading(lowered)).status_code == 302
    with acting(cast.siri):
        lowered.refresh_from_db()
    assert lowered.second_reader_id == cast.asta.pk
    assert not lowered.waits
    assert as_("bo").post(address, reading(lowered)).status_code == 200  # once is enough


def test_the_one_who_registered_cannot_be_the_second_reader(as_, cast, case, assess):
    assess()
    lowered = assess(threat=LOWER)
    answer = as_("siri").post(reverse("second_reading", args=[case.pk, lowered.pk]), reading(lowered))
    assert "Du registrerade bedömningen" in answer.content.decode()
    with acting(cast.siri):
        lowered.refresh_from_db()
    assert lowered.waits


@pytest.mark.parametrize(("handle", "status"), [("asta", 200), ("eskil", 404), ("cleo", 404), ("nils", 404)])
def test_who_reaches_the_second_reading(as_, case, assess, handle, status):
    assess()
    lowered = assess(threat=LOWER)
    assert as_(handle).get(reverse("second_reading", args=[case.pk, lowered.pk])).status_code == status


def test_an_assessment_is_not_found_under_another_case(as_, case, assess):
    found = assess()
    assert as_("asta").get(reverse("second_reading", args=[found.pk, found.pk])).status_code == 404


def test_an_expired_one_says_so_and_never_a_lower_level(as_, case, assess, today):
    assess(received=today - timedelta(days=100), valid_to=today - timedelta(days=10))
    page = as_("asta").get(reverse("collaboration", args=[case.pk])).content.decode()
    assert "Hotbild: utgången" in page
    assert "Räkna inte med att hotet är lägre" in page
    assert "100 dagar gammal" in page


# The database alone


def change(user, assessment, **fields):
    with acting(user), transaction.atomic():
        return PoliceAssessment.objects.filter(pk=assessment.pk).update(**fields)


def test_the_database_freezes_what_the_police_assessed(cast, assess):
    found = assess()
    for field, value in {
        "threat": LOWER,
        "wording": Sealed("s1.case1.Annat"),
        "valid_to": found.valid_to + timedelta(days=1),
    }.items():
        with pytest.raises(Error, match="frozen"):
            change(cast.siri, found, **{field: value})


def test_the_database_lets_a_reader_sign_only_for_themselves_and_once(cast, assess):
    assess()
    lowered, now = assess(threat=LOWER), timezone.now()
    with pytest.raises(Error, match="in the own name"):
        change(cast.siri, lowered, second_reader=cast.asta, second_read_at=now)
    with pytest.raises(Error):
        change(cast.asta, lowered, second_reader=cast.bo, second_read_at=now)
    assert change(cast.asta, lowered, second_reader=cast.asta, second_read_at=now) == 1
    with pytest.raises(Error, match="signs once"):
        change(cast.bo, lowered, second_reader=cast.bo, second_read_at=now)
    assert change(cast.cleo, lowered, second_reader=cast.cleo, second_read_at=now) == 0


def test_only_the_newest_version_can_be_confirmed(cast, assess):
    assess()
    lowered = assess(threat=LOWER)
    newest = assess(threat=LOWER)
    assert newest.waits
    with acting(cast.asta), pytest.raises(Refused) as refused:
        confirm_reading(assessment=lowered, read=Reading(**reading(lowered)), by=cast.asta, at=timezone.now())
    assert refused.value.code == "not_waiting"
