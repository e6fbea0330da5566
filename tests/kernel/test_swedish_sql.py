"""The database makes the same sort key as Python: run in PostgreSQL itself."""

import random

import psycopg
import pytest
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.sql import Query
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from avhopp.kernel.swedish import PLACED, sort_key
from avhopp.kernel.swedish_sql import SwedishKey
from tests.databases import TEST_DATABASE

# What PostgreSQL can store: no NUL, no surrogates, nothing that Unicode has not yet assigned.
storable = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"))
names = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x24F) | st.sampled_from(PLACED + "\u0300\u030a\u0308")
)

NAMES = ["Édith", "Anna Vik", "Anna Wik", "Zorn", "Åberg", "ås", "Ädel", "ÆNGEL", "Ängsö", "Öberg", "Østby"]


@pytest.fixture
def database(request):
    if not request.config.pluginmanager.hasplugin("django"):
        pytest.skip("needs the database of pytest-django")
    return request.getfixturevalue("db")


def in_database(value: object) -> str:
    key = SwedishKey(Value(value, output_field=TextField()))
    sql, parameters = Query(None).get_compiler(connection=connection).compile(key)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", parameters)
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        *NAMES,
        PLACED,
        "A\u030asa",
        "é\u0301",
        "ÅÄÖÉåäöé",
        "{|}",
        "~\x7f\t",
        "100 % 'x' \\u0300",
        "İstanbul ǅ ẞ ﬁ",
        "Жук Ωμέγα 한국",
    ],
)
@pytest.mark.usefixtures("database")
def test_the_database_makes_the_same_key(text):
    assert in_database(text) == sort_key(text)


@pytest.mark.usefixtures("database")
def test_no_text_has_no_key():
    assert in_database(None) is None


@pytest.mark.usefixtures("database")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(storable | names)
def test_the_database_makes_the_same_key_of_any_text(text):
    assert in_database(text) == sort_key(text)


@pytest.mark.usefixtures("database")
def test_the_database_sorts_as_python_does():
    shuffled = random.Random(47).sample(NAMES, len(NAMES))
    key = SwedishKey.template % {"expressions": "name"}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM unnest(%s::text[]) AS t(name) ORDER BY {key}", [shuffled])
        found = [name for (name,) in cursor.fetchall()]

    assert found == sorted(NAMES, key=sort_key)


@pytest.mark.usefixtures("database")
def test_the_key_may_stand_in_an_index():
    """Made by the administrator: no login of ours may make even a temporary table."""
    key = SwedishKey.template % {"expressions": "name"}
    last_key = SwedishKey.template % {"expressions": "%s"}
    address = conninfo_to_dict(services.admin_url()) | {"dbname": TEST_DATABASE}
    with psycopg.connect(**address, autocommit=True) as admin:
        admin.execute("CREATE TEMPORARY TABLE swedish_names (name varchar(100))")
        admin.execute(f"CREATE INDEX swedish_names_key ON swedish_names ({key})")
        admin.execute("INSERT INTO swedish_names SELECT unnest(%s::text[])", [NAMES])
        found = admin.execute(
            f"SELECT count(*) FROM swedish_names WHERE {key} > {last_key}",
            ["Zorn"] * last_key.count("%s"),
        ).fetchone()
    assert found == (sum(sort_key(name) > sort_key("Zorn") for name in NAMES),)
