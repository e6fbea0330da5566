"""Eight ways to write: each leaves one row of history and one entry in the ledger per changed row."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib.postgres.functions import TransactionNow
from django.db import connection, connections, migrations, models, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.state import ProjectState

from avhopp import services
from avhopp.access.context import acting
from avhopp.accounts.models import Unit
from cases.models import JournalEntry

REASON = "Prov av en skrivväg"
ROWS = 3


def history(model: type[models.Model]) -> list[tuple]:
    """History's rows that this transaction wrote, the newest first: kind, actor and reason of each."""
    rows = model.history.filter(history_date__gte=TransactionNow())  # type: ignore[attr-defined]
    return list(rows.values_list("history_type", "history_user_id", "history_change_reason"))


def entries() -> int:
    """How many entries the ledger has when this transaction's are sealed."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
        cursor.execute("select entries from audit.ledger_state()")
        return cursor.fetchone()[0]


@pytest.fixture
def units(cast) -> list[Unit]:
    return [Unit(municipality=cast.municipality, ref=f"prov-{n}", name=f"Prov {n}") for n in range(ROWS)]


@pytest.fixture
def stored(units) -> list[Unit]:
    return Unit.objects.bulk_create(units)


def save(units):
    for unit in units:
        unit.name += "!"
        unit.save()


def update(units):
    Unit.objects.filter(pk__in=[unit.pk for unit in units]).update(name="Alla heter så")


def bulk_update(units):
    for unit in units:
        unit.name += "!"
    Unit.objects.bulk_update(units, ["name"])


def raw_sql(units):
    with connection.cursor() as cursor:
        cursor.execute("update accounts_unit set name = name || '.' where ref like 'prov-%%'")


CHANGES: list[Callable] = [save, update, bulk_update, raw_sql]


@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.__name__)
def test_a_change_leaves_one_row_and_one_entry_per_row(cast, stored, path):
    chained, before = entries(), history(Unit)
    with acting(cast.inlasare, reason=REASON):
        path(stored)
    assert history(Unit)[: -len(before)] == [("~", cast.inlasare.pk, REASON)] * ROWS
    assert entries() == chained + ROWS


def bulk_create(units):
    Unit.objects.bulk_create(units)


def copy(units):
    with (
        connection.cursor() as cursor,
        cursor.copy("copy accounts_unit (id, municipality_id, ref, name) from stdin") as stream,
    ):
        for unit in units:
            stream.write_row((uuid.uuid4(), unit.municipality_id, unit.ref, unit.name))


@pytest.mark.parametrize("path", [bulk_create, copy], ids=lambda path: path.__name__)
def test_new_rows_leave_one_row_and_one_entry_each(cast, units, path):
    chained = entries()
    with acting(cast.inlasare, reason=REASON):
        path(units)
    assert history(Unit) == [("+", cast.inlasare.pk, REASON)] * ROWS
    assert entries() == chained + ROWS


def test_a_delete_leaves_one_row_and_one_entry(cast, case, today):
    with acting(cast.asta, reason=REASON):
        for _ in range(ROWS):
            JournalEntry(
                case=case, kind="kontakt", occurred_on=today, facts="Utkast", author=cast.asta,
                written_at=datetime.now(UTC),
            ).save(force_insert=True)  # fmt: skip
        chained = entries()
        JournalEntry.objects.filter(case=case).delete()
        assert history(JournalEntry)[:ROWS] == [("-", cast.asta.pk, REASON)] * ROWS
    assert entries() == chained + ROWS


@pytest.fixture
def migrator(committed_cast, django_db_blocker) -> Iterator[DatabaseWrapper]:
    """Django's connection as the migrator's login, in a transaction that is rolled back."""
    with django_db_blocker.unblock():
        settings = connections["default"].settings_dict
        login = {"USER": "avhopp_migrator", "PASSWORD": services.read_secret("db_migrator")}
        connections["migrator"] = DatabaseWrapper(settings | login, alias="migrator")
        try:
            with transaction.atomic(using="migrator"):
                yield connections["migrator"]
                transaction.set_rollback(True, using="migrator")
        finally:
            connections["migrator"].close()
            del connections["migrator"]


def rename(state, editor):
    state.get_model("accounts", "Unit").objects.using("migrator").update(name="Vid flytten")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RunPython(rename),
        migrations.RunSQL("update app.accounts_unit set name = name || ' (flyttad)'"),
    ],
    ids=["RunPython", "RunSQL"],
)
def test_a_migration_leaves_one_row_and_one_entry_per_row(migrator, operation):
    step = migrations.Migration("prov", "accounts")
    step.operations = [operation]
    with migrator.cursor() as cursor:
        cursor.execute("select count(*) from app.accounts_unit")
        (rows,) = cursor.fetchone()
    with migrator.schema_editor(atomic=False) as editor:
        step.apply(ProjectState.from_apps(apps), editor)
    with migrator.cursor() as cursor:
        cursor.execute(
            "select history_type, history_user_id, history_change_reason from app.accounts_historicalunit"
            " where history_date >= now()"
        )
        assert cursor.fetchall() == [("~", None, "avhopp_migrator")] * rows
        cursor.execute("set constraints all immediate")
        cursor.execute("select count(*) from audit.ledger where at >= now()")
        assert cursor.fetchone() == (rows,)
