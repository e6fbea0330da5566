"""Consent is for one recipient, some categories and a time, and its withdrawal takes effect at once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.kernel.workdays import add_workdays
from cases.models import Task
from collaboration.models import Consent, ReleasePackage


def typed(cast, today, **changes):
    return {
        "recipient": cast.lpo.pk,
        "categories": ["insats", "identitet"],
        "purpose": "Samverkan",
        "form": "muntligt",
        "start": today,
        "end": today + timedelta(days=364),
        **changes,
    }


@pytest.mark.parametrize("handle", ["siri", "asta"])
def test_consent_is_recorded(as_, cast, case, today, handle):
    answer = as_(handle).post(reverse("consent_new", args=[case.pk]), typed(cast, today))
    assert answer.status_code == 302
    with acting(cast.siri):
        consent = Consent.objects.get(case=case)
    assert consent.categories == ["identitet", "insats"]
    assert (consent.recipient_id, consent.form) == (cast.lpo.pk, "muntligt")
    page = as_("bo").get(reverse("case_releases", args=[case.pk])).content.decode()
    assert "Namn och personnummer, Att beslut om insats finns" in page


@pytest.mark.parametrize(
    ("handle", "status"), [("siri", 200), ("asta", 200), ("bo", 403), ("eskil", 403), ("cleo", 404)]
)
def test_who_records_consent(as_, case, handle, status):
    assert as_(handle).get(reverse("consent_new", args=[case.pk])).status_code == status


def test_the_form_proposes_twelve_months(as_, case):
    form = as_("siri").get(reverse("consent_new", args=[case.pk])).context["form"]
    assert 364 <= (form["end"].value() - form["start"].value()).days <= 365


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": 1}, "efter i dag"),
        ({"end": -1}, "sluta gälla innan det börjar"),
    ],
)
def test_impossible_dates_are_refused(as_, cast, case, today, changes, said):
    moved = {field: today + timedelta(days=days) for field, days in changes.items()}
    answer = as_("siri").post(reverse("consent_new", args=[case.pk]), typed(cast, today, **moved))
    assert said in answer.content.decode()


def test_a_consent_covers_only_what_is_listed(as_, cast, case, today):
    for categories in ([], ["journal"]):
        page = as_("siri").post(
            reverse("consent_new", args=[case.pk]), typed(cast, today, categories=categories)
        )
        assert page.status_code == 200
    with acting(cast.siri):
        assert not Consent.objects.exists()


def test_withdrawal_closes_every_package_that_rests_on_it_and_nothing_else(
    as_, cast, case, assess, agree, give, consent_basis, today
):
    consent = agree("hotbild", "insats")
    other = agree("insats", recipient=cast.noa)
    assess()  # its acknowledgement rests on the consent
    rests = give(categories=("hotbild", "insats"), legal_basis=consent_basis)
    kept = give()
    elsewhere = give(recipient=cast.noa, legal_basis=consent_basis)
    address = reverse("consent_withdraw", args=[case.pk, consent.pk])
    question = as_("siri").get(address).content.decode()
    assert rests.reference in question
    assert kept.reference not in question
    answer = as_("asta").post(address, {"withdrawn": today, "how": "Muntligt vid besök"})
    assert answer.status_code == 302
    with acting(cast.siri):
        closed = dict(ReleasePackage.objects.values_list("pk", "closed_because"))
        acknowledgement = ReleasePackage.objects.get(kind="kvittens")
        task = Task.objects.get(kind=Task.Kind.INFORM_RECIPIENT)
        consent.refresh_from_db()
        said = Event.objects.get(kind="samtycke_aterkallat").text
    assert (consent.withdrawn, consent.withdrawal_note) == (today, "Muntligt vid besök")
    assert acknowledgement.consent_id == consent.pk
    assert closed == {
        acknowledgement.pk: "samtycke_aterkallat",
        rests.pk: "samtycke_aterkallat",
        kept.pk: "",
        elsewhere.pk: "",
    }
    assert other.withdrawn is None
    assert (task.note, task.due) == ("LPO Prov", add_workdays(today, 1))
    assert "2 utlämnanden stängdes" in said


@pytest.mark.parametrize(
    ("typed_in", "said"),
    [({"days": 1}, "efter i dag"), ({"days": -1}, "Samtycket gavs"), ({"how": ""}, "måste fyllas i")],
)
def test_a_withdrawal_says_when_and_how(as_, cast, case, agree, today, typed_in, said):
    consent = agree("insats")
    data = {
        "withdrawn": today + timedelta(days=typed_in.get("days", 0)),
        "how": typed_in.get("how", "Muntligt"),
    }
    answer = as_("siri").post(reverse("consent_withdraw", args=[case.pk, consent.pk]), data)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    with acting(cast.siri):
        consent.refresh_from_db()
        assert consent.withdrawn is None
        assert not Task.objects.filter(kind=Task.Kind.INFORM_RECIPIENT).exists()


def test_a_consent_is_withdrawn_once(as_, cast, case, agree, today):
    consent = agree("insats")
    address, data = (
        reverse("consent_withdraw", args=[case.pk, consent.pk]),
        {"withdrawn": today, "how": "Muntligt"},
    )
    assert as_("siri").post(address, data).status_code == 302
    assert "redan återkallat" in as_("siri").post(address, data).content.decode()
    with acting(cast.siri):
        assert Task.objects.filter(kind=Task.Kind.INFORM_RECIPIENT).count() == 1


@pytest.mark.parametrize(("handle", "status"), [("siri", 200), ("bo", 403), ("eskil", 404), ("cleo", 404)])
def test_who_withdraws(as_, case, agree, handle, status):
    consent = agree("insats")
    assert as_(handle).get(reverse("consent_withdraw", args=[case.pk, consent.pk])).status_code == status
