"""Release: only on active grounds, after a harm test, for at most 90 days, and exactly what was previewed."""

import re
from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from avhopp.kernel.sealing import Sealed
from cases.models import Case, Decision, FollowUp
from collaboration.actions.packages import ALPHABET, new_reference
from collaboration.actions.releases import prepare_release, release_package
from collaboration.models import LegalBasis, ReleasePackage
from collaboration.portal.seal import canonical, checksum

HARM_TEST = "Mottagaren behöver uppgifterna, och de kan inte skada den enskilde."


def typed(cast, basis, today, **changes):
    return {
        "recipient": cast.lpo.pk,
        "categories": ["insats"],
        "legal_basis": basis.pk,
        "purpose": "Planering",
        "harm_test": HARM_TEST,
        "valid_to": today + timedelta(days=30),
        **changes,
    }


def previewed(client, address, data):
    page = client.post(address, {**data, "steg": "granska"})
    return {**data, "checksum": page.context["checksum"], "steg": "lamna-ut"}, page.content.decode()


def test_preview_then_release_freezes_exactly_what_was_shown(as_, cast, case, own_activity, today):
    siri, address = as_("siri"), reverse("release_new", args=[case.pk])
    confirmed, page = previewed(
        siri, address, typed(cast, own_activity, today, categories=["identitet", "insats"])
    )
    assert "Person Påhittad" in page
    assert "Beslut om insats finns" in page
    with acting(cast.siri):
        assert not ReleasePackage.objects.exists()
    answer = siri.post(address, confirmed)
    with acting(cast.siri):
        package = ReleasePackage.objects.get()
    assert answer.url == reverse("release", args=[case.pk, package.pk])
    assert package.content_sha256 == checksum(package.content) == confirmed["checksum"]
    assert set(package.content) == {"format", "police_reference", "identity", "decision"}
    assert re.fullmatch(rf"D-[{ALPHABET}]{{4}}-[{ALPHABET}]{{2}}", package.reference)
    assert (package.kind, package.harm_test, package.released_by_id) == (
        "utlamnande",
        HARM_TEST,
        cast.siri.pk,
    )
    assert timezone.localdate(package.valid_to - timedelta(seconds=1)) == today + timedelta(days=30)
    assert "Person Påhittad" in siri.get(answer.url).content.decode()


def test_what_changes_after_the_preview_is_not_released(as_, cast, case, own_activity, today):
    siri, address = as_("siri"), reverse("release_new", args=[case.pk])
    confirmed, _ = previewed(siri, address, typed(cast, own_activity, today))
    with acting(cast.asta):
        Decision.objects.create(case=case, kind="hvb", decided=today)
    answer = siri.post(address, confirmed)
    assert "Ärendet har ändrats sedan du granskade" in answer.content.decode()
    assert HARM_TEST in answer.content.decode()
    with acting(cast.siri):
        assert not ReleasePackage.objects.exists()


def test_changing_from_the_preview_keeps_what_was_typed(as_, cast, case, own_activity, today):
    answer = as_("siri").post(
        reverse("release_new", args=[case.pk]), typed(cast, own_activity, today, steg="andra", purpose="Möte")
    )
    assert answer.context["form"]["purpose"].value() == "Möte"
    assert HARM_TEST in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"harm_test": "För kort."}, "minst 20 tecken"),
        ({"purpose": ""}, "måste fyllas i"),
        ({"categories": []}, "måste fyllas i"),
        ({"categories": ["hotbild"]}, "giltigt"),  # nothing is registered
        ({"days": 91}, "högst 90 dagar"),
        ({"days": -1}, "kan inte ha passerat"),
    ],
)
def test_a_release_without_what_it_takes_is_refused(as_, cast, case, own_activity, today, changes, said):
    moved = dict(changes)
    if "days" in moved:
        moved["valid_to"] = today + timedelta(days=moved.pop("days"))
    page = as_("siri").post(
        reverse("release_new", args=[case.pk]), typed(cast, own_activity, today, steg="granska", **moved)
    )
    assert said in page.content.decode()
    with acting(cast.siri):
        assert not ReleasePackage.objects.exists()


