"""Acts in another's name, and steps that take two, that one person could do in SQL: each gone once."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from avhopp.access.walls import tables
from avhopp.audit.volume import MANY_CASES
from tests.databases import administrator
from tests.proof.probes import Bench, context
from tests.proof.test_ways_past import refused
from tests.proof.world import DATABASE, World

pytestmark = pytest.mark.roles


@pytest.fixture
def bench(world: World) -> Iterator[Bench]:
    with administrator(DATABASE) as admin, admin.transaction(force_rollback=True):
        yield Bench(admin, world).prepare()


def row_of(bench: Bench, table: str, where: str = "true") -> dict[str, Any]:
    """One of the case's rows, or of the municipality's."""
    found = bench.admin.execute(f"select to_jsonb(t) from app.{table} t where {where} limit 1").fetchone()
    return found[0]


def adds(table: str) -> str:
    return f"insert into app.{table} select * from jsonb_populate_record(null::app.{table}, %s)"


def constraint_of(bench: Bench, statement: str, *values: object) -> str:
    """The constraint that refuses a statement; empty when none does."""
    try:
        with bench.admin.transaction(force_rollback=True):
            bench.admin.execute(statement, list(values))
    except psycopg.Error as error:
        return error.diag.constraint_name or str(error)
    return ""


def test_nobody_registers_the_polices_assessment_in_anothers_name(bench):
    """Whoever did would be the second reader of what they wrote themselves."""
    coordinator, other = (bench.world.people["coordinator", one] for one in ("assigned", "co_handler"))
    table, here = "collaboration_policeassessment", f"case_id = '{bench.world.case}'"
    newest = row_of(bench, table, f"{here} order by version desc")
    fresh = newest | {
        "id": str(uuid.uuid4()), "version": newest["version"] + 1, "replaces_id": newest["id"],
        "needs_second_reading": True,
    }  # fmt: skip
    read = f"update app.{table} set second_reader_id = %s, second_read_at = now() where id = %s"
    with bench.acting("web", context(coordinator)):
        assert refused(bench, adds(table), Jsonb(fresh | {"registered_by_id": str(other.pk)}))
        assert not refused(bench, adds(table), Jsonb(fresh | {"registered_by_id": str(coordinator.pk)}))
        assert refused(bench, read, coordinator.pk, fresh["id"])


def test_a_changed_threat_level_waits_for_its_second_reader(bench):
    coordinator = bench.world.people["coordinator", "assigned"]
    table, here = "collaboration_policeassessment", f"case_id = '{bench.world.case}'"
    newest = row_of(bench, table, f"{here} order by version desc")
    changed = {"hog": "ej_bedomd"}.get(newest["threat"], "hog")
    quiet = newest | {
        "version": newest["version"] + 1, "replaces_id": newest["id"], "threat": changed,
        "needs_second_reading": False, "registered_by_id": str(coordinator.pk),
    }  # fmt: skip
    with bench.acting("web", context(coordinator)):
        for what, goes in (
            ({}, False),
            ({"replaces_id": None}, False),  # as if nothing had been assessed before
            ({"needs_second_reading": True}, True),
            ({"version": newest["version"] + 2}, False),
        ):
            row = quiet | {"id": str(uuid.uuid4())} | what
            if not goes:
                assert refused(bench, adds(table), Jsonb(row)), what
        waiting = quiet | {"id": str(uuid.uuid4()), "needs_second_reading": True}
        assert not refused(bench, adds(table), Jsonb(waiting))
        again = waiting | {
            "id": str(uuid.uuid4()), "version": waiting["version"] + 1, "replaces_id": waiting["id"],
            "needs_second_reading": False,
        }  # fmt: skip
        assert refused(bench, adds(table), Jsonb(again))


INVOICE = {"number": "F-NY", "source": "registrerad", "came_in_id": None, "state": "mottagen"}


def test_an_invoice_comes_in_received_and_in_the_own_name(bench):
    """One person could write an invoice that two others had reviewed and attested, and take it to be paid."""
    finance, manager, asta = (
        str(bench.world.people[role, "unit"].pk) for role in ("finance", "manager", "handler")
    )
    fresh = row_of(bench, "invoices_invoice") | INVOICE | {"registered_by_id": finance}
    reviewed = {"reviewed_by_id": asta, "reviewed_at": "2026-01-01", "expected": 1, "state": "granskad"}
    attested = reviewed | {"attested_by_id": manager, "attested_at": "2026-01-01", "state": "attesterad"}
    with bench.acting("web", context(uuid.UUID(finance))):
        for what, goes in (
            (reviewed, False), (attested, False), ({"registered_by_id": asta}, False),
            ({"note": fresh["note"]}, True),
        ):  # fmt: skip
            row = fresh | {"id": str(uuid.uuid4())} | what
            assert refused(bench, adds("invoices_invoice"), Jsonb(row)) is not goes, what


def test_a_line_comes_in_neither_booked_nor_seen(bench):
    finance, manager = (bench.world.people[role, "unit"].pk for role in ("finance", "manager"))
    fresh = row_of(bench, "invoices_invoiceline") | {"unit": "annat", "case_id": None, "placement_id": None}
    told = {"not_nights": fresh["text"], "not_nights_by_id": str(finance)}
    with bench.acting("web", context(finance)):
        for what, goes in (
            ({"account_string": "1|2|3|4|5"}, False), (told, False),
            (told | {"not_nights_seen_by_id": str(manager)}, False), ({}, True),
        ):  # fmt: skip
            row = fresh | {"id": str(uuid.uuid4())} | what
            assert refused(bench, adds("invoices_invoiceline"), Jsonb(row)) is not goes, what


#: What makes a copy of a stay, an assessment or a check another one.
LONG_AGO = {
    "planned_start": "1999-01-01", "start": "1999-01-01", "planned_end": "1999-01-02", "end": "1999-01-02",
    "departed": None, "end_reason": "", "version": 99, "planned": "1999-01-01",
}  # fmt: skip


def test_a_price_stays_with_the_stay_and_the_stay_with_its_decision(bench):
    """Each price is held against what its stay rests on, when it is written: neither is moved afterwards."""
    admin, handler, here = bench.admin, bench.world.people["handler", "assigned"], bench.world.case
    stay = row_of(bench, "placements_placement", f"case_id = '{here}'")
    price = row_of(bench, "placements_placementprice", f"placement_id = '{stay['id']}'")
    decision = row_of(bench, "cases_decision", f"id = '{stay['decision_id']}'")
    other_stay, other_decision = str(uuid.uuid4()), str(uuid.uuid4())
    admin.execute(adds("cases_decision"), [Jsonb(decision | {"id": other_decision, "ref": None})])
    another = stay | LONG_AGO | {"id": other_stay, "ref": None}
    admin.execute(adds("placements_placement"), [Jsonb(another)])
    with bench.acting("web", context(handler)):
        for table, column, row, other in (
            ("placements_placementprice", "placement_id", price, other_stay),
            ("placements_placement", "decision_id", stay, other_decision),
        ):
            change = f"update app.{table} set {column} = %s where id = %s"
            assert refused(bench, change, other, row["id"]), table
            assert not refused(bench, change, row[column], row["id"]), table


WITHIN = {
    (table.name, one.column): one.related_model._meta.db_table
    for table in tables()
    for one in table.model._meta.local_concrete_fields
    if one.column in table.within
}


@pytest.mark.parametrize(("table", "column"), WITHIN)
def test_a_row_names_rows_of_its_own_case_alone(bench, table, column):
    """Twin: what it names when it is of the case. The named row's place would be taken in the hidden case."""
    admin, here, target = bench.admin, bench.world.case, WITHIN[table, column]
    named = row_of(bench, target, f"case_id = '{here}'")
    (other,) = admin.execute("select id from app.cases_case where id <> %s limit 1", [here]).fetchone()
    admin.execute("set local session_replication_role = replica")
    if not admin.execute(f"select from app.{target} where case_id <> %s limit 1", [here]).fetchone():
        hidden = named | LONG_AGO | {"id": str(uuid.uuid4()), "case_id": str(other)}
        admin.execute(adds(target), [Jsonb(hidden)])
    admin.execute("set local session_replication_role = origin")
    hidden = row_of(bench, target, f"case_id <> '{here}'")
    row = row_of(bench, table, f"case_id = '{here}'") | {"id": str(uuid.uuid4())}
    for value, goes in ((hidden["id"], False), (str(uuid.uuid4()), False), (named["id"], True)):
        found = constraint_of(bench, adds(table), Jsonb(row | {column: value}))
        assert (found != "of_the_same_case") is goes, value


