"""Steps by the pages: who may, what must be stated, what follows in the database."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.accounts.models import User
from avhopp.audit.models import Event
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.refusal import Refused
from cases.actions.case_state import Closing, take_step
from cases.models import Case, Investigation, Task
from cases.states import CaseEvent, CaseState
from cases.steps import STEPS
from placements.models import Placement, PlacementPrice, Provider

from .conftest import said, text_of

REASON = {"reason": "Det finns skäl."}


def step(client, case, event, **data):
    return client.post(reverse("step", args=[case.pk, event]), data)


def test_an_application_is_investigated_within_four_months(as_, cast, another, today, fresh):
    asta, case = as_("asta"), another()
    on = today - timedelta(days=3)
    assert "Utredning inleddes" in said(asta, step(asta, case, CaseEvent.APPLY, on=str(on)))
    assert fresh(case).state == CaseState.INVESTIGATION
    with acting(cast.asta):
        found = Investigation.objects.get(case=case)
    assert (found.opened, found.due) == (on, due(DeadlineKind.INVESTIGATION, on))


@pytest.mark.parametrize(
    ("event", "data", "says"),
    [
        (CaseEvent.APPLY, {}, "Ange ett datum"),
        (CaseEvent.START_PRELIMINARY, {"on": "2999-01-01"}, "efter"),
        (CaseEvent.START_PRELIMINARY, {"on": "2001-01-01"}, "när ärendet kom in"),
        (CaseEvent.CLOSE, {"closing_reason": "ovrigt", "outcome": "okant"}, "Ange ett datum"),
        (CaseEvent.CLOSE, {"on": "{today}", "outcome": "okant", **REASON}, "måste fyllas i"),
        (
            CaseEvent.CLOSE,
            {"on": "{today}", "closing_reason": "avliden", "outcome": "okant", **REASON},
            "giltigt alternativ",
        ),
        (CaseEvent.COMMUNICATE, {"on": "{today}"}, "har läget"),
        (CaseEvent.REQUEST_TRANSFER, {"on": "{today}"}, "måste fyllas i"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(as_, another, today, fresh, event, data, says):
    case = another()
    data = {name: value.format(today=today) for name, value in data.items()}
    assert says in text_of(step(as_("asta"), case, event, **data))
    assert fresh(case).state == CaseState.RECEIVED


def test_only_an_application_goes_straight_to_investigation(as_, another, today, fresh):
    case = another(kind="anmalan")
    assert "ingen ansökan" in text_of(step(as_("asta"), case, CaseEvent.APPLY, on=str(today)))
    assert fresh(case).state == CaseState.RECEIVED


def test_a_child_is_assessed_before_anything_else(as_, cast, another, today, fresh):
    asta, case = as_("asta"), another(concerns_child=True)
    assert "skyddsbedömningen" in text_of(step(asta, case, CaseEvent.START_PRELIMINARY, on=str(today)))
    with acting(cast.asta):
        task = Task.objects.get(case=case, kind=Task.Kind.CHILD_SAFETY)
    asta.post(
        reverse("task", args=[case.pk, task.pk]),
        {"on": str(today), "outcome": "Barnet är tryggt hos mormor."},
    )
    step(asta, case, CaseEvent.START_PRELIMINARY, on=str(today))
    step(asta, case, CaseEvent.OPEN_INVESTIGATION, on=str(today))
    assert fresh(case).state == CaseState.INVESTIGATION
    with acting(cast.asta):
        assert not Task.objects.open().filter(case=case, kind=Task.Kind.PRELIMINARY).exists()
        assert case.intakes.get().child_safety.text == "Barnet är tryggt hos mormor."
        assert Task.objects.get(pk=task.pk).outcome == "Skyddsbedömningen är gjord."
    assert "Barnet är tryggt" in text_of(asta.get(reverse("task", args=[case.pk, task.pk])))
    assert "Barnet är tryggt" not in text_of(as_("siri").get(reverse("task", args=[case.pk, task.pk])))


def test_decision_waits_for_the_investigation_and_the_definition(as_, another, today, fresh):
    asta, case = as_("asta"), another()
    step(asta, case, CaseEvent.APPLY, on=str(today))
    assert "Slutför utredningen" in text_of(step(asta, case, CaseEvent.PREPARE_DECISION))
    assert fresh(case).state == CaseState.INVESTIGATION


def test_closing_says_why_and_how_it_went_and_closes_the_tasks(as_, cast, another, today, fresh):
    asta, case = as_("asta"), another()
    data = {"on": str(today), "closing_reason": "avbrott", "outcome": "avbrutet", **REASON}
    assert "Det går inte att ångra" in text_of(asta.get(reverse("step", args=[case.pk, CaseEvent.CLOSE])))
    assert "Ärendet avslutades" in said(asta, step(asta, case, CaseEvent.CLOSE, **data))
    case = fresh(case)
    assert (case.state, case.closed, case.closing_reason, case.outcome) == (
        "avslutad",
        today,
        "avbrott",
        "avbrutet",
    )
    with acting(cast.asta):
        assert not Task.objects.open().filter(case=case).exists()
    page = text_of(asta.get(case.url))
    assert "Återaktualisera" in page
    assert reverse("step", args=[case.pk, CaseEvent.CLOSE]) not in page


def test_the_reason_is_not_for_finance(as_, another, today):
    case = another()
    step(
        as_("asta"),
        case,
        CaseEvent.CLOSE,
        on=str(today),
        closing_reason="aterfall",
        outcome="okant",
        reason="Begick brott.",
    )
    assert "Begick brott." in text_of(as_("bo").get(case.url))
    assert "Återfall" in text_of(as_("bo").get(case.url))
    page = text_of(as_("eskil").get(case.url))
    assert "Begick brott." not in page
    assert "Återfall" not in page


@pytest.fixture
def stay(cast, granted, today):
    """The person lives somewhere, from today on."""
    place = Provider(municipality=cast.municipality, ref="hemmet", name="Hemmet", kind="hvb")
    with acting(cast.siri):
        place.save(force_insert=True)
    with acting(cast.asta):
        person = granted.case.person
    row = Placement(
        case=granted.case,
        person=person,
        decision=granted,
        provider=place,
        outside_reason="Avstånd.",
        planned_start=today,
        start=today,
    )
    with acting(cast.asta):
        row.save(force_insert=True)
        PlacementPrice(placement=row, case=granted.case, start=today, rate=Decimal(3000)).save(
            force_insert=True
        )
    return row


@pytest.mark.parametrize("event", ["avsluta", "avliden"])
def test_a_case_is_not_closed_while_the_person_stays(as_, cast, granted, stay, today, fresh, event):
    data = {"on": str(today), "closing_reason": "ovrigt", "outcome": "okant", **REASON}
    page = text_of(step(as_("asta"), granted.case, event, **data))
    assert "Avsluta placeringen först" in page
    assert fresh(granted.case).closed is None


@pytest.mark.parametrize(
    ("handle", "event", "status"),
    [
        ("frida", CaseEvent.CLOSE, 200),
        ("frida", CaseEvent.APPLY, 403),
        ("bo", CaseEvent.CLOSE, 403),
        ("siri", CaseEvent.CLOSE, 403),
        ("eskil", CaseEvent.CLOSE, 403),
        ("cleo", CaseEvent.CLOSE, 404),
        ("asta", CaseEvent.CLOSE, 200),
    ],
)
def test_who_may_take_the_step(as_, another, handle, event, status):
    case = another()
    address = reverse("step", args=[case.pk, event])
    assert as_(handle).get(address).status_code == status
    if status != 200:
        assert as_(handle).post(address, REASON).status_code == status


def test_an_event_that_does_not_exist_is_no_address(as_, case):
    assert as_("asta").get(f"{case.url}steg/hitta-pa/").status_code == 404


def test_each_step_leaves_an_event(cast, another, today):
    case = another()
    with acting(cast.asta):
        take_step(case=case, event=CaseEvent.APPLY, on=today, by=cast.asta, today=today)
        texts = [event.text for event in Event.objects.about(case.pk)]
    assert STEPS[CaseEvent.APPLY].done in texts


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.sampled_from([e for e in CaseEvent if not STEPS[e].page]), min_size=1, max_size=8))
def test_whatever_is_tried_the_case_and_its_closing_agree(cast, another, today, events):
    case, by = another(), User.objects.get(pk=cast.asta.pk)
    with acting(by):
        for event in events:
            before = Case.objects.get(pk=case.pk).state
            try:
                take_step(
                    case=case,
                    event=event,
                    on=today,
                    by=by,
                    today=today,
                    reason="x",
                    closing=Closing("ovrigt", "okant"),
                )
            except Refused:
                assert Case.objects.get(pk=case.pk).state == before
        row = Case.objects.get(pk=case.pk)
        assert (row.state == CaseState.CLOSED) == (row.closed is not None) == (row.closing_reason is not None)
        assert not row.closed or not Investigation.objects.filter(case=row, concluded=None).exists()
