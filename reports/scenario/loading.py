"""Load a scenario: all or nothing, as the municipality's importer, under the same walls as the pages."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality
from cases.actions.accounts import ensure_machine_accounts
from reports.scenario.batches import defer, settle
from reports.scenario.contradictions import contradictions
from reports.scenario.document import Scenario, ScenarioFault, ScenarioRefused
from reports.scenario.gaps import Gap, gaps
from reports.scenario.inquiry_faults import ahead
from reports.scenario.invoicing import Clerk
from reports.scenario.normal import as_stored
from reports.scenario.reading import MAX_FAULTS
from reports.scenario.stored import stored_scenario
from reports.scenario.telling import REASON
from reports.scenario.trails import undelegated
from reports.scenario.writing import Writer


@dataclass(frozen=True)
class Loaded:
    """What a load did: how many rows of each list are new, and what the file does not tell."""

    municipality: Municipality
    municipality_is_new: bool
    added: Counter[str]
    gaps: tuple[Gap, ...]

    @property
    def changed(self) -> bool:
        return self.municipality_is_new or bool(self.added)


def load(*, scenario: Scenario, at: datetime, is_demo: bool = False, tells_gaps: bool = True) -> Loaded:
    """Add what the scenario says and the municipality does not have. Loading it again changes nothing.

    Rows are known by their `ref` (users by name, the municipality by code, checks by case and day,
    assessments and consents by what they say). A known row with other facts is a contradiction: a load adds,
    it never changes. One load runs at a time. `tells_gaps` writes what a new case lacks on the case.

    Raises:
        ScenarioRefused: with every contradiction, the first 50; nothing is saved.
    """
    with transaction.atomic():
        _one_at_a_time()
        municipality, is_new = _municipality(scenario, is_demo)
        importer = ensure_machine_accounts(municipality)[Role.IMPORTER]
        with acting(importer, reason=REASON):
            defer()
            stored = stored_scenario(municipality)
            faults = contradictions(scenario, stored)
            faults = faults or list(ahead(scenario.inquiries, timezone.localdate(at)))
            if faults:
                raise ScenarioRefused(faults[:MAX_FAULTS])
            new = only_new(as_stored(scenario, stored), stored)
            found = (*gaps(scenario, stored), *undelegated(scenario.inquiries, municipality))
            try:
                writer = Writer(municipality, importer, at, new)
                writer.write(found if tells_gaps else ())
            except DatabaseError as error:
                raise _refused(error) from None
            settle()
            if new.account_rules or new.invoices:
                Clerk(municipality, writer.rows).write(new)
                settle()
    added = Counter({name: len(rows) for name, rows in new.lists() if rows})
    return Loaded(municipality, is_new, added, found)


def only_new(scenario: Scenario, stored: Scenario) -> Scenario:
    """The rows that are not stored yet."""
    parts = {}
    for (name, rows), (_, known) in zip(scenario.lists(), stored.lists(), strict=True):
        keys = {row.key for row in known}
        parts[name] = tuple(row for row in rows if row.key not in keys)
    return replace(scenario, **parts)  # type: ignore[arg-type]


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('load_scenario'))")


def _municipality(scenario: Scenario, is_demo: bool) -> tuple[Municipality, bool]:
    row = scenario.municipality
    return Municipality.objects.get_or_create(
        code=row.code,
        defaults={
            "name": row.name,
            "board": row.board,
            "registry_prefix": row.registry_prefix,
            "is_demo": is_demo,
        },
    )


def _refused(error: DatabaseError) -> ScenarioRefused:
    """What nobody foresaw, without the database's message: it may repeat personal data."""
    name = type(error).__name__
    return ScenarioRefused([ScenarioFault("$", f"Databasen tog inte emot filen ({name}). Inget är sparat.")])
