"""Every row of history, event and read gets its entry, in its transaction, in one chain."""

import hashlib
import random
import threading
import uuid
from collections.abc import Iterator

import psycopg
import pytest

from avhopp.access import walls
from tests.audit import ledgers
from tests.audit.ledgers import add, breaks, event, seal
from tests.databases import TEST_DATABASE, administrator


@pytest.fixture
def db(committed_cast) -> Iterator[psycopg.Connection]:
    with ledgers.uncommitted() as connection:
        yield connection


def count(db: psycopg.Connection, relation: str = "") -> int:
    row = db.execute("select count(*) from audit.ledger where relation like %s", [f"%{relation}"]).fetchone()
    assert row
    return row[0]


def test_every_history_table_and_both_logs_are_chained(db):
    chained = {
        name
        for (name,) in db.execute("select tgrelid::regclass::text from pg_trigger where tgname = 'ledger'")
    }
    histories = {table.history_name for table in walls.tables() if table.history_name}
    written_once = {"placements_monthclosing", "placements_bookedcost"}
    assert chained == histories | written_once | {"audit_event", "audit_readentry", "audit.erasure"}


def test_an_entry_can_be_repeated_by_hand(db):
    row = event(1)
    add(db, row)
    seal(db)
    seq, micros, width, salt, payload, prev, stored = db.execute(
        "select seq, (extract(epoch from at) * 1000000)::bigint, width, salt, payload, prev, hash"
        " from audit.ledger where row_id = %s", [row.pk],
    ).fetchone()  # fmt: skip
    db.execute("set local timezone = 'UTC'")
    text = db.execute("select e::text from app.audit_event e where id = %s", [row.pk]).fetchone()[0]
    assert payload == hashlib.sha256(salt + text.encode()).digest()
    line = f"{seq}|{micros}|app.audit_event|{row.pk}|{width}|{payload.hex()}|{prev.hex()}"
    assert stored == hashlib.sha256(line.encode()).digest()
    assert db.execute("select hash from audit.ledger where seq = %s", [seq - 1]).fetchone() in [(prev,), None]


def test_entries_come_at_the_end_of_the_transaction_and_not_before(db):
    before = count(db)
    add(db, event(1))
    add(db, event(2))
    assert count(db) == before
    seal(db)
    assert count(db) == before + 2
    add(db, event(3))
    seal(db)
    assert count(db) == before + 3
    assert breaks(db) == []


def test_what_is_rolled_back_leaves_no_entry(db):
    before = count(db)
    with db.transaction(force_rollback=True):
        add(db, event(1))
    add(db, event(2))
    with db.transaction(force_rollback=True):
        add(db, event(3))
    seal(db)
    assert count(db) == before + 1
    assert breaks(db) == []


def test_constraints_that_are_immediate_from_the_start_change_nothing(db):
    db.execute("set constraints all immediate")
    add(db, event(1))
    db.execute("update app.accounts_unit set name = name || '.'")
    assert breaks(db) == []


@pytest.mark.parametrize(
    "setting",
    [
        "timezone = 'America/New_York'",
        "datestyle = 'German'",
        "bytea_output = 'escape'",
        "extra_float_digits = -5",
    ],
)
def test_a_session_with_other_settings_writes_the_same_form(db, setting):
    db.execute(f"set local {setting}")
    add(db, event(1))
    db.execute("update app.accounts_unit set name = name || '.'")
    seal(db)
    assert breaks(db, content=False) == []
    db.execute("set local timezone = 'UTC'; set local datestyle = 'ISO'; set local bytea_output = 'hex'")
    db.execute("set local extra_float_digits = 1")
    assert breaks(db, content=True) == []


def test_a_column_that_is_added_or_renamed_later_leaves_the_earlier_rows_verifiable(db):
    ledgers.write(db, random.Random(3), 8)
    db.execute("alter table app.audit_event add column added integer not null default 7")
    db.execute("alter table app.audit_event rename column reason to because")
    assert breaks(db) == breaks(db, content=True) == []
    db.execute("alter table app.audit_event alter column added drop default")
    db.execute("set local session_replication_role = replica")
    db.execute("update app.audit_event set because = because || '!'")
    assert breaks(db)


def test_rows_from_before_the_ledger_are_entered_once(db):
    db.execute("set local role avhopp_owner")
    db.execute("create table app.older (id uuid primary key, said text)")
    db.execute("insert into app.older select gen_random_uuid(), 'ord ' || n from generate_series(1, 5) n")
    for _ in range(2):
        db.execute("select audit.adopt('app.older')")
        seal(db)
    assert count(db, "app.older") == 5
    db.execute("set local role none")
    assert breaks(db) == breaks(db, content=True) == []


