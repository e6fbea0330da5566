"""The database's roles and schemas, made from an administrator's connection. Safe to run again."""

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from avhopp import services
from avhopp.access.context import context_key
from avhopp.access.roles import ROLES, GrantKind, Role, opened_by, opens

#: Of what a process runs PostgreSQL shows every other session of the same login, and a statement may hold a
#: signed context.
UNSEEN = {"track_activities": "off"}
LOGINS = {
    # login: (connection limit, settings)
    "migrator": (5, {}),
    "web": (60, {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s", **UNSEEN}),
    "portal": (20, {"statement_timeout": "5s", "idle_in_transaction_session_timeout": "30s", **UNSEEN}),
    "worker": (20, {"statement_timeout": "120s", **UNSEEN}),
    "auditor": (5, {"statement_timeout": "300s", "default_transaction_read_only": "on"}),
    "backup": (5, {"default_transaction_read_only": "on"}),
}
SEARCH_PATH = {"portal": "portal", "auditor": "app", "backup": "app"}
CONTEXT_LOGINS = ("web", "portal", "worker")
BLOCK = 64  # bytes in a block of SHA-256


def create_roles(name: str) -> None:
    """Roles, and the database `name` with schemas and extension, by the administrator (`services.admin_url`).

    Raises:
        psycopg.Error: when the administrator may not create roles.
    """
    admin = services.admin_url()
    with psycopg.connect(make_conninfo(admin, dbname="postgres"), autocommit=True) as server:
        _roles(server)
        if not server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            create = sql.SQL("create database {} template template0 encoding 'UTF8'")
            server.execute(create.format(sql.Identifier(name)))
    with psycopg.connect(make_conninfo(admin, dbname=name), autocommit=True) as database:
        _schemas(database, name)


def _roles(server: psycopg.Connection) -> None:
    for role in ("owner", "policy"):
        _ensure(server, f"avhopp_{role}", sql.SQL("nologin noinherit"))
    for login, (limit, _) in LOGINS.items():
        attributes = sql.SQL("login noinherit nocreaterole nocreatedb connection limit {} password {}")
        secret = services.read_secret(f"db_{login}")
        _ensure(server, f"avhopp_{login}", attributes.format(sql.Literal(limit), sql.Literal(secret)))
    server.execute("alter role avhopp_backup bypassrls")
    server.execute("grant avhopp_owner to avhopp_migrator with inherit false, set true")
    server.execute("grant avhopp_policy to avhopp_owner with inherit true, set true")


def _ensure(server: psycopg.Connection, role: str, attributes: sql.Composable) -> None:
    exists = server.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    verb = sql.SQL("alter" if exists else "create")
    server.execute(sql.SQL("{} role {} {}").format(verb, sql.Identifier(role), attributes))


def _schemas(database: psycopg.Connection, name: str) -> None:
    this = sql.Identifier(name)
    run = database.execute
    run(sql.SQL("revoke all on database {} from public").format(this))
    run("revoke all on schema public from public")
    for schema in ("app", "sec", "audit", "portal"):
        create = sql.SQL("create schema if not exists {} authorization avhopp_owner")
        run(create.format(sql.Identifier(schema)))
    run("create extension if not exists btree_gist schema app")
    for login, (_, defaults) in LOGINS.items():
        role = sql.Identifier(f"avhopp_{login}")
        run(sql.SQL("grant connect on database {} to {}").format(this, role))
        path = SEARCH_PATH.get(login, "app, sec")
        for setting, value in {**defaults, "search_path": path}.items():
            written = sql.SQL(value if setting == "search_path" else f"'{value}'")
            change = sql.SQL("alter role {} in database {} set {} = {}")
            run(change.format(role, this, sql.Identifier(setting), written))
    run(sql.SQL("alter role avhopp_migrator in database {} set role = 'avhopp_owner'").format(this))
    run("alter default privileges for role avhopp_owner revoke execute on functions from public")


def store_keys(cursor: object) -> None:
    """Give the database the HMAC pads of each login's context key (RFC 2104), and no other use of the key."""
    for login in CONTEXT_LOGINS:
        key = context_key(login).ljust(BLOCK, b"\0")
        inner, outer = (bytes(byte ^ pad for byte in key) for pad in (0x36, 0x5C))
        cursor.execute(  # type: ignore[attr-defined]
            "insert into sec.key values (%s, %s, %s) on conflict (login) "
            "do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
            [login, inner, outer],
        )


def store_roles(cursor: object) -> None:
    """Copy the roles file into the database, where the policies ask it."""
    cursor.execute("delete from sec.role_ability")  # type: ignore[attr-defined]
    rows = [(role.value, can.value, can.writes) for role, rights in ROLES.items() for can in rights]
    cursor.executemany("insert into sec.role_ability values (%s, %s, %s)", sorted(rows))  # type: ignore[attr-defined]
    cursor.execute("delete from sec.grant_ability")  # type: ignore[attr-defined]
    opened = [
        (role.value, can.value, kind.value, works)
        for role in Role for kind in GrantKind for can in opened_by(role, kind) for works in (True, False)
        if opens(role, can, kind, works=works)
    ]  # fmt: skip
    unnested = "unnest(%s::text[], %s::text[], %s::text[], %s::bool[])"
    insert = f"insert into sec.grant_ability select * from {unnested}"
    columns = [list(column) for column in zip(*sorted(opened), strict=True)]
    cursor.execute(insert, columns)  # type: ignore[attr-defined]