def test_every_reference_between_rows_of_a_case_is_held_to_it(bench):
    """By a reference of two columns, or by the trigger. `paidnight` is written by the database alone."""
    loose = bench.admin.execute("""
        select c.conrelid::regclass::text, a.attname from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.connamespace = 'app'::regnamespace and cardinality(c.conkey) = 1
          and (select count(*) from pg_attribute x where x.attrelid in (c.conrelid, c.confrelid)
               and x.attname = 'case_id' and not x.attisdropped)
              = (case when c.conrelid = c.confrelid then 1 else 2 end)
          and a.attname <> 'case_id'
          and not exists (
              select from pg_constraint w where w.conrelid = c.conrelid and w.confrelid = c.confrelid
              and w.contype = 'f' and cardinality(w.conkey) = 2 and c.conkey[1] = any (w.conkey))
        """).fetchall()
    held = {(f"app.{table}", column) for table, column in WITHIN}
    assert {one for one in loose if one not in held} == {
        ("app.cases_documentpiece", "document_id"),  # its policy asks for the document of the case
        ("app.invoices_paidnight", "line_id"),
        ("app.invoices_paidnight", "freed_by_id"),
        ("app.invoices_paidnight", "placement_id"),
    }


def test_no_alarm_is_silenced_by_an_event_of_ones_own(bench):
    """Of much reading there is one alarm a day: one that nobody sees is none."""
    handler = bench.world.people["handler", "assigned"]
    add = """
        insert into app.audit_event (id, at, actor_id, actor_name, municipality_id, requires, kind,
            occurred_on, text, reason, object_id)
        values (gen_random_uuid(), now(), %s, %s, %s, 'see_journal', %s, current_date, '', '', %s)"""
    with bench.admin.transaction(force_rollback=True):
        bench.admin.execute("set local session authorization avhopp_web")
        bench.admin.execute("select set_config('avhopp.actor', %s, true)", [context(handler)])
        own = (handler.pk, handler.name, handler.municipality_id)
        assert not refused(bench, add, *own, MANY_CASES, handler.pk)
        bench.admin.execute("set local session authorization default")
        bench.admin.execute(
            "select audit.tell_of_reading(%s, %s, 'Läste mycket', current_date)", [handler.pk, MANY_CASES]
        )
        told = "select count(*) from app.audit_event where object_id = %s and kind = %s and requires = %s"
        found = bench.admin.execute(told, [handler.pk, MANY_CASES, "see_log_review"]).fetchone()
        assert found == (1,)


