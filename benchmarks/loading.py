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


def fresh(name: str) -> None:
    """Drop the database `name` and make it again, empty and set up."""
    address = conninfo_to_dict(services.admin_url()) | {"dbname": "postgres"}
    with psycopg.connect(**address, autocommit=True) as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment["AVHOPP_DATABASE"] = name
    subprocess.run([sys.executable, "manage.py", "setup_database"], cwd=ROOT, env=environment, check=True)
