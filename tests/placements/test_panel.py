"""What the case page, the list and the due items show of stays, and to whom."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.periods import add_months
from cases.models import Person
from cases.together import alone
from placements.marks import Watched, marks_of, unenforced_mark
from placements.models import Placement, PlacementPrice
from placements.panels import due_placements, load_placements, placement_rows

NAME = "Person Påhittad"


def test_finance_sees_place_and_money_but_no_name(as_, placed, decision):
    stay = placed(decision, days_ago=10)
    client = as_("eskil")
    for address in (
        reverse("placements"),
        reverse("placement", args=[stay.case_id, stay.pk]),
        reverse("case", args=[stay.case_id]),
    ):
        text = client.get(address).content.decode()
        assert "Granen" in text
        assert "33\u00a0000\u00a0kr" in text
        assert NAME not in text


def test_finance_sees_a_code_for_whoever_is_protected(as_, cast, placed, decision):
    stay = placed(decision, days_ago=10)
    with acting(cast.asta):
        Person.objects.filter(pk=stay.person_id).update(protection="sekretessmarkering")
    pages = [
        reverse("placements"),
        reverse("placement", args=[stay.case_id, stay.pk]),
        reverse("case", args=[stay.case_id]),
        reverse("case_history", args=[stay.case_id]),
    ]
    for address in pages:
        text = as_("eskil").get(address).content.decode()
        assert "Granen" not in text, address
    for address in pages[:3]:
        assert "Utförare G1" in as_("eskil").get(address).content.decode(), address
        assert "Granen" in as_("asta").get(address).content.decode(), address


def test_the_handler_sees_the_name_as_well(as_, placed, decision):
    stay = placed(decision, days_ago=10)
    assert NAME in as_("asta").get(reverse("placements")).content.decode()
    assert NAME in as_("asta").get(reverse("placement", args=[stay.case_id, stay.pk])).content.decode()


@pytest.mark.parametrize(
    ("handle", "status"),
    [
        ("asta", 200),
        ("bo", 200),
        ("frida", 200),
        ("siri", 200),
        ("eskil", 200),
        ("cleo", 404),
        ("eva", 404),
        ("nils", 404),
    ],
)
def test_who_may_open_a_stay(as_, placed, decision, handle, status):
    stay = placed(decision)
    assert as_(handle).get(reverse("placement", args=[stay.case_id, stay.pk])).status_code == status


def test_another_unit_sees_an_empty_list(as_, placed, decision):
    placed(decision)
    response = as_("cleo").get(reverse("placements"))
    assert (response.status_code, response.context["rows"]) == (200, [])


def test_why_a_stay_ended_is_not_for_finance(as_, cast, placed, decision, today):
    stay = placed(decision, days_ago=100, end=today)
    with acting(cast.asta):
        stay.end_reason = Placement.EndReason.SECURITY
        stay.save(update_fields=["end_reason"])
    address = reverse("placement", args=[stay.case_id, stay.pk])
    assert "säkerhetsskäl" in as_("asta").get(address).content.decode()
    assert "säkerhetsskäl" not in as_("eskil").get(address).content.decode()


@pytest.mark.parametrize(("tab", "nights"), [("pagar", [51]), ("planerade", [0]), ("avslutade", [100])])
def test_the_tabs_divide_the_stays(as_, placed, decision, today, tab, nights):
    placed(decision, days_ago=200, end=today - timedelta(days=100))
    placed(decision, days_ago=50, end=today + timedelta(days=20))
    placed(decision, days_ago=-30, planned=True)
    response = as_("asta").get(reverse("placements"), {"lage": tab})
    assert [row.nights for row in response.context["rows"]] == nights
    assert [one.count for one in response.context["tabs"]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (300, 201, 0),
        (300, 200, 1),
        (101, 90, 1),
        (100, 90, 0),
        (None, 150, 1),
        (150, None, 1),
    ],
)
def test_the_period_keeps_stays_with_a_night_in_it(as_, placed, decision, today, first, last, found):
    placed(decision, days_ago=200, end=today - timedelta(days=100))
    query = {"lage": "avslutade"}
    query |= {} if first is None else {"fran": (today - timedelta(days=first)).isoformat()}
    query |= {} if last is None else {"till": (today - timedelta(days=last)).isoformat()}
    assert len(as_("asta").get(reverse("placements"), query).context["rows"]) == found


@pytest.mark.parametrize(
    "order", ["arende", "-person", "insats", "utforare", "ankomst", "-avresa", "nonsens"]
)
def test_the_list_sorts(as_, placed, decision, order):
    placed(decision)
    assert as_("asta").get(reverse("placements"), {"ordning": order}).status_code == 200


def test_finance_cannot_sort_by_name(as_, placed, decision):
    placed(decision)
    response = as_("eskil").get(reverse("placements"), {"ordning": "person"})
    assert len(response.context["rows"]) == 1


def test_list_and_stay_cost_the_same_for_more_rows(as_, placed, decision, today):
    stay = placed(decision, days_ago=100, end=today - timedelta(days=90))
    client = as_("asta")
    addresses = [
        (reverse("placements"), {"lage": "avslutade"}),
        (reverse("placement", args=[stay.case_id, stay.pk]), {}),
        (reverse("case", args=[stay.case_id]), {}),
    ]

    def queries():
        numbers = []
        for address, query in addresses:
            with CaptureQueriesContext(connection) as found:
                assert client.get(address, query).status_code == 200
            numbers.append(len(found))
        return numbers

    before = queries()
    for ago in (80, 60):
        placed(decision, days_ago=ago, end=today - timedelta(days=ago - 10))
    assert queries() == before


def placements_panel(case, user, today):
    return load_placements(case, user, today, alone(case, placement_rows(case, user)))


def test_the_panel_offers_a_placement_when_there_is_a_decision(cast, old_case, decide, places, today):
    with acting(cast.asta):
        assert placements_panel(old_case, cast.asta, today)["place_url"] == ""
    decide()
    with acting(cast.asta):
        assert placements_panel(old_case, cast.asta, today)["place_url"]
    with acting(cast.siri):
        assert placements_panel(old_case, cast.siri, today)["place_url"] == ""


def test_the_panel_sums_stays_and_plans(cast, old_case, placed, decision, today):
    placed(decision, days_ago=100, end=today - timedelta(days=90))
    placed(decision, days_ago=-10, end=today + timedelta(days=15), planned=True)
    with acting(cast.eskil):
        found = placements_panel(old_case, cast.eskil, today)
    assert (found["sum"].nights, found["sum"].so_far, found["sum"].in_all) == (10, 30_000, 45_000)


# What is due


TODAY = date(2026, 11, 21)


def watched(**more) -> Watched:
    usual = {
        "planned_start": date(2026, 1, 10),
        "start": date(2026, 1, 10),
        "end": None,
        "decision_end": None,
        "chain_start": date(2026, 1, 10),
        "priced_to": None,
    }
    return Watched(**usual | more)


@pytest.mark.parametrize(
    ("more", "texts"),
    [
        ({}, []),
        ({"start": None}, ["Planerad ankomst"]),
        ({"start": None, "planned_start": TODAY}, []),
        ({"decision_end": date(2026, 12, 21)}, ["Beslutet om placeringen"]),
        ({"decision_end": date(2026, 12, 22)}, []),
        ({"decision_end": date(2026, 12, 1), "goes_on": True}, []),
        ({"decision_end": date(2026, 12, 1), "end": date(2026, 11, 21)}, ["Bekräfta avresan"]),
        ({"end": date(2026, 11, 21), "departed": date(2026, 11, 21)}, []),
        ({"decision_end": date(2026, 11, 23)}, ["Beslutet om placeringen"]),
        ({"decision_end": date(2026, 11, 22)}, ["Beslut saknas för natten från 2026-11-22"]),
        ({"decision_end": date(2026, 9, 1)}, ["Beslut saknas för natten från 2026-09-01"]),
        ({"decision_end": date(2026, 11, 22), "end": date(2026, 11, 22)}, ["Beslutet om"]),
        ({"decision_end": date(2026, 11, 22), "goes_on": True}, []),
        ({"needs_plan": True, "start": date(2026, 11, 6)}, ["Genomförandeplan"]),
        ({"needs_plan": True, "start": date(2026, 11, 7)}, []),
        ({"end": date(2026, 9, 22), "departed": date(2026, 9, 22), "may_resume": True}, ["Avbruten"]),
        ({"end": date(2026, 9, 23), "departed": date(2026, 9, 23), "may_resume": True}, []),
        ({"priced_to": date(2026, 12, 1)}, ["Det avtalade priset"]),
        ({"priced_to": date(2026, 12, 1), "end": date(2026, 12, 1)}, []),
        ({"chain_start": date(2025, 12, 21)}, ["Placeringen når 12"]),
        ({"chain_start": date(2025, 12, 22)}, []),
        ({"chain_start": date(2025, 10, 22)}, ["Placeringen når 12"]),
        ({"chain_start": date(2025, 10, 21)}, []),
        ({"chain_start": date(2025, 5, 31)}, ["Placeringen når 18"]),
        ({"chain_start": date(2025, 12, 1), "end": date(2026, 12, 1)}, []),
    ],
)
def test_marks(more, texts):
    assert [
        mark.text[: len(text)] for mark, text in zip(marks_of(watched(**more), TODAY), texts, strict=True)
    ] == texts


@pytest.mark.parametrize(("ago", "due"), [(59, False), (60, True), (120, True)])
def test_a_decision_that_waits_is_due_in_three_months(ago, due):
    decided = TODAY - timedelta(days=ago)
    mark = unenforced_mark(decided, TODAY)
    assert (mark is not None and mark.due == add_months(decided, 3)) is due


def texts(cast, case, handle, today):
    with acting(cast.people[handle]):
        return [due.label for due in due_placements(cast.people[handle], today)]


def test_a_waiting_decision_and_a_late_plan_are_due_until_the_person_comes(
    cast, old_case, placed, decision, today
):
    assert texts(cast, old_case, "asta", today) == ["Beslutet är inte verkställt"]
    plan = placed(decision, days_ago=5, planned=True)
    assert len(texts(cast, old_case, "asta", today)) == 2
    with acting(cast.asta):
        plan.start = today
        plan.save(update_fields=["start"])
        PlacementPrice.objects.filter(placement=plan).update(start=today, rate=Decimal(1))
        decision.enforced = today
        decision.save(update_fields=["enforced"])
    assert texts(cast, old_case, "asta", today) == []


def test_a_chain_counts_its_months_from_its_first_place(cast, old_case, placed, decision, today):
    first = placed(decision, days_ago=360, end=today - timedelta(days=30))
    second = placed(decision, days_ago=30)
    with acting(cast.asta):
        second.moved_from = first
        second.save(update_fields=["moved_from"])
        decision.enforced = today
        decision.save(update_fields=["enforced"])
    assert texts(cast, old_case, "asta", today) == ["Placeringen når 12 månader: följ upp nivån"]


def test_nothing_is_due_for_those_who_may_not_see(cast, old_case, decision, today):
    assert texts(cast, old_case, "cleo", today) == []


def test_due_costs_the_same_for_more_stays(cast, old_case, placed, decision, today):
    def queries():
        with acting(cast.asta), CaptureQueriesContext(connection) as found:
            due_placements(cast.asta, today)
        return len(found)

    placed(decision, days_ago=100, end=today - timedelta(days=90))
    before = queries()
    placed(decision, days_ago=80, end=today - timedelta(days=70))
    assert queries() == before
