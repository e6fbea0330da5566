"""The golden year in the test's database, with its people."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import transaction

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality, User
from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from reports.actions import rendering, requests
from reports.models import MonthlyReport
from reports.queries import reporter_of
from reports.scenario.loading import load
from reports.scenario.reading import read_file

GOLDEN = Path("tests/scenarios/golden_2022.json")
AT = datetime(2023, 1, 2, 9, tzinfo=UTC)
TODAY = date(2023, 1, 2)


@dataclass
class Golden:
    """The municipality of the golden scenario, and who works there."""

    municipality: Municipality

    def __getattr__(self, handle: str) -> User:
        return User.objects.get(municipality=self.municipality, handle=handle)

    @property
    def reporter(self) -> User:
        return reporter_of(self.municipality)

    def request(self, month: Period, by: User | None = None, today: date = TODAY) -> MonthlyReport:
        who = by or self.reporter
        with transaction.atomic(), acting(who):
            return requests.request_report(
                municipality=self.municipality, month=month, by=who, today=today, at=AT
            )

    def claim(self) -> MonthlyReport | None:
        with transaction.atomic(), acting(self.reporter):
            return rendering.claim(municipality=self.municipality, by=self.reporter)

    def done(self, month: Period, by: User | None = None) -> MonthlyReport:
        """A report of the month with frozen figures and two (empty) checksums."""
        self.request(month, by)
        report = self.claim()
        with transaction.atomic(), acting(self.reporter):
            report = rendering.freeze_figures(report=report, by=self.reporter)
            return rendering.finish(
                report=report, public_sha256="a" * 64, annex_sha256="b" * 64, by=self.reporter
            )


@pytest.fixture(scope="module")
def golden_year(kept: None) -> Golden:
    """The golden year, read in once for the tests of a file; what a test does to it is rolled back."""
    return Golden(load(scenario=read_file(GOLDEN), at=AT).municipality)


@pytest.fixture
def golden(db: None, golden_year: Golden) -> Golden:
    return golden_year


@pytest.fixture
def december() -> Period:
    return periods.month(2022, 12)
