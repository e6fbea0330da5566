"""Whatever valid file comes: the figures of the database are those of the file."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import User
from avhopp.kernel import periods
from avhopp.kernel.periods import parse_month
from reports.figures import as_json, figures
from reports.queries import facts_of
from reports.scenario.loading import load
from reports.scenario.normal import as_stored
from reports.scenario.stored import stored_scenario
from tests.reports.random_scenarios import MONTHS
from tests.reports.scenario_facts import facts_of as facts_in
from tests.scenarios.files import read
from tests.scenarios.random_files import files

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITH_A_DATABASE = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
MONTHS_SEEN = st.lists(st.sampled_from(MONTHS), min_size=4, max_size=4)


@settings(WITH_A_DATABASE, max_examples=8)
@given(file=files(), months=MONTHS_SEEN, later=st.integers(-40, 60))
def test_the_database_counts_what_the_file_says(db, file, months, later):
    assert_same(file, months, later)


@pytest.mark.deep
@settings(WITH_A_DATABASE, max_examples=200)
@given(file=files(), months=MONTHS_SEEN, later=st.integers(-40, 60))
def test_the_database_counts_what_many_files_say(db, file, months, later):
    assert_same(file, months, later)


def assert_same(file: dict, months: list[str], later: int) -> None:
    scenario = read(file)
    with transaction.atomic():
        home = load(scenario=scenario, at=AT).municipality
        stored = facts_of(home)
        for month in map(parse_month, months):
            as_of = max(periods.last_day(month) + timedelta(days=later), date(2021, 1, 1))
            assert as_json(figures(stored, month, as_of)) == as_json(figures(facts_in(file), month, as_of))
        with acting(User.objects.get(municipality=home, role=Role.IMPORTER)):
            found = stored_scenario(home)
        for name, rows in as_stored(scenario, found).lists():
            assert set(getattr(found, name)) == set(rows), name
        assert not load(scenario=scenario, at=AT).changed
        transaction.set_rollback(True)
