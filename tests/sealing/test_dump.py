"""A stolen dump: 200 canaries are written into every sealed column, and none is found in it (SR-53)."""

import itertools
import subprocess
from collections.abc import Iterator

import pytest
from django.apps import apps
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from avhopp import services
from avhopp.sealing.fields import SealedTextField
from avhopp.services.binaries import binaries
from avhopp.services.places import places
from tests.sealing.conftest import DATABASE, Start

CANARIES = 200


@pytest.fixture
def dump(start: Start) -> Iterator[tuple[list[str], bytes]]:
    """The canaries that were written, and the whole database as pg_dump gives it."""
    for login in ("web", "migrator"):
        process = start("canaries.py", login)
        output, errors = process.communicate(str(CANARIES), timeout=120)
        assert process.returncode == 0, errors[-3000:]
    address = make_conninfo(**conninfo_to_dict(services.admin_url()) | {"dbname": DATABASE})
    program = binaries(places()).postgres / "pg_dump"
    done = subprocess.run([program, "--dbname", address], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return output.split("\n")[:-1], done.stdout


def test_a_dump_of_the_database_holds_no_canary_of_a_sealed_column(dump):
    lines, dumped = dump
    sealed = [line.split("\t") for line in lines]
    columns = {(table, column) for table, column, _ in sealed}
    expected = {
        (model._meta.db_table, one.column)
        for model in apps.get_models()
        for one in model._meta.local_concrete_fields
        if isinstance(one, SealedTextField) and "_historical" not in model._meta.db_table
    } | {("mfa_authenticator", "data")}
    assert columns == expected, "every sealed column got a canary"
    assert len(sealed) >= CANARIES
    assert [canary for _, _, canary in sealed if canary.encode() in dumped] == []
    assert b"KANARIENAMN" in dumped, "names are not sealed: the dump is of the database that was filled"
    written = dumped.count(b"s1.")
    assert written >= 2 * CANARIES, "the rows and their history are there, sealed"


def test_no_key_stands_in_the_dump(dump, keys_folder):
    _, dumped = dump
    secrets = itertools.chain(*(path.read_text().split() for path in keys_folder.glob("sealing_*")))
    assert [secret for secret in secrets if secret.encode() in dumped] == []
