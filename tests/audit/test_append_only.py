"""Nobody changes or removes what was written: each table, each statement, each login, the owner included."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from avhopp.access import walls
from avhopp.access.database import LOGINS
from tests.databases import TEST_DATABASE, administrator

pytestmark = pytest.mark.roles
NO = ("42501", "25006")  # no privilege, or a read-only transaction
REFERENCED = "0A000"  # what another table refers to cannot be emptied at all
OWNER = "owner"
CHAINED = sorted(
    [f"app.{table.history_name}" for table in walls.tables() if table.history_name]
    + [f"app.{table.name}" for table in walls.tables() if table.in_ledger]
    + ["audit.ledger", "audit.ledger_head", "audit.erasure"]
)
PROCESSES = [login for login in LOGINS if login != "migrator"]  # the migrator is the owner when it logs in
#: What each login may read of the ledger itself; nobody else anything.
READS = {"auditor": {"audit.ledger_head", "audit.erasure"}, "backup": set(CHAINED)}


@pytest.fixture(scope="module")
def sessions(committed_cast):
    """One session for each login, and one as the tables' owner."""
    address = conninfo_to_dict(services.admin_url()) | {"dbname": TEST_DATABASE}
    opened = {
        login: psycopg.connect(
            **address | {"user": f"avhopp_{login}", "password": services.read_secret(f"db_{login}")},
            autocommit=True,
        )
        for login in LOGINS
    }
    opened[OWNER] = administrator(TEST_DATABASE)
    opened[OWNER].execute("set role avhopp_owner")
    yield opened
    for session in opened.values():
        session.close()


def refused(session: psycopg.Connection, statement: str) -> str:
    """The refusal's code, or '' when the statement was let through."""
    try:
        with session.transaction(force_rollback=True):
            session.execute(statement)  # type: ignore[call-overload]
    except psycopg.Error as error:
        return error.sqlstate or ""
    return ""


def column(session: psycopg.Connection, table: str) -> str:
    row = session.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum",
        [table],
    ).fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize("login", [OWNER, *LOGINS])
def test_no_login_changes_what_was_written(sessions, login):
    passed = []
    for table in CHAINED:
        name = column(sessions[OWNER], table)
        for statement in (
            f"update {table} set {name} = {name}",
            f"delete from {table}",
            f"truncate {table}",
        ):
            if refused(sessions[login], statement) not in (*NO, REFERENCED):
                passed.append(statement)
    assert passed == []


@pytest.mark.parametrize("login", [OWNER, *LOGINS])
def test_no_login_adds_to_history_or_ledger_by_itself(sessions, login):
    tables = [table for table in CHAINED if "historical" in table or table.startswith("audit.ledger")]
    new = "jsonb_build_object('history_id', gen_random_uuid(), 'seq', 1000000000, 'one', true)"
    row = f"select (jsonb_populate_record(null::{{table}}, to_jsonb(t) || {new})).* from {{table}} t"
    passed = [
        table
        for table in tables
        if refused(sessions[login], f"insert into {table} " + row.format(table=table)) not in NO
        and sessions[OWNER].execute(f"select count(*) from {table}").fetchone() != (0,)
    ]
    assert passed == []


@pytest.mark.parametrize("login", PROCESSES)
def test_who_reads_the_ledger(sessions, login):
    tables = [table for table in CHAINED if table.startswith("audit.")]
    seen = {table for table in tables if not refused(sessions[login], f"select * from {table}")}
    assert seen == {table for table in READS.get(login, set()) if table.startswith("audit.")}


def test_the_auditor_sees_the_chain_and_no_word_of_any_row(sessions):
    auditor = sessions["auditor"]
    chain = "select seq, at, relation, row_id, width, payload, prev, hash from audit.ledger"
    assert not refused(auditor, chain)
    assert refused(auditor, "select salt from audit.ledger") in NO
    assert not refused(auditor, "select * from audit.row_digests('app.audit_event')")
    for table in CHAINED:
        if table.startswith("app."):
            assert refused(auditor, f"select * from {table}") in NO


@pytest.mark.parametrize("login", ["web", "worker", "portal", "backup"])
def test_only_the_auditor_has_rows_digested(sessions, login):
    assert refused(sessions[login], "select * from audit.row_digests('app.audit_event')") in NO


@pytest.mark.parametrize("login", PROCESSES)
def test_no_login_calls_the_ledger_s_own_functions(sessions, login):
    for call in (
        "audit.enter()",
        "audit.seal()",
        "audit.adopt('app.audit_event')",
        "audit.canonical(row(1))",
    ):
        assert refused(sessions[login], f"select {call}") in (*NO, "0A000"), call
