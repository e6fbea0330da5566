"""A database of the benchmarks' own, made as any other: roles, tables, walls."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from avhopp import services

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "avhopp_bench"


def administrator(database: str) -> psycopg.Connection:
    return psycopg.connect(**(conninfo_to_dict(services.admin_url()) | {"dbname": database}), autocommit=True)


def settle(server: psycopg.Connection) -> None:
    """What the server does by itself a while after a load: statistics, and pages known as seen by all."""
    server.execute("vacuum (analyze)")


def manage(*arguments: str) -> None:
    """Run a management command against the benchmarks' database."""
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment["AVHOPP_DATABASE"] = DATABASE
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def fresh() -> None:
    """Drop the benchmarks' database and make it again, empty and set up; the pages' files are gathered."""
    with administrator("postgres") as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE)))
    manage("setup_database")
    manage("collectstatic", "--noinput", "--verbosity", "0")