def refusal(cast, case, asked, today):
    with acting(cast.siri), pytest.raises(Refused) as refused:
        prepare_release(case=case, wish=asked, by=cast.siri, today=today)
    return refused.value.code


def test_the_consent_ground_takes_a_consent_that_covers_everything(
    cast, case, wish, agree, give, consent_basis, today
):
    asked = wish(categories=("identitet", "insats"), legal_basis=consent_basis)
    assert refusal(cast, case, asked, today) == "consent_missing"
    agree("insats", "kontakt")
    assert refusal(cast, case, asked, today) == "consent_missing"
    agree("identitet", "insats", recipient=cast.noa)
    assert refusal(cast, case, asked, today) == "consent_missing"
    agree("identitet", "insats", start=today - timedelta(days=9), end=today - timedelta(days=1))
    assert refusal(cast, case, asked, today) == "consent_missing"
    covering = agree("identitet", "insats", "kontakt", end=today + timedelta(days=40))
    package = give(categories=("identitet", "insats"), legal_basis=consent_basis)
    assert package.consent_id == covering.pk
    assert package.content["consent"]["categories"] == [
        "Namn och personnummer",
        "Att beslut om insats finns",
        "Samordnarens kontaktuppgifter",
    ]
    longer = wish(categories=("identitet",), legal_basis=consent_basis, valid_to=today + timedelta(days=41))
    assert refusal(cast, case, longer, today) == "longer_than_consent"


@pytest.mark.parametrize("code", ["10 kap. 12 § OSL", "10 kap. 15 a § OSL"])
def test_a_ground_that_no_jurist_has_confirmed_cannot_be_chosen(as_, cast, case, wish, today, code):
    basis = LegalBasis.objects.get(code=code)
    assert refusal(cast, case, wish(legal_basis=basis), today) == "basis_not_active"
    page = as_("siri").get(reverse("release_new", args=[case.pk])).content.decode()
    assert str(basis.pk) not in page
    assert "10 kap. 27 §" not in page  # generalklausulen does not reach the social services


def test_a_ground_that_is_not_in_force_cannot_be_chosen(cast, case, wish, own_activity, today):
    with acting(cast.inlasare):
        LegalBasis.objects.filter(pk=own_activity.pk).update(valid_to=today)
    assert refusal(cast, case, wish(), today) == "basis_not_active"


def test_an_assessment_goes_only_to_the_unit_that_made_it(cast, case, wish, assess, give, today):
    assess(police_unit=cast.noa)
    assert refusal(cast, case, wish(categories=("hotbild",)), today) == "nothing_to_release"
    assert give(categories=("hotbild",), recipient=cast.noa).content["assessment"]["police_unit"] == "NOA"


def test_hidden_handlers_stay_hidden(cast, case, give):
    assert give(categories=("kontakt",)).content["contact"]["name"] == "Siri"
    with acting(cast.asta):
        Case.objects.filter(pk=case.pk).update(hide_handler_names=True)
    with acting(cast.siri):
        case.refresh_from_db()
    said = canonical(give(categories=("kontakt",)).content).decode()
    assert "Siri" not in said


def test_the_decision_is_said_as_day_and_overall_type(cast, case, give, today):
    assert give().content["decision"] == {"exists": False, "decided": None, "kind": ""}
    with acting(cast.asta):
        Decision.objects.create(case=case, kind="oppenvard", decided=today - timedelta(days=30))
        Decision.objects.create(
            case=case, kind="hvb", decided=today - timedelta(days=3), reasons="Hemligt skäl"
        )
        Decision.objects.create(case=case, kind="familjehem", decided=today, outcome="avslag")
    package = give()
    assert package.content["decision"] == {
        "exists": True,
        "decided": (today - timedelta(days=3)).isoformat(),
        "kind": "dygnsvård",
    }
    assert "Hemligt" not in canonical(package.content).decode()
    assert "hvb" not in canonical(package.content).decode().lower()


