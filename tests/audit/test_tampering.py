"""A superuser with the triggers off changes what was written: the verifier finds it, every time.

The head from before stands for the anchor. Without it, the last six kinds would not be seen (docs/ledger.md).
"""

import hashlib
import random
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.audit import ledgers
from tests.audit.ledgers import breaks, head

Entry = dict
Tampering = Callable[[psycopg.Connection, random.Random], object]
EVENT, READ, UNIT = "app.audit_event", "app.audit_readentry", "app.accounts_historicalunit"
KEY = {EVENT: "id", READ: "id", UNIT: "history_id"}


def entries(db: psycopg.Connection) -> list[Entry]:
    names = ("seq", "micros", "relation", "row_id", "width", "salt", "payload", "prev", "hash")
    rows = db.execute(
        "select seq, (extract(epoch from at) * 1000000)::bigint, relation, row_id, width, salt, payload,"
        " prev, hash from audit.ledger order by seq"
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def pick(db: psycopg.Connection, chance: random.Random, *relations: str, spare: int = 0) -> Entry:
    found = [entry for entry in entries(db) if entry["relation"] in (relations or KEY)]
    return chance.choice(found[: len(found) - spare])


def recompute(entry: Entry) -> bytes:
    texts = [entry["seq"], entry["micros"], entry["relation"], entry["row_id"], entry["width"]]
    line = "|".join([*map(str, texts), entry["payload"].hex(), entry["prev"].hex()])
    return hashlib.sha256(line.encode()).digest()


def rechain(db: psycopg.Connection, start: int) -> None:
    """Make the chain whole again from an entry on, head included."""
    before = None
    for entry in entries(db):
        if entry["seq"] >= start:
            entry["prev"] = before or entry["prev"]
            entry["hash"] = recompute(entry)
            db.execute(
                "update audit.ledger set prev = %s, hash = %s where seq = %s",
                [entry["prev"], entry["hash"], entry["seq"]],
            )
        before = entry["hash"]
    fix_head(db)


def fix_head(db: psycopg.Connection) -> None:
    db.execute(
        "update audit.ledger_head set (seq, hash) ="
        " (select seq, hash from audit.ledger order by seq desc limit 1)"
    )


def renumber(db: psycopg.Connection, start: int, by: int) -> None:
    db.execute("update audit.ledger set seq = -seq where seq >= %s", [start])
    db.execute("update audit.ledger set seq = -seq + %s where seq < 0", [by])


def drop_row(db: psycopg.Connection, entry: Entry) -> None:
    relation = entry["relation"]
    db.execute(f"delete from {relation} where {KEY[relation]} = %s", [entry["row_id"]])


def drop_entry(db: psycopg.Connection, entry: Entry) -> None:
    db.execute("delete from audit.ledger where seq = %s", [entry["seq"]])


def set_column(db: psycopg.Connection, entry: Entry, column: str, value: object) -> None:
    relation = entry["relation"]
    db.execute(f"update {relation} set {column} = %s where {KEY[relation]} = %s", [value, entry["row_id"]])


def change_text(db, chance):
    entry = pick(db, chance, EVENT)
    set_column(db, entry, "text", f"Något annat {chance.random()}")
    return entry


def change_history(db, chance):
    set_column(db, pick(db, chance, UNIT), "name", f"Annan {chance.random()}")


def change_kind_of_history(db, chance):
    set_column(db, pick(db, chance, UNIT), "history_type", "-")


def change_actor(db, chance):
    entry = pick(db, chance)
    set_column(db, entry, "history_user_id" if entry["relation"] == UNIT else "actor_id", uuid.uuid4())


def change_time(db, chance):
    entry = pick(db, chance)
    column = "history_date" if entry["relation"] == UNIT else "at"
    relation = entry["relation"]
    db.execute(
        f"update {relation} set {column} = {column} + interval '1 microsecond' where {KEY[relation]} = %s",
        [entry["row_id"]],
    )


def fill_an_empty_field(db, chance):
    entry = pick(db, chance, EVENT)
    db.execute("update app.audit_event set object_id = actor_id where id = %s", [entry["row_id"]])


def delete_a_row(db, chance):
    drop_row(db, pick(db, chance))


def insert_a_row(db, chance):
    ledgers.add(db, chance.choice([ledgers.event, ledgers.read])(chance.randrange(99)))


def swap_two_rows(db, chance):
    one, other = chance.sample([entry for entry in entries(db) if entry["relation"] == EVENT], 2)
    db.execute(
        "update app.audit_event e set text = o.text, actor_id = o.actor_id from app.audit_event o"
        " where (e.id, o.id) in ((%(one)s, %(other)s), (%(other)s, %(one)s))",
        {"one": one["row_id"], "other": other["row_id"]},
    )


def swap_two_ids(db, chance):
    one, other = chance.sample([entry for entry in entries(db) if entry["relation"] == READ], 2)
    parked = uuid.uuid4()
    for old, new in ((one["row_id"], parked), (other["row_id"], one["row_id"]), (parked, other["row_id"])):
        db.execute("update app.audit_readentry set id = %s where id = %s", [new, old])


def delete_row_and_entry(db, chance):
    entry = pick(db, chance)
    drop_row(db, entry)
    drop_entry(db, entry)
    fix_head(db)


def delete_and_renumber(db, chance):
    entry = pick(db, chance, spare=1)
    drop_row(db, entry)
    drop_entry(db, entry)
    renumber(db, entry["seq"], -1)
    fix_head(db)


def recompute_one_hash(db, chance):
    entry = change_text(db, chance)
    row = db.execute("select e::text from app.audit_event e where id = %s", [entry["row_id"]]).fetchone()
    entry["payload"] = hashlib.sha256(entry["salt"] + row[0].encode()).digest()
    entry["hash"] = recompute(entry)
    db.execute(
        "update audit.ledger set payload = %s, hash = %s where seq = %s",
        [entry["payload"], entry["hash"], entry["seq"]],
    )
    return entry


def change_salt(db, chance):
    entry = pick(db, chance)
    db.execute("update audit.ledger set salt = %s where seq = %s", [chance.randbytes(16), entry["seq"]])


def unannounced_erasure(db, chance):
    entry = pick(db, chance)
    drop_row(db, entry)
    db.execute("update audit.ledger set salt = null where seq = %s", [entry["seq"]])


def erasure_outside_the_chain(db, chance):
    entry = pick(db, chance)
    unannounced = {**entry, "id": uuid.uuid4(), "by": uuid.uuid4()}
    db.execute(
        "insert into audit.erasure (id, relation, row_id, seq, erased_at, erased_by, reason)"
        " values (%(id)s, %(relation)s, %(row_id)s, %(seq)s, now(), %(by)s, 'Gallrad enligt plan')",
        unannounced,
    )
    drop_row(db, entry)
    db.execute("update audit.ledger set salt = null where seq = %s", [entry["seq"]])


def move_between_tables(db, chance):
    entry = pick(db, chance, EVENT)
    db.execute("update audit.ledger set relation = %s where seq = %s", [READ, entry["seq"]])


def move_to_a_name_that_breaks_sql(db, chance):
    entry = pick(db, chance)
    db.execute("update audit.ledger set relation = %s where seq = %s", ["x'; select 1; --", entry["seq"]])


def change_time_of_entry(db, chance):
    entry = pick(db, chance)
    db.execute("update audit.ledger set at = at - interval '1 hour' where seq = %s", [entry["seq"]])


def change_width(db, chance):
    entry = pick(db, chance)
    db.execute("update audit.ledger set width = width - 1 where seq = %s", [entry["seq"]])


def change_order(db, chance):
    one, other = chance.sample(entries(db), 2)
    db.execute("update audit.ledger set seq = -1 where seq = %s", [one["seq"]])
    db.execute("update audit.ledger set seq = %s where seq = %s", [one["seq"], other["seq"]])
    db.execute("update audit.ledger set seq = %s where seq = -1", [other["seq"]])
    fix_head(db)


def swap_rows_of_entries(db, chance):
    one, other = chance.sample([entry for entry in entries(db) if entry["relation"] == EVENT], 2)
    for entry, row in ((one, uuid.uuid4()), (other, one["row_id"]), (one, other["row_id"])):
        db.execute("update audit.ledger set row_id = %s where seq = %s", [row, entry["seq"]])


def cut_the_tail(db, chance):
    for entry in entries(db)[-chance.randrange(1, 5) :]:
        if entry["relation"] in KEY:
            drop_row(db, entry)
        drop_entry(db, entry)


def move_the_head(db, chance):
    db.execute("update audit.ledger_head set seq = seq + %s", [chance.choice([-3, -1, 1, 1000])])


# The chain fits itself again; only what was said outside tells.
def cut_the_tail_and_fix_the_head(db, chance):
    cut_the_tail(db, chance)
    fix_head(db)


def recompute_the_tail(db, chance):
    rechain(db, recompute_one_hash(db, chance)["seq"])


def delete_renumber_and_recompute(db, chance):
    entry = pick(db, chance, spare=1)
    delete = entry["seq"]
    drop_row(db, entry)
    drop_entry(db, entry)
    renumber(db, delete, -1)
    rechain(db, max(delete - 1, 1))


def insert_in_the_middle_and_recompute(db, chance):
    seq = chance.randrange(2, len(entries(db)))
    row, salt = ledgers.event(1), chance.randbytes(16)
    ledgers.add(db, row)
    text = db.execute("select e::text from app.audit_event e where id = %s", [row.pk]).fetchone()[0]
    renumber(db, seq, 1)
    db.execute(
        "insert into audit.ledger select %s, l.at, %s, %s, %s, %s, %s, l.hash, l.hash from audit.ledger l"
        " where l.seq = %s",
        [seq, EVENT, row.pk, len(row._meta.local_concrete_fields), salt,
         hashlib.sha256(salt + text.encode()).digest(), seq - 1],
    )  # fmt: skip
    rechain(db, seq)


def change_time_and_recompute(db, chance):
    entry = pick(db, chance)
    db.execute("update audit.ledger set at = at - interval '1 day' where seq = %s", [entry["seq"]])
    rechain(db, entry["seq"])


def begin_a_new_chain(db, chance):
    db.execute("update audit.ledger set prev = %s where seq = 1", [chance.randbytes(32)])
    rechain(db, 1)


KINDS: list[Tampering] = [
    change_text, change_history, change_kind_of_history, change_actor, change_time, fill_an_empty_field,
    delete_a_row, insert_a_row, swap_two_rows, swap_two_ids, delete_row_and_entry, delete_and_renumber,
    recompute_one_hash, change_salt, unannounced_erasure, erasure_outside_the_chain, move_between_tables,
    move_to_a_name_that_breaks_sql, change_time_of_entry, change_width, change_order, swap_rows_of_entries,
    cut_the_tail, move_the_head,
]  # fmt: skip
OUTSIDE: list[Tampering] = [
    cut_the_tail_and_fix_the_head, recompute_the_tail, delete_renumber_and_recompute,
    insert_in_the_middle_and_recompute, change_time_and_recompute, begin_a_new_chain,
]  # fmt: skip


@pytest.fixture(scope="module")
def db(committed_cast) -> Iterator[psycopg.Connection]:
    with ledgers.uncommitted() as connection:
        ledgers.write(connection, random.Random(1), 25)
        yield connection


def tampered(db: psycopg.Connection, kind: Tampering, chance: random.Random, outside: str) -> list[str]:
    """What is found when this was done, which is then undone."""
    with db.transaction(force_rollback=True):
        db.execute("set local session_replication_role = replica")
        kind(db, chance)
        return breaks(db, content=chance.random() < 0.5, head=outside)


@pytest.mark.parametrize("kind", [*KINDS, *OUTSIDE], ids=lambda kind: kind.__name__)
def test_tampering_is_found(db, kind):
    assert tampered(db, kind, random.Random(kind.__name__), head(db))


@pytest.mark.parametrize("content", [True, False])
def test_what_was_not_tampered_with_is_whole(db, content):
    assert breaks(db, content=content, head=head(db)) == []


@pytest.mark.parametrize("kind", OUTSIDE, ids=lambda kind: kind.__name__)
def test_a_chain_that_was_made_whole_again_is_found_only_from_outside(db, kind):
    assert tampered(db, kind, random.Random(kind.__name__), "") == []


def many(db: psycopg.Connection, times: int, clean: int) -> None:
    chance = random.Random(20261121)
    missed, alarms = [], []
    for number in range(times):
        if number % (times // clean) == 0:
            ledgers.write(db, chance, chance.randrange(1, 6))
            alarms += breaks(db, content=number % 2 == 0, head=head(db))
        kind = chance.choice([*KINDS, *OUTSIDE])
        if not tampered(db, kind, chance, head(db)):
            missed.append((number, kind.__name__))
    assert (missed, alarms) == ([], [])


def test_random_tamperings_are_all_found(db):
    many(db, times=20, clean=10)


@pytest.mark.deep
def test_a_thousand_random_tamperings_are_all_found(db):
    many(db, times=1000, clean=100)