def test_nobody_writes_history_directly(db):
    db.execute("set local role avhopp_owner")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="history_by_trigger"):
        db.execute(
            "insert into app.accounts_historicalunit"
            " select (jsonb_populate_record(null::app.accounts_historicalunit, to_jsonb(u)"
            " || jsonb_build_object('history_id', gen_random_uuid(), 'history_date', now(),"
            " 'history_type', '+'))).* from app.accounts_unit u limit 1"
        )


class TestErasure:
    """A row's content goes, its place in the chain stays (only whoever holds `erase_history`)."""

    @pytest.fixture
    def asta(self, db, committed_cast):
        """The session acts as Asta of the web process; the administrator's own checks come after."""
        home = committed_cast.municipality
        row = event(1)
        row.municipality_id = home.pk
        row.text = "Detta ska bort"
        add(db, row)
        seal(db)
        db.execute(
            "create or replace function sec.actor() returns uuid language sql stable security definer as"
            f" $$ select '{committed_cast.asta.pk}'::uuid $$"
        )
        return row

    def erase(self, db, row, reason="Gallring enligt plan 2026"):
        return db.execute("select audit.erase('app.audit_event', %s, %s)", [row.pk, reason]).fetchone()[0]

    def allow(self, db):
        db.execute("insert into sec.role_ability values ('socialsekreterare', 'erase_history', true)")

    def test_the_content_goes_and_the_chain_stays_whole(self, db, asta):
        self.allow(db)
        outside = ledgers.head(db)
        erasure = self.erase(db, asta)
        seal(db)
        assert db.execute("select count(*) from app.audit_event where id = %s", [asta.pk]).fetchone() == (0,)
        assert db.execute("select salt from audit.ledger where row_id = %s", [asta.pk]).fetchone() == (None,)
        assert count(db, "audit.erasure") == 1
        assert breaks(db, head=outside) == breaks(db, content=True, head=outside) == []
        db.execute("set local session_replication_role = replica")
        db.execute("delete from audit.erasure where id = %s", [erasure])
        assert breaks(db)

    def test_without_the_right_nothing_is_erased(self, db, asta):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not_allowed"):
            self.erase(db, asta)

    @pytest.mark.parametrize("reason", ["", "kort", "           "])
    def test_an_erasure_has_a_reason(self, db, asta, reason):
        self.allow(db)
        with pytest.raises(psycopg.errors.CheckViolation):
            self.erase(db, asta, reason)

    def test_another_municipality_keeps_its_rows(self, db, asta):
        self.allow(db)
        other = event(2)
        add(db, other)
        seal(db)
        with pytest.raises(psycopg.errors.NoDataFound):
            self.erase(db, other)

    def test_only_the_named_row_goes(self, db, asta):
        self.allow(db)
        other = event(3)
        add(db, other)
        seal(db)
        self.erase(db, asta)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append_only"):
            db.execute("delete from app.audit_event where id = %s", [other.pk])


def test_writers_that_lock_each_other_s_rows_do_not_lock_the_ledger(committed_cast):
    """One holds a row that the other's foreign key must see at commit; both have entries to chain."""
    home = committed_cast.municipality.pk
    done: list[str] = []

    def insert(server: psycopg.Connection) -> None:
        with server.transaction():
            add(server, event(1))
            for _ in range(2):
                server.execute(
                    "insert into app.accounts_unit (id, municipality_id, ref, name) values (%s, %s, %s, '')",
                    [uuid.uuid4(), home, f"las-{uuid.uuid4().hex[:8]}"],
                )
        done.append("insert")

    with administrator(TEST_DATABASE) as one, administrator(TEST_DATABASE) as other:
        for server in (one, other):
            server.execute("set search_path = app")
            server.execute("set lock_timeout = '20s'")
        with one.transaction():
            one.execute("select from app.accounts_municipality where id = %s for update", [home])
            add(one, event(2))
            thread = threading.Thread(target=insert, args=(other,))
            thread.start()
            waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = %s"
            while not one.execute(waiting, [TEST_DATABASE]).fetchone()[0] and thread.is_alive():
                one.execute("select pg_stat_clear_snapshot()")
            assert thread.is_alive(), "the other waits for the row, at its commit"
        thread.join(20)
        assert done == ["insert"]
        assert breaks(one) == []
        one.execute("delete from app.accounts_unit where ref like 'las-%'")
