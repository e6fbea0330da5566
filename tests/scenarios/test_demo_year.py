"""The demonstration at the end of a year: who sees what, its money and its names, and loading it again."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from avhopp.access.context import acting
from avhopp.accounts.demo import CAST, DEMO_CODE, DEMO_PASSWORD
from avhopp.accounts.models import Municipality, PoliceUnit
from avhopp.kernel import periods
from avhopp.kernel.periods import parse_month
from cases.models import Case, JournalEntry, Person, Task
from collaboration.models import ReleasePackage
from placements.models import GrantApplication, Placement
from reports.figures import as_json, figures
from reports.queries import facts_of
from reports.scenario.demonstration import load_demo
from tests.scenarios.demonstration import account, noon

YEAR = 2025
LAST_DAY = date(YEAR, 12, 31)


@pytest.fixture(scope="module")
def demo_year(kept) -> Municipality:
    return load_demo(at=noon(LAST_DAY))


@pytest.fixture
def demo(db, demo_year) -> Municipality:
    return demo_year


def test_each_of_the_cast_has_something_to_see(demo):
    for actor in CAST:
        user = account(actor.handle)
        assert (user.name, user.title) == (actor.name, actor.title)
        assert user.check_password(DEMO_PASSWORD)
    counts = {"asta": 10, "bo": 10, "siri": 11, "eskil": 11, "cleo": 1, "nils": 0, "lova": 0, "eva": 0}
    for handle, number in counts.items():
        with acting(account(handle)):
            assert Case.objects.count() == number, handle
    with acting(account("asta")):
        journal = JournalEntry.objects.all()
        assert journal.drafts().exists()
        assert journal.filter(supersedes__isnull=False).exists()
        assert journal.filter(author__handle="asta").count() == journal.count() == 4
    with acting(account("siri")):
        packages = ReleasePackage.objects.values_list("recipient__ref", "kind")
        assert set(packages) == {(ref, kind) for ref in ("lpo", "noa") for kind in ("utlamnande", "kvittens")}
        statuses = set(GrantApplication.objects.values_list("status", flat=True))
        assert statuses >= {"inskickad", "beviljad", "avslagen", "utbetald", "slutredovisad"}
    assert PoliceUnit.objects.filter(municipality__code=DEMO_CODE).count() == 2


def test_names_are_plainly_invented_and_numbers_are_published_test_numbers(demo):
    with acting(account("inlasning")):
        names = set(Person.objects.values_list("name", flat=True))
        numbers = {str(person.identity) for person in Person.objects.all() if person.identity}
    assert all(name.endswith((" Demosson", " Demodotter")) for name in names)
    assert len(names) == 11
    assert numbers == {"198112189876", "196408233234", "197010632391"}


def test_the_money_of_the_year_is_the_golden_one(demo):
    month = parse_month(f"{YEAR}-12")
    found = as_json(figures(facts_of(demo), month, periods.last_day(month)))
    assert found["year"]["cost"] == "4815350.00"
    assert found["year"]["nights"] == 1932
    assert found["budget"]["variance"] == "-15350.00"
    assert all(found["controls"].values())


def test_again_changes_nothing_and_says_for_which_year(demo):
    with acting(account("inlasning")):
        before = [model.objects.count() for model in (Case, Placement, JournalEntry, Task, ReleasePackage)]
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert out.getvalue() == f"Demonstrationen är redan inläst, för {YEAR}. Inget ändrades.\n"
    with acting(account("inlasning")):
        assert [
            model.objects.count() for model in (Case, Placement, JournalEntry, Task, ReleasePackage)
        ] == before
