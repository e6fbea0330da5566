"""Many cases, all alike: copies of the world's case with ids of their own, and no grant on any."""

import json
import random
import uuid
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
from django.apps import apps
from psycopg.types.json import Jsonb

from avhopp.sealing.fields import SealedTextField
from tests.databases import administrator
from tests.proof.world import World

#: Columns that must be empty or its own in every copy.
EMPTY = {"ref", "identity", "identity_index", "reopened_from_id"}
OWN = {"case_no": "AVH-{0}", "reference": "K-{0}-{1}", "code": "F{0}-{1}"}


def tables_of_a_case() -> list[str]:
    """Every table with rows of one case, grants left out and history, of which a case gets one row."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if any(f.column == "case_id" for f in model._meta.local_concrete_fields)
        and not model._meta.db_table.startswith("audit_")
        and "historical" not in model._meta.db_table
    )


@dataclass
class Copy:
    """One case: its id, its number, and its things by the id of the original."""

    case: uuid.UUID
    number: str
    ids: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)


def copy_cases(world: World, many: int, chance: random.Random) -> list[Copy]:
    """Write `many` copies past both walls, with no grant on any of them."""
    with administrator(world.database) as admin:
        admin.execute("set session_replication_role = replica")
        originals = {table: _rows(admin, table, "case_id", world.case) for table in tables_of_a_case()}
        originals["cases_case"] = _rows(admin, "cases_case", "id", world.case)
        person = originals["cases_case"][0]["person_id"]
        originals["cases_person"] = _rows(admin, "cases_person", "id", uuid.UUID(person))
        change = world.things["change_id"]
        originals["cases_historicalintake"] = _rows(admin, "cases_historicalintake", "history_id", change)
        ids = [change, *(uuid.UUID(row["id"]) for rows in originals.values() for row in rows)]
        copies, batches = [], {table: [] for table in originals}
        for number in range(many):
            copy = Copy(uuid.UUID(int=0), f"{3000 + number // 9000}-{number % 9000 + 1000}")
            copy.ids = {old: uuid.UUID(int=chance.getrandbits(128), version=4) for old in ids}
            copy.case = copy.ids[world.case]
            for table, rows in originals.items():
                batches[table] += [_copied(row, copy, place, table) for place, row in enumerate(rows)]
            copies.append(copy)
        for table, rows in batches.items():
            admin.execute(
                f"insert into app.{table} select * from jsonb_populate_recordset(null::app.{table}, %s)",
                [Jsonb(rows)],
            )
    return copies


def _rows(admin: psycopg.Connection, table: str, column: str, value: uuid.UUID) -> list[dict[str, Any]]:
    found = admin.execute(f"select to_jsonb(t) from app.{table} t where {column} = %s order by id", [value])
    return [row[0] for row in found.fetchall()]


@cache
def sealed_fields() -> dict[str, list[SealedTextField]]:
    """The columns whose ciphertext is bound to its row, by table."""
    found: dict[str, list[SealedTextField]] = {}
    for model in apps.get_models():
        for one in model._meta.local_concrete_fields:
            if isinstance(one, SealedTextField):
                found.setdefault(model._meta.db_table, []).append(one)
    return found


def _copied(row: dict[str, Any], copy: Copy, place: int, table: str) -> dict[str, Any]:
    text = json.dumps(row)
    for old, new in copy.ids.items():
        text = text.replace(str(old), str(new))
    made = json.loads(text)
    for column in EMPTY & set(made):
        made[column] = None
    sealed = sealed_fields().get(table, [])
    for one in sealed:
        if made[one.column]:
            made[one.column] = one.sealed("Kopia", uuid.UUID(made["id"])).token
    for column, form in OWN.items():
        if column in made and column not in {one.column for one in sealed}:
            made[column] = form.format(copy.number, place)
    return made
