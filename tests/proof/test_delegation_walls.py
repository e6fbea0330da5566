"""The delegation order against somebody who can run SQL: what no right and no owner gets past."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.databases import administrator
from tests.proof.probes import Bench, context
from tests.proof.world import DATABASE

pytestmark = pytest.mark.roles

RULE, ORDER = "cases_delegationrule", "cases_delegationorder"


@pytest.fixture
def bench(world) -> Iterator[Bench]:
    with administrator(DATABASE) as admin, admin.transaction(force_rollback=True):
        yield Bench(admin, world).prepare()


def broken(bench: Bench, statement: str, *values: Any) -> str:
    """The rule that the statement breaks; empty when it goes through."""
    try:
        with bench.admin.transaction(force_rollback=True):
            bench.admin.execute(statement, values)
    except psycopg.Error as error:
        return error.diag.constraint_name or error.sqlstate or "?"
    return ""


def registered(bench: Bench, who: Any) -> str:
    """The id of a version that `who` registers now, for from today on."""
    return bench.admin.execute(
        f"insert into app.{ORDER} (id, municipality_id, number, decided, minutes, valid_from, "
        "registered_by_id, registered_at) values (gen_random_uuid(), %s, 99, current_date, '§ 9', "
        "(transaction_timestamp() at time zone 'Europe/Stockholm')::date, %s, transaction_timestamp()) "
        "returning id",
        [bench.home, who.pk],
    ).fetchone()[0]  # fmt: skip


def point_in(bench: Bench, order: Any) -> Jsonb:
    row = bench.sample[RULE] | {"id": "00000000-0000-4000-8000-000000000009", "point": "9", "valid_to": None}
    today = bench.admin.execute("select (now() at time zone 'Europe/Stockholm')::date::text").fetchone()[0]
    return Jsonb(row | {"order_id": str(order), "valid_from": today})


def test_nobody_whom_the_order_gives_power_registers_points_whatever_right_the_role_gets(bench):
    """The same rows, by the secretary and by a head whose role was given the secretary's right."""
    bench.admin.execute("insert into sec.role_ability values ('enhetschef', 'write_delegation', true)")
    insert = f"insert into app.{RULE} select * from jsonb_populate_record(null::app.{RULE}, %s)"
    for role, rule in (("secretary", ""), ("manager", "nobody_raises_the_own_limit")):
        who = bench.world.people[role, "assigned"]
        with bench.acting("web", context(who)):
            assert broken(bench, insert, point_in(bench, registered(bench, who))) == rule, role


def test_no_point_is_added_to_a_version_afterwards(bench):
    who = bench.world.people["secretary", "assigned"]
    old = bench.world.things["delegationorder_id"]
    insert = f"insert into app.{RULE} select * from jsonb_populate_record(null::app.{RULE}, %s)"
    with bench.acting("web", context(who)):
        assert broken(bench, insert, point_in(bench, old)) == "points_come_with_their_version"
        assert broken(bench, insert, point_in(bench, registered(bench, who))) == ""


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("max_rate = 9000", "points_are_replaced"),
        ("max_cost = 9000", "points_are_replaced"),
        ("max_days = 9000", "points_are_replaced"),
        ("outside_framework = not outside_framework", "points_are_replaced"),
        ("role = 'socialsekreterare'", "points_are_replaced"),
        ("valid_from = valid_from - 1", "points_are_replaced"),
        ("valid_to = null", "points_are_replaced"),
        ("valid_to = valid_to + 1", "points_are_replaced"),
        ("valid_to = valid_to - 1", ""),
    ],
)
def test_not_even_the_owner_changes_a_point(bench, change, rule):
    one = bench.sample[RULE]["id"]
    bench.admin.execute(f"update app.{RULE} set valid_to = valid_from + 9 where id = %s", [one])
    assert broken(bench, f"update app.{RULE} set {change} where id = %s", one) == rule


def test_another_municipalitys_order_is_neither_read_nor_ended(bench):
    who = bench.world.people["handler", "other_municipality"]
    with bench.acting("web", context(who)):
        assert bench.counted(RULE) == bench.counted(ORDER) == 0
