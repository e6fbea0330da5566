"""Tasks, follow-ups, the investigation's pages, the person and the change of handler."""

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.periods import add_months
from cases.actions.case_state import take_step
from cases.models import Case, CaseUserGrant, FollowUp, Investigation, Person, Task
from cases.states import CaseEvent

from .conftest import said, text_of


@pytest.fixture
def police_task(cast, case):
    with acting(cast.asta):
        return Task.objects.get(case=case, kind=Task.Kind.CONTACT_POLICE)


def contact(cast, today, **changed):
    return {
        "on": str(today),
        "unit": str(cast.lpo.pk),
        "person": "Kim Samordnare",
        "channel": "telefon",
        "outcome": "Möte bokat.",
        **changed,
    }


def test_the_police_contact_is_remembered_on_the_case(as_, cast, case, police_task, today, fresh):
    asta = as_("asta")
    address = reverse("task", args=[case.pk, police_task.pk])
    assert "Uppgiften är utförd" in said(asta, asta.post(address, contact(cast, today)))
    case = fresh(case)
    assert (case.police_contact, case.police_owner_id) == ("Kim Samordnare", cast.lpo.pk)
    done = fresh(police_task)
    assert (done.done_on, done.done_by_id) == (today, cast.asta.pk)
    assert "Möte bokat." in done.outcome
    assert "Möte bokat." in text_of(asta.get(address))
    assert "Kim Samordnare" in text_of(asta.get(case.url))


@pytest.mark.parametrize("field", ["on", "unit", "person", "channel", "outcome"])
def test_the_police_contact_needs_everything(as_, cast, case, police_task, today, fresh, field):
    page = text_of(
        as_("asta").post(reverse("task", args=[case.pk, police_task.pk]), contact(cast, today, **{field: ""}))
    )
    assert "Rätta det här" in page
    assert fresh(police_task).done_on is None


@pytest.mark.parametrize(
    ("handle", "status"),
    [("siri", 302), ("bo", 302), ("frida", 302), ("eskil", 404), ("cleo", 404), ("eva", 404)],
)
def test_who_may_do_the_task(as_, cast, case, police_task, today, handle, status):
    response = as_(handle).post(reverse("task", args=[case.pk, police_task.pk]), contact(cast, today))
    assert response.status_code == status


def test_a_follow_up_is_planned_held_and_followed_by_the_next(as_, cast, case, today):
    asta = as_("asta")
    asta.post(reverse("follow_up_plan", args=[case.pk]), {"planned": str(today), "with_police": "on"})
    with acting(cast.asta):
        planned = FollowUp.objects.get()
    assert planned.with_police
    address = reverse("follow_up", args=[case.pk, planned.pk])
    assert "måste fyllas i" in text_of(asta.post(address, {"held": str(today)}))
    data = {"held": str(today), "summary": "Målen nås.", "with_police": "on"}
    assert "Målen nås." in said(asta, asta.post(address, data))
    with acting(cast.asta):
        assert FollowUp.objects.get(held=None).planned == due(DeadlineKind.FOLLOW_UP, today)
    assert "redan genomförd" in text_of(asta.post(address, data))


def test_others_read_follow_ups_and_do_not_write_them(as_, case, today):
    for handle, reads in (("frida", 200), ("bo", 200), ("siri", 200), ("eskil", 403), ("cleo", 404)):
        client = as_(handle)
        assert client.get(reverse("follow_ups", args=[case.pk])).status_code == reads
        plan = client.post(reverse("follow_up_plan", args=[case.pk]), {"planned": str(today)})
        assert plan.status_code == (404 if handle == "cleo" else 403)


@pytest.fixture
def investigation(cast, another, today):
    case = another()
    with acting(cast.asta):
        take_step(case=case, event=CaseEvent.APPLY, on=today, by=cast.asta, today=today)
        return Investigation.objects.select_related("case").get(case=case)


def at(name, investigation):
    return reverse(f"investigation_{name}", args=[investigation.case_id, investigation.pk])


