"""Ways past one wall that somebody with SQL as the web process could try. Each has a twin that works.

What is marked `xfail` is open: the mark goes when the way is closed, and the suite fails if it stays behind.
"""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from avhopp.access import catalog
from tests.databases import administrator
from tests.proof.probes import Bench, context
from tests.proof.world import DATABASE, HOME, grant_row

pytestmark = pytest.mark.roles


@pytest.fixture
def bench(world):
    with administrator(DATABASE) as admin, admin.transaction(force_rollback=True):
        yield Bench(admin, world).prepare()


def refused(bench: Bench, statement: str, *values: object) -> bool:
    """Whether the walls refuse a statement, or find no row for it."""
    try:
        with bench.admin.transaction():
            return bench.admin.execute(statement, list(values)).rowcount == 0
    except psycopg.Error as error:
        if error.sqlstate in ("42501", "23514"):
            return True
        raise


def teams(bench: Bench) -> int:
    query = "select id from app.auth_group where name = %s"
    return bench.admin.execute(query, [f"{HOME}/samordnare"]).fetchone()[0]


def test_nobody_puts_the_own_account_into_a_team(bench):
    stranger = bench.world.people["handler", "same_unit"]
    team = teams(bench)
    with bench.acting("web", context(stranger)):
        assert bench.counted("cases_case") == 0
        join = "insert into app.accounts_user_groups (user_id, group_id) values (%s, %s)"
        assert refused(bench, join, stranger.pk, team)
        assert bench.counted("cases_case") == 0


def test_nobody_changes_a_role_without_a_context(bench):
    stranger = bench.world.people["coordinator", "assigned"]
    with bench.acting("web"):
        assert refused(bench, "update app.accounts_user set role = 'enhetschef' where id = %s", stranger.pk)


NEW_ACCOUNT = """
    insert into app.accounts_user (id, username, handle, name, title, phone, email, role, municipality_id,
                                   is_active, password, provider_id)
    select gen_random_uuid(), 'ny@prov', 'ny', 'Ny', '', '', '', %s, municipality_id, true, %s, ''
    from app.accounts_user where id = %s"""


@pytest.mark.parametrize("who", [None, "coordinator", "manager", "system"])
def test_only_who_manages_accounts_opens_one(bench, who):
    """Twin: who loads scenarios does, by the same statement. A machine's account signs in nowhere."""
    someone = bench.world.people["handler", "assigned"]
    acting = context(bench.world.people[who, "assigned"]) if who else None
    with bench.acting("web", acting):
        assert refused(bench, NEW_ACCOUNT, "enhetschef", "!", someone.pk)
        assert refused(bench, NEW_ACCOUNT, "inlasning", "argon2$guessed", someone.pk)
    with bench.acting("web", context(bench.world.importer)):
        assert not refused(bench, NEW_ACCOUNT, "enhetschef", "!", someone.pk)


@pytest.mark.parametrize("who", [None, ("coordinator", "assigned"), ("system", "assigned")])
def test_a_password_is_chosen_by_its_owner_alone(bench, who):
    someone = bench.world.people["handler", "assigned"]
    change = "update app.accounts_user set password = 'argon2$another' where id = %s"
    with bench.acting("web", context(bench.world.people[who]) if who else None):
        assert refused(bench, change, someone.pk)
    with bench.acting("web", context(someone)):
        assert not refused(bench, change, someone.pk)


def test_nobody_moves_a_row_out_of_a_case_that_is_only_theirs_to_read(bench):
    """A handler with one case to read and another to work in makes the first one's task the second's."""
    handler, admin = bench.world.people["handler", "reading"], bench.admin
    other = admin.execute(
        "select id from app.cases_case where id <> %s limit 1", [bench.world.case]
    ).fetchone()[0]
    work = admin.execute("select id from app.auth_permission where codename = 'work_case'").fetchone()[0]
    begins = datetime.now(UTC) - timedelta(hours=1)
    grant_row(admin, other, handler.pk, "handlaggare", work, begins, None)
    task = bench.world.things["task_id"]
    with bench.acting("web", context(handler)):
        assert (
            bench.tried("update app.cases_task set note = 'x' where id = %s", [task]) == "no"
        )  # it is to read
        assert refused(bench, "update app.cases_task set case_id = %s where id = %s", other, task)


def test_only_the_coordinator_adds_a_package(bench):
    row = bench.sample["collaboration_releasepackage"]
    add = "insert into app.collaboration_releasepackage select * from jsonb_populate_record("
    add += "null::app.collaboration_releasepackage, %s)"
    changes = {"id": "00000000-0000-4000-8000-00000000000", "reference": "T-"}
    for number, (role, may) in enumerate([("coordinator", True), ("handler", False)]):
        fresh = {word: f"{value}{number}" for word, value in changes.items()}
        with bench.acting("web", context(bench.world.people[role, "assigned"])):
            assert refused(bench, add, Jsonb(row | fresh)) is not may, role


def test_a_view_that_shows_more_is_no_committed_wall(bench):
    text = bench.admin.execute("select pg_get_viewdef('portal.package'::regclass)").fetchone()[0]
    condition = "(r.closed_at IS NULL)"
    assert condition in text
    loose = text.replace(condition, "true")
    bench.admin.execute(f"create or replace view portal.package with (security_barrier) as {loose}")
    bench.admin.execute("set local search_path = ''")
    found = {
        f"{kind} {row[0]}"
        for kind, query in catalog.QUERIES.items()
        for row in bench.admin.execute(query.replace("%%", "%")).fetchall()
    }
    assert found != set(catalog.committed())
