"""Databases of the tests' own. The first is set up as anywhere; the others are copies of it."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from avhopp import services
from avhopp.access.database import create_roles
from avhopp.settings.environment import ROOT, data_folder

TEMPLATE = "avhopp_template"
#: What a database is made from; a change in it makes the template anew.
SOURCES = ("avhopp", "cases", "placements", "collaboration", "reports")


def own_name(name: str) -> str:
    """`name`, or a name of this process's own when several run the suite side by side."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return f"{name}_{worker}" if worker else name


TEST_DATABASE = own_name("avhopp_test")


def administrator(database: str) -> psycopg.Connection:
    address = conninfo_to_dict(services.admin_url()) | {"dbname": database}
    return psycopg.connect(make_conninfo(**address), autocommit=True)


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time makes databases: they share the server's roles."""
    with (data_folder() / "databases.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fresh_database(name: str) -> None:
    """Make an empty database `name` with roles, tables and walls.

    With AVHOPP_REUSE=1 one that is there already is kept and only brought up to date.
    """
    with alone():
        if os.environ.get("AVHOPP_REUSE"):
            set_up(name)
            return
        with administrator("postgres") as server:
            template = made_template(server)
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            server.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        create_roles(name)  # what belongs to a database and not to its content


def made_template(server: psycopg.Connection) -> str:
    """The name of a template made from the sources as they are now, whole or not there at all."""
    template, half = f"{TEMPLATE}_{fingerprint()}", f"{TEMPLATE}_half"
    found = server.execute("select datname from pg_database where datname like %s", [f"{TEMPLATE}%"])
    there = {name for (name,) in found.fetchall()}
    if template not in there:
        for old in there:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(old)))
        set_up(half)
        rename = sql.SQL("alter database {} rename to {}")
        server.execute(rename.format(sql.Identifier(half), sql.Identifier(template)))
    return template


def fingerprint() -> str:
    """Changes with any program or SQL file."""
    files = sorted(
        path for part in SOURCES for end in ("py", "sql") for path in (ROOT / part).rglob(f"*.{end}")
    )
    stamps = "".join(f"{path}{path.stat().st_mtime_ns}" for path in files)
    return hashlib.sha256(stamps.encode()).hexdigest()[:12]


def set_up(name: str) -> None:
    """`manage.py setup_database`, in a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "manage.py", "setup_database"],
        env=environment | {"AVHOPP_DATABASE": name}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