def test_the_investigation_is_written_extended_tried_and_concluded(as_, cast, investigation, today, fresh):
    asta, case = as_("asta"), investigation.case
    asta.post(at("write", investigation), {"situation": "Bor tillfälligt.", "conclusion": "Behöver stöd."})
    asta.post(at("extend", investigation), {"months": "2", "reason": "Väntar på polisens bedömning."})
    extended = fresh(investigation)
    assert extended.due == add_months(add_months(today, 4), 2)
    assert "Väntar på polisens bedömning." in extended.extended_reason
    assert "Pröva definitionen" in text_of(asta.post(at("conclude", investigation)))
    answers = {
        "chose_to_leave": "ja",
        "organised_crime": "ja",
        "needs_support": "ja",
        "definition": "uppfyller",
    }
    wrong = text_of(
        asta.post(reverse("definition", args=[case.pk]), {**answers, "needs_support": "vet_inte"})
    )
    assert "alla tre kriterierna" in wrong
    assert "sparad" in said(asta, asta.post(reverse("definition", args=[case.pk]), answers))
    assert "slutförd" in said(asta, asta.post(at("conclude", investigation)))
    assert fresh(investigation).concluded == today
    assert fresh(case).definition == Case.Definition.MET
    page = text_of(asta.post(at("write", investigation), {"situation": "Ändrat."}))
    assert "kan inte ändras" in page
    assert fresh(investigation).situation == "Bor tillfälligt."


@pytest.mark.parametrize(
    "data", [{"months": "5", "reason": "x"}, {"months": "2", "reason": ""}, {"months": "", "reason": "x"}]
)
def test_an_extension_needs_a_reason_and_an_end(as_, investigation, fresh, data):
    as_("asta").post(at("extend", investigation), data)
    assert fresh(investigation).due == investigation.due


def test_an_investigation_without_assessment_is_not_concluded(as_, investigation, fresh):
    assert "Skriv bedömningen" in text_of(as_("asta").post(at("conclude", investigation)))
    assert fresh(investigation).concluded is None


def test_who_reads_and_who_writes_the_investigation(as_, investigation):
    page = reverse("investigation", args=[investigation.case_id])
    for handle, reads, writes in (
        ("asta", 200, 200),
        ("bo", 200, 403),
        ("frida", 200, 403),
        ("eskil", 403, 404),
        ("cleo", 404, 404),
    ):
        assert as_(handle).get(page).status_code == reads
        assert as_(handle).get(at("write", investigation)).status_code == writes


def test_the_person_is_corrected_and_the_event_says_what_not_how(as_, cast, case, fresh):
    asta = as_("asta")
    data = {
        "name": "Rätt Påhittad",
        "identity": "19811218-9876",
        "birth_year": "",
        "sex": "man",
        "children_count": "3",
        "protection": "sekretessmarkering",
    }
    page = said(asta, asta.post(reverse("person", args=[case.pk]), data))
    with acting(cast.asta):
        person = Person.objects.get(pk=case.person_id)
    assert (person.name_key, person.identity, person.children_count) == ("rätt påhittad", "198112189876", 3)
    line = page.split('id="tidslinje"')[1]
    assert "Personuppgifter ändrades: namn, identitetsnummer" in line
    assert "9876" not in line
    assert "19811218-9876" in text_of(asta.get(reverse("person", args=[case.pk])))


def test_the_old_handler_is_out_at_once(as_, cast, case):
    asta, frida, address = as_("asta"), as_("frida"), reverse("handler", args=[case.pk])
    assert asta.get(case.url).status_code == 200
    assert "måste fyllas i" in text_of(frida.post(address, {"handler": str(cast.cleo.pk)}))
    assert "ny handläggare" in said(
        frida, frida.post(address, {"handler": str(cast.cleo.pk), "reason": "Asta slutar."})
    )
    assert asta.get(case.url).status_code == 404
    assert as_("cleo").get(case.url).status_code == 200
    with acting(cast.frida):
        ended = CaseUserGrant.objects.get(content_object=case, user=cast.asta)
    assert ended.valid_to is not None
    assert "redan ärendet" in text_of(frida.post(address, {"handler": str(cast.cleo.pk), "reason": "x"}))


@pytest.mark.parametrize(
    ("handle", "status"), [("asta", 403), ("bo", 200), ("siri", 200), ("eskil", 403), ("cleo", 404)]
)
def test_who_may_hand_a_case_over(as_, case, handle, status):
    assert as_(handle).get(reverse("handler", args=[case.pk])).status_code == status


def test_only_case_workers_get_cases(as_, cast, case):
    page = text_of(
        as_("bo").post(reverse("handler", args=[case.pk]), {"handler": str(cast.bo.pk), "reason": "x"})
    )
    assert "giltigt alternativ" in page