def test_only_the_next_joint_follow_up_is_released(cast, case, give, today):
    with acting(cast.asta):
        FollowUp.objects.create(case=case, planned=today + timedelta(days=2))
        FollowUp.objects.create(case=case, planned=today + timedelta(days=9), with_police=True)
        FollowUp.objects.create(case=case, planned=today + timedelta(days=30), with_police=True)
    content = give(categories=("uppfoljning",)).content
    assert content["follow_up"] == {"planned": (today + timedelta(days=9)).isoformat()}


def test_a_closed_case_releases_nothing(cast, case, wish, give, today):
    give()
    with acting(cast.asta):
        Case.objects.filter(pk=case.pk).update(
            closed=today - timedelta(days=1),
            received=today - timedelta(days=9),
            state="avslutad",
            closing_reason="avbrott",
        )
    with acting(cast.siri):
        case.refresh_from_db()
    assert refusal(cast, case, wish(), today) == "case_closed"


@pytest.mark.parametrize(
    ("handle", "status"),
    [("siri", 200), ("asta", 403), ("bo", 403), ("eskil", 403), ("cleo", 404), ("eva", 404)],
)
def test_only_the_coordinator_releases(as_, case, handle, status):
    assert as_(handle).get(reverse("release_new", args=[case.pk])).status_code == status


def test_recall_after_a_question(as_, cast, case, give):
    package = give()
    address = reverse("release_recall", args=[case.pk, package.pk])
    assert "slutar se innehållet" in as_("siri").get(address).content.decode()
    assert as_("asta").post(address).status_code == 403
    assert as_("siri").post(address).status_code == 302
    with acting(cast.siri):
        package.refresh_from_db()
    assert package.closed_because == "aterkallad"
    assert "redan stängt" in as_("siri").post(address).content.decode()


@pytest.mark.parametrize(("handle", "status"), [("asta", 200), ("bo", 200), ("eskil", 404), ("cleo", 404)])
def test_who_reads_a_release(as_, case, give, handle, status):
    assert as_(handle).get(reverse("release", args=[case.pk, give().pk])).status_code == status


def test_a_release_is_not_found_under_another_case(as_, give):
    package = give()
    assert as_("siri").get(reverse("release", args=[package.pk, package.pk])).status_code == 404


def test_a_reference_that_is_taken_is_drawn_again(cast, case, give, monkeypatch):
    taken = give().reference
    drawn = iter([taken, taken, "D-2345-67"])
    monkeypatch.setattr("collaboration.actions.packages.new_reference", lambda: next(drawn))
    assert give().reference == "D-2345-67"


def test_references_are_random():
    assert len({new_reference() for _ in range(500)}) == 500


# The database alone


def test_the_database_freezes_a_package(cast, give):
    package = give()
    other = Sealed("s1.release1.Annat")
    changes = {"content": other, "recipient": cast.noa, "valid_to": timezone.now(), "harm_test": "y" * 30}
    for field, value in changes.items():
        with pytest.raises(Error, match="frozen"), acting(cast.siri), transaction.atomic():
            ReleasePackage.objects.filter(pk=package.pk).update(**{field: value})


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": ""},
        {"harm_test": "x" * 19},
        {"harm_test": " " * 30},
        {"days": 91},
        {"content_sha256": "x"},
    ],
)
def test_the_database_refuses_a_package_without_ground_or_end(cast, give, wrong):
    package = give()
    fields = dict(wrong)
    if "days" in fields:
        fields["valid_to"] = package.valid_from + timedelta(days=fields.pop("days"))
    copy = ReleasePackage.objects.model(
        **{
            f.attname: getattr(package, f.attname)
            for f in ReleasePackage._meta.concrete_fields
            if f.name != "id"
        }
    )
    copy.reference = "D-AAAA-AA"
    for field, value in fields.items():
        setattr(copy, field, value)
    with pytest.raises(Error, match="violates check constraint"), acting(cast.siri), transaction.atomic():
        copy.save(force_insert=True)


def test_a_release_takes_the_right_in_the_action_as_well(cast, case, wish, today):
    with acting(cast.asta), pytest.raises(Refused) as refused:
        release_package(case=case, wish=wish(), seen="", by=cast.asta, at=timezone.now())
    assert refused.value.code == "not_allowed"
