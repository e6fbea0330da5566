"""The portal's database login, in SQL: what it can reach, with which context, and nothing more."""

import json
import time
from datetime import datetime

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import dict_row

from avhopp.access.context import context_key, signed
from avhopp.kernel.sealing import Sealed, unseal
from avhopp.sealing.keyfiles import unwrapped
from tests.portal.processes import connect

SOON = 3600
COLUMNS = [
    "id",
    "recipient_id",
    "reference",
    "kind",
    "provision",
    "purpose",
    "sealed_content",
    "data_key",
    "wrapped_key",
    "content_sha256",
    "released_at",
    "valid_from",
    "valid_to",
]
ACCOUNT_COLUMNS = [
    "id",
    "username",
    "handle",
    "name",
    "password",
    "valid_from",
    "valid_to",
    "is_active",
    "police_unit_id",
    "police_unit_name",
    "municipality_id",
    "municipality_name",
    "is_demo",
]


def context(actor, *, login="portal", key="portal", expires=None):
    return signed(actor, login, context_key(key), int(time.time()) + SOON if expires is None else expires)


def act(connection, value):
    connection.execute("select set_config('avhopp.actor', %s, true)", [value])


def packages(connection, value):
    act(connection, value)
    return connection.execute("select id from portal.package").fetchall()


def oracle(rows, unit, now):
    """Which rows a unit may read at a moment, said in other words than the view's."""
    allowed = {}
    for row in rows:
        begun = datetime.fromisoformat(row["valid_from"]) <= now
        over = datetime.fromisoformat(row["valid_to"]) <= now
        if row["unit"] == unit and begun and not over and not row["closed"]:
            allowed[row["id"]] = row
    return allowed


def opened(row):
    """The content, by the key that came along and the file that the portal has."""
    key = unwrapped(row["wrapped_key"], "release", row["data_key"])
    return json.loads(
        unseal(Sealed(row["sealed_content"]), key, place="releasepackage.content", row=row["id"])
    )


def test_every_unit_sees_exactly_the_rows_and_columns_of_the_oracle(portal_login, seeded):
    portal_login.row_factory = dict_row
    open_rows = 0
    for actor, unit in [
        seeded["accounts"][handle] for handle in ("lpo", "noa", "norr", "soder", "oster", "ingen")
    ]:
        act(portal_login, context(actor))
        now = portal_login.execute("select now() as now").fetchone()["now"]
        found = portal_login.execute("select * from portal.package where reference like 'X-%'").fetchall()
        expected = oracle(seeded["packages"], unit, now)
        assert {str(row["id"]) for row in found} == set(expected)
        for row in found:
            assert list(row) == COLUMNS
            wanted = expected[str(row["id"])]
            assert opened(row) == wanted["content"]
            for column in ("reference", "kind", "provision", "purpose", "content_sha256"):
                assert row[column] == wanted[column]
            for column in ("released_at", "valid_from", "valid_to"):
                assert row[column] == datetime.fromisoformat(wanted[column])
        open_rows += len(found)
        portal_login.rollback()
    assert 10 < open_rows < len(seeded["packages"]) - 10  # something to see, and something to hide


@pytest.mark.parametrize(
    ("begins", "ends", "seen"),
    [
        ("0", "1 microsecond", 1),
        ("-1 day", "0", 0),
        ("1 microsecond", "1 day", 0),
        ("-1 day", "1 microsecond", 1),
    ],
)
def test_it_ends_and_begins_at_the_very_moment(seeded, begins, ends, seen):
    actor, _ = seeded["accounts"]["ingen"]
    with connect("admin") as admin:
        admin.execute(
            "insert into app.collaboration_releasepackage"
            " select (jsonb_populate_record(r, jsonb_build_object("
            "'id', gen_random_uuid(), 'reference', 'Y-1', 'closed_at', null, 'closed_because', '',"
            "'recipient_id', (select police_unit_id from app.accounts_user where id = %(actor)s),"
            "'valid_from', now() + %(begins)s::interval, 'valid_to', now() + %(ends)s::interval))).*"
            " from app.collaboration_releasepackage r where reference = 'X-0'",
            {"actor": actor, "begins": begins, "ends": ends},
        )
        admin.execute("set local session authorization avhopp_portal")
        assert len(packages(admin, context(actor))) == seen
        admin.rollback()


def contexts(seeded):
    actor = seeded["accounts"]["dag"][0]
    good = context(actor)
    _, login, expires, signature = good.split("|")
    return {
        "none": "",
        "not a context": "dag",
        "without signature": f"{actor}|{login}|{expires}",
        "empty signature": f"{actor}|{login}|{expires}|",
        "wrong signature": f"{actor}|{login}|{expires}|{'0' * 64}",
        "another actor": good.replace(actor, seeded["accounts"]["nora"][0]),
        "prolonged": f"{actor}|{login}|{int(expires) + 1}|{signature}",
        "expired": context(actor, expires=int(time.time()) - 1),
        "expiry not a number": context(actor, expires="aldrig"),
        "not a uuid": context("1 or 1=1"),
        "one part too many": f"{good}|x",
        "the web process's key": context(actor, key="web"),
        "signed for the web process": context(actor, login="web", key="web"),
        "an unknown login": context(actor, login="okand"),
        "nobody": context("00000000-0000-4000-8000-000000000000"),
        "a coordinator": context(seeded["accounts"]["siri"][0]),
        "an account that has ended": context(seeded["accounts"]["ended"][0]),
        "an account that has not begun": context(seeded["accounts"]["later"][0]),
        "a closed account": context(seeded["accounts"]["closed"][0]),
    }