def test_who_reviews_an_emergency_does_not_say_when_it_ended(bench):
    """What was read after it ended is not shown to whoever follows it up. Twin: the review itself."""
    manager = bench.world.people["manager", "unit"]
    glass = row_of(bench, "cases_emergencyaccess", "ended_at is null and reviewed_at is null")
    review = """
        update app.cases_emergencyaccess set reviewed_at = now(), reviewed_by_id = %s, verdict = 'befogad',
            review_text = 'Prövat' where id = %s"""
    end = "update app.cases_emergencyaccess set ended_at = taken_at where id = %s"
    with bench.acting("web", context(manager)):
        assert not refused(bench, review, manager.pk, glass["id"])
        assert refused(bench, end, glass["id"])
    taker = context(glass["taken_by_id"])
    with bench.acting("web", taker):
        ended = bench.admin.execute("select sec.end_break_glass(%s)", [glass["id"]]).fetchone()
        assert ended == (True,)


APPROVE = """
    update app.reports_monthlyreport set status = 'godkand', approved_by_id = %s, approved_at = now()
    where id = %s"""


def test_a_report_is_approved_by_another_than_who_prepared_it(bench):
    """In the own name, by whoever may. Twin: a manager approves what the coordinator prepared."""
    people, report = bench.world.people, bench.world.things["report_id done"]
    coordinator, manager = people["coordinator", "unit"].pk, people["manager", "unit"].pk
    prepare = "update app.reports_monthlyreport set requested_by_id = %s, views = 'Text' where id = %s"
    for who, name, goes in (
        (coordinator, coordinator, False), (coordinator, manager, False), (manager, coordinator, False),
        (people["secretary", "unit"].pk, manager, False), (manager, manager, True),
    ):  # fmt: skip
        with bench.acting("web", context(who)):
            assert refused(bench, APPROVE, name, report) is not goes, (who, name)
    with bench.acting("web", context(manager)):
        assert refused(bench, prepare, coordinator, report)
        assert refused(bench, "update app.reports_monthlyreport set views = 'x' where id = %s", report)
        with bench.admin.transaction():
            assert not refused(bench, prepare, manager, report)
            assert refused(bench, prepare, None, report)
            assert refused(bench, APPROVE, manager, report)
    done = row_of(bench, "reports_monthlyreport", f"id = '{report}'")
    done |= {"month": "2018-01-01", "as_of": "2018-02-01"}
    approved = {"status": "godkand", "approved_by_id": str(manager), "approved_at": "2018-02-02"}
    with bench.acting("web", context(coordinator)):
        for what, goes in ((approved, False), ({"requested_by_id": str(manager)}, False), ({}, True)):
            row = done | {"id": str(uuid.uuid4())} | what
            assert refused(bench, adds("reports_monthlyreport"), Jsonb(row)) is not goes, what


