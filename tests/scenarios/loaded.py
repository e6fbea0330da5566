"""The golden scenario in the database, and who looks at it."""

from datetime import UTC, datetime

import pytest

from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, User
from avhopp.kernel import periods
from avhopp.kernel.periods import parse_month
from reports.figures import as_json, figures
from reports.queries import facts_of
from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import Loaded, load
from tests.scenarios.files import golden, read

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def loaded(*changes) -> Loaded:
    """The golden file with the changes, in the database."""
    return load(scenario=read(golden(*changes)), at=AT)


def account(handle: str, code: str = "0199") -> User:
    return User.objects.get(username=f"{handle}@{code}")


def importer(code: str = "0199") -> User:
    return User.objects.get(municipality__code=code, role=Role.IMPORTER)


def seen(home: Municipality, month: str) -> dict:
    period = parse_month(month)
    return as_json(figures(facts_of(home), period, periods.last_day(period)))


def refused(*changes) -> list[str]:
    with pytest.raises(ScenarioRefused) as refusal:
        loaded(*changes)
    return [fault.path for fault in refusal.value.faults]
