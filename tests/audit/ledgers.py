"""The independent verifier, and an administrator's transaction that is never committed."""

import argparse
import importlib.util
import random
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from types import ModuleType

import psycopg
from django.db import connection as django_connection
from django.db.models import Model

from avhopp.audit.models import Event, ReadEntry
from avhopp.settings.environment import ROOT
from tests.databases import TEST_DATABASE, administrator


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_ledger", ROOT / "bin" / "verify_ledger.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


verifier = _loaded()


class Here(verifier.Database):  # type: ignore[name-defined,misc]
    """The verifier in a transaction that is open already, so that it sees what was tampered with in it."""

    def __init__(self, connection: psycopg.Connection, content: bool) -> None:
        self.connection, self.content = connection, content


def breaks(connection: psycopg.Connection, *, content: bool = False, head: str = "") -> list[str]:
    """What the verifier finds wrong."""
    arguments = argparse.Namespace(anchors=None, key=None, head=[head] if head else [])
    with connection.transaction(force_rollback=True):
        connection.execute("set local search_path = ''")
        found, _ = verifier.check(Here(connection, content), arguments)
    return [text for _, text in found]


def head(connection: psycopg.Connection) -> str:
    """The last entry, as a report prints it."""
    row = connection.execute("select seq || ':' || encode(hash, 'hex') from audit.ledger_head").fetchone()
    assert row is not None
    return row[0]


def seal(connection: psycopg.Connection) -> None:
    """What a commit does."""
    connection.execute("set constraints all immediate")
    connection.execute("set constraints all deferred")


@contextmanager
def uncommitted() -> Iterator[psycopg.Connection]:
    """The administrator on the tests' database; everything is rolled back at the end."""
    with administrator(TEST_DATABASE) as connection, connection.transaction(force_rollback=True):
        connection.execute("set local search_path = app")
        yield connection


def add(connection: psycopg.Connection, row: Model) -> None:
    """Insert a model's row over this connection."""
    fields = row._meta.local_concrete_fields
    values = [field.get_db_prep_save(field.pre_save(row, True), django_connection) for field in fields]
    columns = ", ".join(field.column for field in fields)
    places = ", ".join(["%s"] * len(fields))
    connection.execute(f"insert into app.{row._meta.db_table} ({columns}) values ({places})", values)


def event(number: int) -> Event:
    return Event(
        actor_id=uuid.uuid4(), actor_name="Påhittad", municipality_id=uuid.uuid4(), case_id=uuid.uuid4(),
        requires="see_case", kind="prov", occurred_on=date(2026, 1, 1),
        text=f'Händelse {number}, "åäö", \\ (1)',
    )  # fmt: skip


def read(number: int) -> ReadEntry:
    return ReadEntry(
        actor_id=uuid.uuid4(), role="socialsekreterare", municipality_id=uuid.uuid4(), case_id=uuid.uuid4(),
        what="see_case", object_type=f"case{number}", object_id=uuid.uuid4(), ground="handlaggare",
        source="web",
    )  # fmt: skip


def write(connection: psycopg.Connection, chance: random.Random, rows: int) -> None:
    """Some events, reads and changes of units, in a random order, sealed as one commit would."""
    for number in range(rows):
        kind = chance.randrange(3)
        if kind == 0:
            add(connection, event(number))
        elif kind == 1:
            add(connection, read(number))
        else:
            connection.execute(
                "update app.accounts_unit set name = %s where id = (select id from app.accounts_unit"
                " order by random() limit 1)",
                [f"Enhet {chance.random()} {datetime.now(UTC).isoformat()}"],
            )
    seal(connection)