def test_no_forged_or_dead_context_opens_a_row(portal_login, seeded):
    assert packages(portal_login, context(seeded["accounts"]["dag"][0]))
    portal_login.rollback()
    assert portal_login.execute("select id from portal.package").fetchall() == []
    for name, value in contexts(seeded).items():
        assert packages(portal_login, value) == [], name
        with pytest.raises(psycopg.Error), portal_login.transaction():
            portal_login.execute("select portal.log_read(%s)", [seeded["packages"][0]["id"]])
        portal_login.rollback()


def test_a_context_dies_with_its_transaction(portal_login, seeded):
    assert packages(portal_login, context(seeded["accounts"]["dag"][0]))
    portal_login.commit()
    assert portal_login.execute("select id from portal.package").fetchall() == []


def relations(schemas=("app", "sec", "audit", "portal", "public")):
    with connect("admin") as admin:
        return admin.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = any (%s) and c.relkind in ('r', 'v', 'm', 'p', 'f', 'S') order by 1, 2",
            [list(schemas)],
        ).fetchall()


def test_no_relation_but_the_two_views_can_be_read(portal_login):
    refused = []
    for schema, name in relations():
        try:
            with portal_login.transaction():
                portal_login.execute(
                    sql.SQL("select 1 from {}.{}").format(sql.Identifier(schema), sql.Identifier(name))
                )
        except errors.InsufficientPrivilege:
            refused.append((schema, name))
    assert [one for one in relations() if one not in refused] == [
        ("portal", "account"),
        ("portal", "package"),
    ]
    assert len(refused) > 60


def test_nor_does_any_column_or_function_elsewhere_open(portal_login):
    open_columns = portal_login.execute(
        "select distinct n.nspname || '.' || c.relname"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'v', 'm', 'p')"
        " and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"
        " and has_schema_privilege(n.oid, 'usage')"
        " and has_any_column_privilege(c.oid, 'select,insert,update,references')"
        " order by 1"
    ).fetchall()
    assert open_columns == [("portal.account",), ("portal.package",)]
    functions = portal_login.execute(
        "select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname not in ('pg_catalog', 'information_schema')"
        " and has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute') order by 1"
    ).fetchall()
    assert [name for (name,) in functions] == [
        "portal.enrol", "portal.enrolment_is_open", "portal.log_read", "portal.my_factor", "portal.my_unit",
        "portal.sealing_key",
    ]  # fmt: skip


def test_the_views_have_exactly_these_columns(portal_login):
    for view, columns in {"package": COLUMNS, "account": ACCOUNT_COLUMNS}.items():
        found = portal_login.execute(sql.SQL("select * from portal.{} limit 0").format(sql.Identifier(view)))
        assert [column.name for column in found.description] == columns


def test_only_police_accounts_are_listed(portal_login, seeded):
    found = {row[0] for row in portal_login.execute("select handle from portal.account").fetchall()}
    assert found == set(seeded["accounts"]) - {"asta", "siri"}


@pytest.mark.parametrize(
    "statement",
    [
        "insert into portal.package (id) values (gen_random_uuid())",
        "update portal.package set purpose = ''",
        "delete from portal.package",
        "update portal.account set password = ''",
        "insert into app.audit_readentry (id) values (gen_random_uuid())",
        "update app.collaboration_releasepackage set purpose = ''",
        "create table portal.mine (id int)",
        "create table public.mine (id int)",
        "create temp table mine (id int)",
        "create schema mine",
        "select sec.actor()",
        "select * from sec.key",
        "select app.collaboration_releasepackage.id from app.collaboration_releasepackage",
        "set role avhopp_owner",
        "set role avhopp_policy",
        "set session authorization avhopp_web",
        "alter view portal.package owner to avhopp_portal",
        "copy portal.package to program 'cat'",
    ],
)
def test_the_login_cannot_write_name_or_become(portal_login, seeded, statement):
    act(portal_login, context(seeded["accounts"]["dag"][0]))
    with pytest.raises(
        (errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState, errors.FeatureNotSupported)
    ):
        portal_login.execute(statement)


def entries(package):
    with connect("admin") as admin:
        return admin.execute(
            "select actor_id::text, role, what, source from app.audit_readentry"
            " where object_id = %s order by at",
            [package],
        ).fetchall()


def test_the_read_log_takes_a_line_in_the_own_name_and_no_other(seeded):
    actor, unit = seeded["accounts"]["noa"]
    with connect("portal") as login:
        own = packages(login, context(actor))[0][0]
        before = entries(own)
        other = next(row["id"] for row in seeded["packages"] if row["unit"] != unit and not row["closed"])
        login.execute("select portal.log_read(%s)", [own])
        login.execute("select portal.log_read(%s, 'list_release')", [own])
        with pytest.raises(errors.NoDataFound), login.transaction():
            login.execute("select portal.log_read(%s)", [other])
        with pytest.raises(errors.InvalidParameterValue), login.transaction():
            login.execute("select portal.log_read(%s, 'see_journal')", [own])
    assert entries(own)[len(before) :] == [
        (actor, "polis", "see_release", "portal"),
        (actor, "polis", "list_release", "portal"),
    ]
    assert entries(other) == []


def test_the_view_is_a_barrier_for_leaky_conditions(portal_login, seeded):
    """A condition that raises for other units' rows is not run on them."""
    act(portal_login, context(seeded["accounts"]["ingen"][0]))
    found = portal_login.execute(
        "select id from portal.package where 1 / (length(purpose) - length(purpose)) = 1"
    )
    assert found.fetchall() == []
