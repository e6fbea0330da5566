"""Events of the operation: read in the municipality by those whose role opens that kind of information."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Can, Role
from avhopp.accounts.models import Municipality, User
from avhopp.audit.events import record
from avhopp.audit.models import Event
from avhopp.audit.timeline import SHOWN
from avhopp.kernel import periods
from cases.actions.accounts import ensure_machine_accounts
from placements.actions.budget import LineFacts, add_budget_line
from placements.actions.providers import ProviderFacts, add_provider, change_provider
from reports.actions.requests import request_report
from tests.cast import add_person

OPERATION = ("utforare_tillagd", "budgetrad_tillagd", "rapport_bestalld")


@pytest.fixture
def operation(cast, case, today):
    """A provider, a budget line and a report, each with its event; and Asta's case with its own."""
    on = {"by": cast.siri, "today": today}
    last_month = periods.month(*divmod_month(today))
    with acting(cast.siri):
        provider = add_provider(facts=ProviderFacts("Granen", "hvb"), **on)
        facts = LineFacts(today.year, "ram", 1000, today, "KF § 7")
    with acting(cast.eskil):
        line = add_budget_line(facts=facts, by=cast.eskil, today=today)
    with acting(cast.siri):
        report = request_report(
            municipality=cast.municipality, month=last_month, at=timezone.now(), **on
        )  # fmt: skip
    return {"provider": provider, "line": line, "report": report}


def divmod_month(today):
    before = periods.add_months(today.replace(day=1), -1)
    return before.year, before.month


@pytest.fixture
def stranger(cast):
    """A finance officer of another municipality."""
    home = Municipality.objects.create(code="0197", name="Granne", board="Nämnden", registry_prefix="SN")
    with acting(ensure_machine_accounts(home)[Role.IMPORTER]):
        return add_person(home, "annan", cast.eskil.role, password="!")


READERS = [
    ("siri", set(OPERATION)),
    ("bo", set(OPERATION)),
    ("eskil", set(OPERATION)),
    ("asta", {"utforare_tillagd"}),
    ("frida", {"utforare_tillagd", "budgetrad_tillagd"}),
    ("cleo", {"utforare_tillagd"}),
    ("nils", {"rapport_bestalld"}),
    ("eva", set()),
    ("lova", set()),
    ("dag", set()),
]


def kinds(events):
    return set(events.values_list("kind", flat=True))


@pytest.mark.parametrize(("handle", "expected"), READERS)
def test_the_database_opens_them_by_the_right_of_the_role(cast, operation, handle, expected):
    """The second wall alone: no filter in the question."""
    with acting(cast.people[handle]):
        assert kinds(Event.objects.filter(case_id=None)) == expected


@pytest.mark.parametrize(("handle", "expected"), READERS)
def test_the_application_opens_the_same(cast, operation, handle, expected):
    """The first wall alone: asked as somebody to whom the database shows all of them."""
    with acting(cast.siri):
        assert kinds(Event.objects.visible_to(cast.people[handle])) == expected


def test_those_of_another_municipality_see_none(cast, operation, stranger):
    with acting(stranger):
        assert not Event.objects.exists()
    with acting(cast.siri):
        assert not Event.objects.visible_to(stranger).exists()
        assert not Event.objects.visible_to(User(is_active=False, municipality=cast.municipality)).exists()


def test_without_a_context_there_are_none(operation):
    assert not Event.objects.exists()


def test_the_events_of_a_case_stay_with_the_case(cast, case, operation):
    with acting(cast.asta):
        assert Event.objects.about(case.pk).exists()
        assert not Event.objects.visible_to(cast.asta).exclude(case_id=None).exists()
    with acting(cast.cleo):
        assert not Event.objects.about(case.pk).exists()


def test_an_event_of_the_operation_is_written_in_the_own_name_and_municipality(cast, operation, stranger):
    with acting(cast.asta), pytest.raises(Exception, match="row-level security"):
        record(by=cast.bo, kind="x", text="x", requires=Can.SEE_BUDGET, on=timezone.localdate())


def page(client, name, *arguments):
    return client.get(reverse(name, args=arguments)).content.decode()


@pytest.mark.parametrize("handle", ["asta", "siri", "eskil"])
def test_the_provider_says_what_happened_to_it(as_, cast, operation, today, handle):
    provider = operation["provider"]
    with acting(cast.siri):
        other = add_provider(facts=ProviderFacts("Tallen", "hvb"), by=cast.siri, today=today)
        change_provider(provider=other, facts=ProviderFacts("Talldungen", "hvb"), by=cast.siri, today=today)
    shown = page(as_(handle), "provider", provider.pk)
    assert "Händelser" in shown
    assert "En utförare lades till." in shown
    assert "En utförares uppgifter ändrades." not in shown  # that was the other one
    assert "En utförares uppgifter ändrades." in page(as_(handle), "provider", other.pk)


@pytest.mark.parametrize("handle", ["nils", "bo"])
def test_the_report_says_what_happened_to_it(as_, operation, handle):
    shown = page(as_(handle), "report", operation["report"].pk)
    assert "beställdes." in shown
    assert "Siri" in shown


def test_the_budget_says_what_happened_to_the_lines_of_its_year(as_, operation, today):
    shown = as_("eskil").get(reverse("budget"), {"ar": today.year}).content.decode()
    assert f"En budgetrad för {today.year} lades till." in shown
    before = as_("eskil").get(reverse("budget"), {"ar": today.year - 1}).content.decode()
    assert "Händelser" not in before


def test_a_long_history_shows_the_latest_and_says_so_at_the_same_cost(as_, cast, operation, today):
    provider, client = operation["provider"], as_("siri")
    address = reverse("provider", args=[provider.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    with acting(cast.siri):
        for number in range(SHOWN + 3):
            facts = ProviderFacts(f"Granen {number}", "hvb")
            change_provider(provider=provider, facts=facts, by=cast.siri, today=today)
    with CaptureQueriesContext(connection) as many:
        shown = client.get(address).content.decode()
    assert len(many) == len(few)
    assert shown.count("En utförares uppgifter ändrades.") == SHOWN
    assert f"De {SHOWN} senaste visas." in shown


def test_they_are_found_by_an_index(cast, operation):
    """Among few rows the planner would read them all: it is asked not to, and must have another way."""
    with acting(cast.siri), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        plan = Event.objects.visible_to(cast.siri).on([operation["provider"].pk]).explain()
    assert "event_of_the_operation" in plan