def test_the_committees_paragraph_is_recorded_by_its_secretary(bench):
    people, report = bench.world.people, bench.world.things["report_id approved"]
    write = (
        "update app.reports_monthlyreport set paragraph = '§ 1', paragraph_date = '2026-01-01' where id = %s"
    )
    for role, may in (("coordinator", False), ("manager", False), ("secretary", True)):
        with bench.acting("web", context(people[role, "unit"])):
            assert refused(bench, write, report) is not may, role


def test_a_place_outside_the_agreements_is_chosen_and_approved_in_the_own_names(bench):
    """Twin: one handler chooses, another approves; then nothing of it changes."""
    handler, other = (bench.world.people["handler", one].pk for one in ("assigned", "co_handler"))
    offer = row_of(bench, "procurement_offer", f"case_id = '{bench.world.case}'")
    inquiry = offer["inquiry_id"]
    bench.admin.execute(
        "update app.procurement_inquiry set chosen_id = null, chosen_on = null, chosen_by_id = null, "
        "choice_reason = '', approved_on = null, approved_by_id = null, approved_to = null where id = %s",
        [inquiry],
    )
    choose = """
        update app.procurement_inquiry set chosen_id = %s, chosen_on = current_date, chosen_by_id = %s
        where id = %s"""
    approve = """
        update app.procurement_inquiry set approved_on = current_date, approved_by_id = %s,
            approved_to = current_date + 30 where id = %s"""
    be = "select set_config('avhopp.actor', %s, true)"
    with bench.acting("web", context(handler)):
        assert refused(bench, choose, offer["id"], other, inquiry)
        assert not refused(bench, choose, offer["id"], handler, inquiry)
        assert refused(bench, approve, other, inquiry)
        assert refused(bench, approve, handler, inquiry)
        bench.admin.execute(be, [context(other)])
        assert not refused(bench, approve, other, inquiry)
        assert refused(bench, choose, offer["id"], other, inquiry)
        assert refused(bench, approve.replace("+ 30", "+ 60"), other, inquiry)
