"""Words that nobody has ever written, one for every text column of the database, and the search for them."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

CANARY = re.compile(r"K[0-9]{5}Q")
LONGEST = 7
PER_COLUMN = 3
#: What the portal's process needs to read, whoever signs in: no text about a case, and not ours to spoil.
KEPT = {
    ("accounts_user", "password"), ("accounts_user", "role"), ("accounts_municipality", "code"),
    ("accounts_municipality", "name"), ("accounts_policeunit", "name"), ("accounts_policeunit", "ref"),
    ("collaboration_releasepackage", "kind"), ("collaboration_releasepackage", "content"),
    ("collaboration_releasepackage", "content_sha256"),
}  # fmt: skip
LIBRARIES = ("auth_", "django_", "guardian_", "account_", "socialaccount_", "mfa_", "sealing_")


@dataclass
class Planted:
    """Every canary and where it was put."""

    places: dict[str, str] = field(default_factory=dict)
    released: dict[str, set[str]] = field(default_factory=dict)  # unit: what its readers may find

    def new(self, place: str) -> str:
        canary = f"K{len(self.places):05d}Q"
        self.places[canary] = place
        return canary

    def found_in(self, text: str, allowed: Iterable[str] = ()) -> list[str]:
        """Where the canaries of a text were put, those allowed left out."""
        return sorted(
            {self.places[word] for word in CANARY.findall(text) if word in self.places} - set(allowed)
        )


def plant(admin: psycopg.Connection, seal: Callable[..., dict[str, list[str]]]) -> Planted:
    """A canary in every text column of the rows that the database has, past walls, triggers and checks.

    `seal` makes of packages' contents what their column holds, and their checksums.
    """
    planted = Planted()
    admin.execute("set session_replication_role = replica")
    _without_checks(admin)
    for table in {table for table, _, _ in _columns(admin)}:
        _fill(admin, table)
    for table, column, kind in _columns(admin):
        if table == "collaboration_releasepackage":
            continue  # written below, one by one: what is released is to be found
        mine = "role <> 'polis'" if table == "accounts_user" else "true"
        rows = admin.execute(f"select ctid::text from app.{table} where {mine} limit {PER_COLUMN}").fetchall()
        for (row,) in rows:
            word = planted.new(f"{table}.{column}")
            value = {"jsonb": json.dumps(word), "ARRAY": [word]}.get(kind, word)
            statement = sql.SQL("update app.{} set {} = %s where ctid = %s::tid").format(
                sql.Identifier(table), sql.Identifier(column)
            )
            # An update moves the row: the next column finds it anew.
            admin.execute(statement, [value, row])
    for row in admin.execute(
        "select r.id, u.ref, r.closed_at is null and r.valid_from <= now() and r.valid_to > now() "
        "from app.collaboration_releasepackage r join app.accounts_policeunit u on u.id = r.recipient_id"
    ).fetchall():
        _plant_package(admin, planted, seal, *row)
    for row in admin.execute("select id, username from app.accounts_user where role = 'polis'").fetchall():
        word = planted.new(f"account.{row[1]}")
        admin.execute(
            "update app.accounts_user set title = %s, phone = %s where id = %s", [word, word, row[0]]
        )
    return planted


def _without_checks(admin: psycopg.Connection) -> None:
    """A canary is no identity number, no checksum and no role: the checks of a form are no matter here."""
    found = admin.execute(
        "select conrelid::regclass::text, conname from pg_constraint c join pg_namespace n on n.oid = "
        "c.connamespace where n.nspname = 'app' and contype = 'c'"
    )
    for table, name in found.fetchall():
        admin.execute(f'alter table {table} drop constraint "{name}"')


#: What an empty table's row holds in its other columns.
VALUES = {
    "uuid": "gen_random_uuid()", "date": "current_date", "timestamp with time zone": "now()",
    "time without time zone": "'12:00'", "boolean": "false", "smallint": "1", "integer": "1", "bigint": "1",
    "numeric": "1", "jsonb": "'{}'", "ARRAY": "'{}'", "bytea": "''", "inet": "'127.0.0.1'",
}  # fmt: skip


def _fill(admin: psycopg.Connection, table: str) -> None:
    """A row in a table that has none, so that each of its columns has a place for a canary."""
    if admin.execute(f"select exists (select from app.{table})").fetchone()[0]:
        return
    columns = admin.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_schema = 'app' and table_name = %s and is_identity = 'NO' and is_generated = 'NEVER'",
        [table],
    ).fetchall()
    names = ", ".join(f'"{name}"' for name, _ in columns)
    values = ", ".join(
        "(select id from app.cases_case limit 1)" if name == "case_id" else VALUES.get(kind, "''")
        for name, kind in columns
    )
    admin.execute(f"insert into app.{table} ({names}) values ({values})")


def _columns(admin: psycopg.Connection) -> list[tuple[str, str, str]]:
    found = admin.execute(
        "select c.table_name, c.column_name, c.data_type from information_schema.columns c "
        "join information_schema.tables t using (table_schema, table_name) "
        "where table_schema = 'app' and t.table_type = 'BASE TABLE' and "
        "(c.data_type in ('text', 'jsonb') or c.udt_name in ('_text', '_varchar') or "
        "(c.data_type = 'character varying' and c.character_maximum_length >= %s)) order by 1, 2",
        [LONGEST],
    )
    return [row for row in found.fetchall() if row[:2] not in KEPT and not row[0].startswith(LIBRARIES)]


def _plant_package(
    admin: psycopg.Connection, planted: Planted, seal: Any, package: Any, unit: str, is_open: bool
) -> None:
    """In the portal's view: reference, purpose, provision and content. Beside it: the rest."""
    where = f"package of {unit}, {'open' if is_open else 'not open'}"
    shown = {column: planted.new(f"{where}: {column}") for column in ("reference", "purpose", "provision")}
    hidden = {column: planted.new(f"package: {column}") for column in ("harm_test", "closed_because")}
    name = planted.new(f"{where}: content")
    secret = planted.new("package: content that has no place on the page")
    content = {
        "format": 1, "police_reference": "A1", "identity": {"name": name, "identity_number": ""},
        "journal": secret, "decision": {"exists": False, "decided": None, "kind": ""},
    }  # fmt: skip
    ((sealed, hashed),) = seal(contents={str(package): content}).values()
    values = shown | hidden
    sets = ", ".join(f"{column} = %s" for column in values)
    admin.execute(
        f"update app.collaboration_releasepackage set {sets}, content = %s, content_sha256 = %s "
        "where id = %s",
        [*values.values(), sealed, hashed, package],
    )
    if is_open:
        planted.released.setdefault(unit, set()).update(
            planted.places[word] for word in (*shown.values(), name)
        )
