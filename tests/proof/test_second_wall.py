"""The database alone, without the application: every table as every role, and with every bad context."""

import time
import uuid

import psycopg
import pytest
from django.apps import apps

from avhopp.access.context import context_key, signed
from avhopp.access.walls import tables
from avhopp.services import read_secret
from tests.databases import administrator
from tests.proof.probes import Bench, context, rules
from tests.proof.world import DATABASE

pytestmark = pytest.mark.roles


@pytest.fixture
def bench(world):
    with administrator(DATABASE) as admin, admin.transaction(force_rollback=True):
        yield Bench(admin, world).prepare()


def guarded() -> list[str]:
    """Every declared table with row-level security, and its history."""
    found = []
    for table in tables():
        if table.row_rule() is not None and table.web:
            found += [table.name, *([table.history_name] if table.history_name else [])]
    return found


def test_every_guarded_table_has_a_rule_in_the_matrix():
    declared = {table.name for table in tables() if table.row_rule() is not None}
    lacking = "\n".join(
        f'{name} = "<information> <read|summary> : <writers>"' for name in declared - set(rules())
    )
    assert not lacking, (
        "Tables with row-level security that the matrix does not know. Add to [table] in "
        f"tests/proof/matrix.toml, or `own` for a table whose rows are the acting person's:\n{lacking}"
    )
    assert set(rules()) <= {model._meta.db_table for model in apps.get_models()}


def test_every_table_answers_as_the_policy_says(bench):
    every = sorted(row[0] for row in bench.admin.execute(
        "select tablename from pg_tables where schemaname = 'app'").fetchall())  # fmt: skip
    assert len(every) > 70
    complaints = list(bench.reading_all())
    for table in every:
        complaints += [*bench.privilege(table), *bench.whole(table), *bench.writing(table)]
    assert not complaints, "\n".join(complaints)


def test_the_probes_have_rows_to_be_wrong_about(bench):
    empty = [table for table in rules() if not rules()[table].is_special and not bench.rows.get(table)]
    assert empty == [], "add such a row to the case in tests/proof/world.py (late_things)"
    assert [table for table, rule in rules().items() if rule.writers and table not in bench.sample] == []


def contexts(user, other) -> dict[str, str]:
    good = context(user)
    actor, login, expires, signature = good.split("|")
    now = int(time.time())
    return {
        "none": "",
        "empty parts": "|||",
        "not a context": "handler",
        "the id alone": actor,
        "without signature": f"{actor}|{login}|{expires}",
        "empty signature": f"{actor}|{login}|{expires}|",
        "signature of zeros": f"{actor}|{login}|{expires}|{'0' * 64}",
        "one digit changed": good[:-1] + ("1" if good[-1] == "0" else "0"),
        "forged key": signed(actor, "web", b"somebody else's key", now + 60),
        "another actor": good.replace(actor, str(other.pk)),
        "longer life": f"{actor}|{login}|{int(expires) + 1}|{signature}",
        "expired": signed(actor, "web", context_key("web"), now - 1),
        "expiry not a number": signed(actor, "web", context_key("web"), "aldrig"),  # type: ignore[arg-type]
        "not a uuid": signed("1 or 1=1", "web", context_key("web"), now + 60),
        "nobody's id": signed(uuid.uuid4(), "web", context_key("web"), now + 60),
        "a part too many": f"{good}|x",
        "another login's, its own key": signed(actor, "worker", context_key("worker"), now + 60),
        "another login's name, our key": signed(actor, "worker", context_key("web"), now + 60),
        "our name, another login's key": signed(actor, "web", context_key("worker"), now + 60),
        "the portal's": signed(actor, "portal", context_key("portal"), now + 60),
        "unknown login": signed(actor, "okand", context_key("web"), now + 60),
    }


def test_a_bad_context_opens_no_row_of_any_guarded_table(bench):
    """Each table is first seen to have rows for somebody in the same transaction, with a good context."""
    people = [
        bench.world.people[role, "assigned"] for role in ("handler", "coordinator", "manager", "auditor")
    ]
    people += [bench.world.people["secretary", "assigned"], bench.world.importer]
    handler, other = people[0], bench.world.people["senior", "assigned"]
    bad, asked = contexts(handler, other), guarded()
    seen: dict[str, int] = dict.fromkeys(asked, 0)
    for person in people:
        with bench.acting("web", context(person)):
            for table, count in bench.counts(asked).items():
                seen[table] = max(seen[table], count)
    blind = [
        table for table, count in seen.items()
        if not count and not rules()[bench.history.get(table, table)].is_special
    ]  # fmt: skip
    for name, value in bad.items():
        with bench.acting("web", value):
            assert {table: count for table, count in bench.counts(asked).items() if count} == {}, name
    assert len(asked) - len(blind) > 40
    assert blind == [], "add a row to the case in tests/proof/world.py (late_things)"


def test_a_context_dies_with_its_transaction_and_cannot_be_kept(bench):
    handler = bench.world.people["handler", "assigned"]
    address = psycopg.conninfo.conninfo_to_dict(bench.admin.info.dsn)
    address |= {"user": "avhopp_web", "password": read_secret("db_web")}
    with psycopg.connect(**address, autocommit=True) as web:
        count = "select count(*) from app.cases_case"
        with web.transaction():
            web.execute("select set_config('avhopp.actor', %s, true)", [context(handler)])
            assert web.execute(count).fetchone() == (1,)
            assert web.execute("select current_setting('avhopp.actor')").fetchone() != ("",)
        assert web.execute(count).fetchone() == (0,)
        with web.transaction():
            assert web.execute(count).fetchone() == (0,)
        web.execute("select set_config('avhopp.actor', %s, true)", [context(handler)])  # its own transaction
        assert web.execute(count).fetchone() == (0,)
