"""Ways past a wall that were open once, each as somebody who can run SQL would go it."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb

from avhopp import services
from avhopp.access import catalog
from avhopp.access.context import acting
from avhopp.accounts.models import User
from avhopp.accounts.powers import POWERS
from avhopp.kernel.plain import PlainSerializer
from tests.databases import administrator
from tests.proof.probes import Bench, context
from tests.proof.test_ways_past import NEW_ACCOUNT, refused
from tests.proof.world import AWAY, DATABASE, HOME, World, grant_row

pytestmark = pytest.mark.roles

GRANT = """
    insert into app.cases_caseusergrant
        (id, content_object_id, user_id, permission_id, kind, reason, granted_by_id, valid_from,
        ended_because)
    select gen_random_uuid(), %s, %s, p.id, %s, 'Behövs', %s, now() - interval '1 minute', ''
    from app.auth_permission p where p.codename = 'work_case'"""


@pytest.fixture
def bench(world) -> Iterator[Bench]:
    with administrator(DATABASE) as admin, admin.transaction(force_rollback=True):
        yield Bench(admin, world).prepare()


def as_login(login: str) -> psycopg.Connection:
    address = conninfo_to_dict(services.admin_url()) | {"dbname": DATABASE}
    address |= {"user": f"avhopp_{login}", "password": services.read_secret(f"db_{login}")}
    return psycopg.connect(**address)


def statements_of(login: str, connection: psycopg.Connection) -> set[str]:
    """What PostgreSQL tells a session of the other sessions of this login."""
    shown = "select query from pg_stat_activity where usename = %s and pid <> pg_backend_pid()"
    return {text for (text,) in connection.execute(shown, [f"avhopp_{login}"]).fetchall()}


def test_nobody_reads_anothers_signed_context_in_the_list_of_sessions(world):
    with transaction.atomic(), acting(world.people["handler", "assigned"]), as_login("web") as thief:
        assert not [text for text in statements_of("web", thief) if "avhopp." in text]
    with as_login("auditor") as other, as_login("auditor") as twin:  # who sets no context shows what it runs
        other.execute("select 'seen'")
        assert "select 'seen'" in statements_of("auditor", twin)


def test_a_session_that_is_copied_to_another_key_is_nobodys(world: World):
    victim, thief = (world.people["handler", where] for where in ("assigned", "other_unit"))
    page = reverse("case", args=[world.case])
    owner, browser = world.browser(victim), world.browser(thief)
    assert [owner.get(page).status_code, browser.get(page).status_code] == [200, 404]
    own, stolen = (
        hashlib.sha256(client.cookies[settings.SESSION_COOKIE_NAME].value.encode()).hexdigest()
        for client in (browser, owner)
    )
    kept = "select session_data from app.accounts_session where session_key = %s"
    change = "update app.accounts_session set session_data = %s where session_key = %s"
    with as_login("web") as sql:
        before, found = (sql.execute(kept, [key]).fetchone()[0] for key in (own, stolen))
        assert sql.execute(change, [found, own]).rowcount == 1
    try:
        assert browser.get(page).status_code != 200
    finally:
        with as_login("web") as sql:
            sql.execute(change, [before, own])


def test_nobody_gives_themselves_access_to_a_case(bench):
    world = bench.world
    coordinator, other = world.people["coordinator", "unit"], world.people["handler", "other_unit"]
    with bench.acting("web", context(coordinator)):
        row = (world.case, coordinator.pk, "medhandlaggare", coordinator.pk)
        assert refused(bench, GRANT, *row)
        assert not refused(bench, GRANT, world.case, other.pk, "medhandlaggare", coordinator.pk)
        assert refused(bench, GRANT, world.case, other.pk, "enhet", coordinator.pk)  # a team's, never ended


def test_no_case_is_opened_for_a_person_who_is_hidden(bench):
    """Twin: for a person whom the handler sees, the same statements open one."""
    world, new = bench.world, str(uuid.uuid4())
    row = bench.admin.execute(
        "select to_jsonb(c) from app.cases_case c where id = %s", [world.case]
    ).fetchone()[0]
    fresh = row | {
        "id": new, "case_no": "AVH-1999-0001", "ref": None, "received": "1999-01-01", "state": "avslutad",
        "closed": "1999-01-02", "closing_reason": "gatt_i_mal",
    }  # fmt: skip
    add = "insert into app.cases_case select * from jsonb_populate_record(null::app.cases_case, %s)"
    for relation, opens in (("same_unit", False), ("assigned", True)):
        who = world.people["handler", relation]
        with bench.acting("web", context(who)):
            assert not refused(bench, GRANT, new, who.pk, "handlaggare", who.pk)
            assert refused(bench, add, Jsonb(fresh)) is not opens, relation


def test_a_case_keeps_its_person(bench):
    who = bench.world.people["handler", "assigned"]
    other = bench.admin.execute("select id from app.cases_person where id <> %s", [bench.person]).fetchone()[
        0
    ]
    with bench.acting("web", context(who)):
        change = "update app.cases_case set person_id = %s where id = %s"
        assert refused(bench, change, other, bench.world.case)
        assert not refused(bench, change, bench.person, bench.world.case)
        renumber = "update app.cases_case set case_no = 'AVH-1999-0001' where id = %s"
        assert refused(bench, renumber, bench.world.case)  # another is opened by the number that is asked for


WITHOUT_CONTEXT = [
    "update app.accounts_municipality set is_demo = true",
    "update app.accounts_unit set name = 'x'",
    "update app.accounts_policeunit set name = 'x'",
    "update app.cases_legalprovision set valid_to = now()",
    "update app.cases_casenumber set last = last + 1",
    "update app.collaboration_legalbasis set needs_consent = false",
]


@pytest.mark.parametrize("statement", WITHOUT_CONTEXT)
def test_what_the_system_rests_on_is_changed_by_nobody_without_a_context(bench, statement):
    assert bench.admin.execute(statement).rowcount > 0
    with bench.acting("web"):
        assert refused(bench, statement)


def test_nobody_writes_an_event_in_a_case_that_is_hidden(bench):
    add = """
        insert into app.audit_event (id, at, actor_id, actor_name, municipality_id, case_id, requires, kind,
            occurred_on, text, reason)
        values (gen_random_uuid(), now(), %s, %s, %s, %s, 'see_case', 'prov', now(), 'Fri text', '')"""
    for relation, sees in (("same_unit", False), ("assigned", True)):
        who = bench.world.people["handler", relation]
        with bench.acting("web", context(who)):
            row = (who.pk, who.name, who.municipality_id, bench.world.case)
            assert refused(bench, add, *row) is not sees, relation
            assert refused(bench, add, who.pk, "Bo", *row[2:])  # the name that the timeline shows


def test_nobody_writes_a_read_of_the_police(bench):
    add = """
        insert into app.audit_readentry (id, at, actor_id, role, municipality_id, case_id, what, object_type,
            ground, source)
        values (gen_random_uuid(), now(), %s, %s, %s, %s, 'see_case', 'case', 'roll', %s)"""
    who = bench.world.people["handler", "assigned"]
    with bench.acting("web", context(who)):
        for source, goes in (("web", True), ("portal", False)):
            row = (who.pk, who.role, who.municipality_id, bench.world.case, source)
            assert refused(bench, add, *row) is not goes, source
            assert refused(bench, add, who.pk, "logggranskare", *row[2:]), source


def test_nobody_without_a_context_joins_a_team(bench):
    join = """
        insert into app.accounts_user_groups (user_id, group_id)
        select %s, id from app.auth_group where name like '%%/samordnare' limit 1"""
    alone = bench.world.people["handler", "other_unit"]
    bench.admin.execute("delete from app.accounts_user_groups where user_id = %s", [alone.pk])
    with bench.acting("web"):
        assert refused(bench, join, alone.pk)
    with bench.acting("web", context(bench.world.people["system", "assigned"])):
        assert refused(bench, join, alone.pk)  # nor one manager alone
    with bench.acting("web", context(bench.world.importer)):
        assert not refused(bench, join, alone.pk)


def test_nobody_has_power_over_another_municipalitys_accounts(bench):
    """Twin: the same statements about the own one's are carried out, for whoever loads scenarios; a manager
    of accounts ends one alone, and does the rest with a second person.
    """
    people, team = bench.world.people, "select id from app.auth_group where name like %s limit 1"
    end = "update app.accounts_user set is_active = false where id = %s"
    with bench.acting("web", context(people["system", "assigned"])):
        assert refused(bench, end, people["handler", "other_municipality"].pk)
        assert not refused(bench, end, people["handler", "other_unit"].pk)
    with bench.acting("web", context(bench.world.importer)):
        for relation, goes in (("other_municipality", False), ("other_unit", True)):
            theirs = people["handler", relation].pk
            for change, values in (
                ("update app.accounts_user set role = 'enhetschef' where id = %s", (theirs,)),
                (end, (theirs,)),
                (NEW_ACCOUNT, ("enhetschef", "!", theirs)),
            ):
                assert refused(bench, change, *values) is not goes, (relation, change)
    ours, join = people["handler", "unit"].pk, "insert into app.accounts_user_groups values (default, %s, %s)"
    bench.admin.execute("delete from app.accounts_user_groups where user_id = %s", [ours])
    other, own = (bench.admin.execute(team, [f"{code}/%"]).fetchone()[0] for code in (AWAY, HOME))
    with bench.acting("web", context(bench.world.importer)):
        assert refused(bench, join, ours, other)
        assert not refused(bench, join, ours, own)


ASK = """
    insert into app.accounts_accountrequest (id, municipality_id, kind, account, name, powers, contact,
        reason, asked_by_id, asked_at, expires_at, outcome, answer)
    values (%s, %s, %s, %s, 'A', %s, '{}', 'x', %s, now(), now() + interval '1 hour', '', '')"""
APPROVE = """
    update app.accounts_accountrequest
    set outcome = 'godkand', answered_by_id = %s, answered_at = transaction_timestamp() where id = %s"""
CODE = """
    insert into app.accounts_onetimecode (id, user_id, digest, ordered_by_id, ordered_at, valid_to)
    values (gen_random_uuid(), %s, %s, %s, now(), now() + interval '1 hour')"""
POWERFUL = """
    insert into app.accounts_user (id, handle, name, title, phone, email, password, username, role,
        municipality_id, unit_id, police_unit_id, is_active, valid_from, valid_to, provider_id)
    select %s, 'ny', 'Ny', '', '', '', '!', p.username, p.role, p.municipality_id,
        p.unit_id, p.police_unit_id, p.is_active, p.valid_from, p.valid_to, p.provider_id
    from jsonb_populate_record(null::app.accounts_user, %s) p"""
BECOMES = "update app.accounts_user set role = %s where id = %s"


def approved_by_two(bench: Bench, kind: str, account: uuid.UUID, powers: dict[str, object]) -> User:
    """What one manager of accounts asks and another approves, who is acting when it returns."""
    asks, answers = (bench.world.people["system", where] for where in ("assigned", "other_unit"))
    key = uuid.uuid4()
    be = "select set_config('avhopp.actor', %s, true)"
    bench.admin.execute(be, [context(asks)])
    assert not refused(bench, ASK, key, bench.home, kind, account, Jsonb(powers), asks.pk)
    bench.admin.execute(be, [context(answers)])
    assert not refused(bench, APPROVE, answers.pk, key)
    return answers


@pytest.mark.parametrize(("relation", "goes"), [("same_unit", True), ("other_municipality", False)])
def test_two_managers_make_no_code_to_another_municipalitys_account(bench, relation, goes):
    whose = bench.world.people["handler", relation].pk
    with bench.acting("web"):
        answers = approved_by_two(bench, "kod", whose, {})
        assert refused(bench, CODE, whose, "0" * 64, answers.pk) is not goes


@pytest.mark.parametrize(("role", "goes"), [("systemforvaltare", True), ("inlasning", False)])
def test_two_managers_make_nobody_a_machine(bench, role, goes):
    """A machine loads scenarios: whoever is one does alone what takes two."""
    known = bench.world.people["handler", "same_unit"]
    kept = "select to_jsonb(u) from app.accounts_user u where id = %s"
    (now,) = bench.admin.execute(kept, [known.pk]).fetchone()
    powers = {name: now[name] for name in POWERS} | {"role": role}
    with bench.acting("web"):
        approved_by_two(bench, "andring", known.pk, powers)
        assert refused(bench, BECOMES, role, known.pk) is not goes
    new = uuid.uuid4()
    powers |= {"username": "ny@prov", "provider_id": "subject-of-theirs", "unit_id": None}
    with bench.acting("web"):
        approved_by_two(bench, "konto", new, powers)
        assert refused(bench, POWERFUL, new, Jsonb(powers)) is not goes


def test_the_portals_cache_runs_no_code():
    """A pickle in its place is refused, whoever wrote it."""
    serializer = PlainSerializer()
    for value in ({"_auth_user_id": "a", "since": 1.5, "empty": None, "list": [1, "å"]}, 7, "text", True):
        assert serializer.loads(serializer.dumps(value) if type(value) is not int else b"7") == value
    with pytest.raises(ValueError, match=r"decode|codec|Expecting"):
        serializer.loads(b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.")


TORN = {
    "a trigger that never fires": """
        drop trigger stays on app.cases_task;
        create trigger stays before update on app.cases_task for each row when (false)
        execute function audit.refuse()""",
    "a trigger for fewer events": """
        drop trigger history on app.cases_task;
        create trigger history after insert on app.cases_task for each row
        execute function audit.write_cases_historicaltask()""",
    "a rule that swallows": "create rule quiet as on insert to app.audit_readentry do instead nothing",
    "a function among the tables": """
        create function app.peek() returns setof app.cases_case language sql security definer
        as 'select * from app.cases_case'""",
    "a function in public": """
        create function public.peek() returns bigint language sql security definer
        as 'select count(*) from app.cases_case'""",
    "a login past row security": "alter role avhopp_web bypassrls",
    "a login in the owner's place": "grant avhopp_owner to avhopp_web",
    "another superuser": "create role mallory superuser login",
    "a member of the owner": "create role mallory login; grant avhopp_owner to mallory",
    "a check less": """
        alter table app.cases_caseusergrant drop constraint nobody_gives_themselves_a_temporary_grant""",
    "an exclusion less": """
        alter table app.cases_caseusergrant drop constraint one_user_grant_of_a_kind_at_a_time""",
    "a column that need not be sealed": """
        alter table app.cases_protectedcontact drop constraint address_is_sealed""",
    "a function with the caller's path": "alter function sec.actor() reset search_path",
    "a function that may leak": "alter function sec.cases(text[]) leakproof",
    "temporary tables": f"grant temp on database {DATABASE} to avhopp_web",
    "tables in public": "grant create on schema public to avhopp_web",
    "a setting of a login": "alter role avhopp_portal set statement_timeout = 0",
    "statements shown": f"alter role avhopp_web in database {DATABASE} set track_activities = on",
    "an event trigger": """
        create function public.et() returns event_trigger language plpgsql as 'begin end';
        create event trigger et on ddl_command_end execute function public.et()""",
}


def seen(bench: Bench) -> set[str]:
    with bench.admin.transaction(force_rollback=True):
        bench.admin.execute("set local search_path = ''")
        return {
            f"{kind} {row[0]}"
            for kind, query in catalog.QUERIES.items()
            for row in bench.admin.execute(query.replace("%%", "%")).fetchall()
        }


@pytest.mark.parametrize("what", TORN)
def test_the_catalog_tells_what_was_torn(bench, what):
    assert seen(bench) == set(catalog.committed())
    with bench.admin.transaction(force_rollback=True):
        bench.admin.execute(TORN[what])
        assert seen(bench) != set(catalog.committed())


def test_another_handlers_draft_is_neither_read_nor_taken_away(bench):
    """Twin: the author reads, changes and removes it. The history of it is the author's as well."""
    author, other = (bench.world.people["handler", where] for where in ("assigned", "co_handler"))
    draft = bench.world.drafts[author.pk]
    for who, there in ((other, 0), (author, 1)):
        with bench.acting("web", context(who)):
            for table in ("cases_journalentry", "cases_historicaljournalentry"):
                found = bench.admin.execute(f"select count(*) from app.{table} where id = %s", [draft])
                assert found.fetchone() == (there,), (table, there)
            for act in ("update app.cases_journalentry set id = id", "delete from app.cases_journalentry"):
                assert bench.admin.execute(f"{act} where id = %s", [draft]).rowcount == there


def test_a_first_contact_is_never_rewritten(bench):
    """Twin: whoever works with contacts notes once that the child's safety was assessed."""
    find = "select id from app.cases_intake where case_id = %s and child_safety_assessed_on is null"
    (intake,) = bench.admin.execute(find, [bench.world.case]).fetchone()
    assess = "update app.cases_intake set child_safety_assessed_on = '2026-01-02' where id = %s"
    for role, may in (("handler", True), ("coordinator", False), ("manager", False)):
        with bench.acting("web", context(bench.world.people[role, "assigned"])):
            for column, value in (("received", "2020-01-01"), ("kind", "anmalan"), ("text", "")):
                change = f"update app.cases_intake set {column} = %s where id = %s"
                assert refused(bench, change, value, intake), (role, column)
            assert refused(bench, assess, intake) is not may, role


def test_who_opens_cases_adds_no_contact_to_one_that_has_some(bench):
    (row,) = bench.admin.execute(
        "select to_jsonb(i) from app.cases_intake i where case_id = %s", [bench.world.case]
    ).fetchone()
    add = "insert into app.cases_intake select * from jsonb_populate_record(null::app.cases_intake, %s)"
    for role, may in (("handler", True), ("senior", True), ("coordinator", False), ("manager", False)):
        with bench.acting("web", context(bench.world.people[role, "assigned"])):
            assert refused(bench, add, Jsonb(row | {"id": str(uuid.uuid4())})) is not may, role


def test_a_decision_is_never_rewritten(bench):
    """Twin: that the person was told, and that it was carried out, is written afterwards."""
    find = "select id from app.cases_decision where case_id = %s order by id limit 1"
    (decision,) = bench.admin.execute(find, [bench.world.case]).fetchone()
    with bench.acting("web", context(bench.world.people["handler", "assigned"])):
        for change in ("decided = decided - 1", "outside_framework = not outside_framework", "ref = 'x'"):
            assert refused(bench, f"update app.cases_decision set {change} where id = %s", decision), change
        for column in ("notified", "enforced"):
            change = f"update app.cases_decision set {column} = decided where id = %s"
            assert not refused(bench, change, decision)


OPENED = """
    insert into app.cases_protectedreading
        (id, case_id, asked_by_id, asked_at, reason, named, approved, used_at)
    values (gen_random_uuid(), %s, %s, now(), '', true, false, transaction_timestamp())"""


def test_where_somebody_is_stays_in_the_case(bench):
    """Twin: whoever handles both cases writes it anew where it stands."""
    handler, here, admin = bench.world.people["handler", "assigned"], bench.world.case, bench.admin
    find = "select id from app.cases_protectedcontact where case_id = %s"
    (contact,) = admin.execute(find, [here]).fetchone()
    find = "select id from app.cases_case where id <> %s and municipality_id = %s limit 1"
    (there,) = admin.execute(find, [here, bench.home]).fetchone()
    admin.execute("delete from app.cases_protectedcontact where case_id = %s", [there])
    (work,) = admin.execute("select id from app.auth_permission where codename = 'work_case'").fetchone()
    begins = datetime.now(UTC) - timedelta(hours=1)
    grant_row(admin, there, handler.pk, "handlaggare", work, begins, None)
    anew = "update app.cases_protectedcontact set case_id = %s, written_by_id = %s where id = %s"
    with bench.acting("web", context(handler)):
        for case in (here, there):
            assert not refused(bench, OPENED, case, handler.pk)
        assert refused(bench, anew, there, handler.pk, contact)
        assert not refused(bench, anew, here, handler.pk, contact)


def test_every_row_of_a_case_stays_in_it(bench):
    """But an invoice's line: it is matched, and matched again. What is never changed needs nothing."""
    moving = bench.admin.execute("""
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'app'::regnamespace and a.attname = 'case_id'
          and has_table_privilege('avhopp_web', c.oid, 'update')
          and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'stays'
                          and pg_get_triggerdef(t.oid) like '%%old.case_id%%')
        """).fetchall()
    assert moving == [("invoices_invoiceline",)]


def test_nobody_renames_an_account_without_managing_it(bench):
    whose = bench.world.people["handler", "same_unit"].pk
    others = (None, ("handler", "assigned"), ("manager", "assigned"), ("system", "other_municipality"))
    for who, may in (*((one, False) for one in others), (("system", "assigned"), True)):
        with bench.acting("web", context(bench.world.people[who]) if who else ""):
            for column in ("name", "title", "phone", "email", "handle"):
                change = f"update app.accounts_user set {column} = 'annan' where id = %s"
                assert refused(bench, change, whose) is not may, (who, column)


TEAM_GRANT = """
    insert into app.cases_casegroupgrant (id, content_object_id, group_id, permission_id, kind, reason,
        granted_by_id, valid_from, valid_to, ended_because)
    select gen_random_uuid(), %s, %s, p.id, %s, 'Behövs för beviset av väggarna', %s,
        now() - interval '1 minute', now() + interval '1 day', ''
    from app.auth_permission p where p.codename = 'work_case'"""


def team_of(bench: Bench, who: User) -> int:
    find = "select min(group_id) from app.accounts_user_groups where user_id = %s"
    return bench.admin.execute(find, [who.pk]).fetchone()[0]


def test_nobody_gives_the_own_team_what_they_may_not_give_themselves(bench):
    """A co-handler reads the journal, and a team's grant says of what kind it is. Twin: another team gets a
    grant that ends, and nobody's journal opens by it.
    """
    world, notes = bench.world, "cases_journalentry"
    coordinator, elsewhere = world.people["coordinator", "unit"], world.people["senior", "other_unit"]
    own, other = team_of(bench, coordinator), team_of(bench, elsewhere)
    with bench.acting("web", context(coordinator)):
        assert bench.counted(notes) == 0
        for kind in ("handlaggare", "medhandlaggare", "enhet", "tillfallig"):
            assert refused(bench, TEAM_GRANT, world.case, own, kind, coordinator.pk), kind
        assert bench.counted(notes) == 0
        for kind, goes in (("medhandlaggare", False), ("enhet", False), ("tillfallig", True)):
            assert refused(bench, TEAM_GRANT, world.case, other, kind, coordinator.pk) is not goes, kind


def test_no_case_is_given_to_another_municipality(bench):
    """Twin: to somebody in another unit, and to another unit's team."""
    world, theirs = (
        bench.world,
        bench.admin.execute(
            "insert into app.auth_group (name) values (%s) returning id", [f"{AWAY}/granne/socialsekreterare"]
        ).fetchone()[0],
    )
    coordinator = world.people["coordinator", "unit"]
    with bench.acting("web", context(coordinator)):
        for relation, goes in (("other_municipality", False), ("other_unit", True)):
            to = world.people["handler", relation].pk
            assert refused(bench, GRANT, world.case, to, "medhandlaggare", coordinator.pk) is not goes
        ours = team_of(bench, world.people["senior", "other_unit"])
        for team, goes in ((theirs, False), (ours, True)):
            assert refused(bench, TEAM_GRANT, world.case, team, "tillfallig", coordinator.pk) is not goes


def test_nobody_takes_a_case_from_the_teams_that_follow_it(bench):
    """Among them is the one that counts for the report. Twin: a team's temporary grant is ended."""
    world, coordinator = bench.world, bench.world.people["coordinator", "unit"]
    end = """
        update app.cases_casegroupgrant set valid_to = now(), ended_by_id = %s, ended_because = 'Behövs inte'
        where content_object_id = %s and kind = %s and group_id <> %s and ended_because = ''"""
    ours = team_of(bench, coordinator)
    other = team_of(bench, world.people["senior", "other_unit"])
    with bench.acting("web", context(coordinator)):
        assert not refused(bench, TEAM_GRANT, world.case, other, "tillfallig", coordinator.pk)
        for kind, goes in (("enhet", False), ("tillfallig", True)):
            assert refused(bench, end, coordinator.pk, world.case, kind, ours) is not goes, kind


def test_case_numbers_are_the_municipalitys_and_count_up(bench):
    find = "select count(*) from app.cases_casenumber where municipality_id = %s"
    (series,) = bench.admin.execute(find, [bench.home]).fetchone()
    count = "update app.cases_casenumber set last = {} where municipality_id = %s"
    assert series > 0
    with bench.acting("web"):
        assert bench.counted("cases_casenumber") == 0  # how many cases each municipality has opened
    people = bench.world.people
    for who, sees in (
        (("handler", "other_municipality"), False), (("handler", "same_unit"), True),
        (("finance", "unit"), False), (("system", "assigned"), False),
    ):  # fmt: skip
        with bench.acting("web", context(people[who])):
            assert bench.counted("cases_casenumber") == (series if sees else 0), who
            assert refused(bench, count.format("last + 1"), bench.home) is not sees, who
            for wrong in ("0", "last - 1", "last + 2"):
                assert refused(bench, count.format(wrong), bench.home), (who, wrong)


@pytest.mark.parametrize("table", ["municipality", "unit", "policeunit"])
def test_no_manager_of_accounts_renames_whom_a_release_is_for(bench, table):
    """Nor changes what a team is called by, in any municipality. Twin: whoever loads scenarios."""
    change = f"update app.accounts_{table} set name = name || '.'"
    for who, may in ((bench.world.people["system", "assigned"], False), (bench.world.importer, True)):
        with bench.acting("web", context(who)):
            assert refused(bench, change) is not may, who.role


def test_every_row_of_a_municipality_stays_in_it(bench):
    moving = bench.admin.execute("""
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'app'::regnamespace and a.attname = 'municipality_id'
          and has_table_privilege('avhopp_web', c.oid, 'update')
          and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'stays'
                          and pg_get_triggerdef(t.oid) like '%%old.municipality_id%%')
        """).fetchall()
    assert moving == []
    (away,) = bench.admin.execute(
        "select id from app.accounts_municipality where code = %s", [AWAY]
    ).fetchone()
    with bench.acting("web", context(bench.world.people["handler", "assigned"])):
        for table, row in (("case", bench.world.case), ("person", bench.person)):
            move = f"update app.cases_{table} set municipality_id = %s where id = %s"
            assert refused(bench, move, away, row), table
            assert not refused(bench, move, bench.home, row), table


def test_nobody_is_somebody_else_by_changing_ids(bench):
    """Two accounts' ids changed places without a context: each signed context then had the other's role, and
    in another municipality that one's budget, invoices and emergencies.
    """
    people, admin = bench.world.people, bench.admin
    mine, theirs = people["handler", "assigned"].pk, people["manager", "other_municipality"].pk
    swap = "update app.accounts_user set id = %s where id = %s"
    me = "select (sec.me()).role, sec.municipality()"
    with bench.acting("web", context(people["handler", "assigned"])):
        before = admin.execute(me).fetchone()
        admin.execute("select set_config('avhopp.actor', '', true)")
        third = uuid.uuid4()
        went = [
            refused(bench, swap, new, old) for new, old in ((third, theirs), (theirs, mine), (mine, third))
        ]
        admin.execute("select set_config('avhopp.actor', %s, true)", [context(people["handler", "assigned"])])
        assert admin.execute(me).fetchone() == before
        assert went[0]
    changing = admin.execute("""
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'app'::regnamespace and c.relkind = 'r' and a.attname = 'id'
          and has_table_privilege('avhopp_web', c.oid, 'update')
          and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'stays'
                          and pg_get_triggerdef(t.oid) like '%%old.id%%')
        """).fetchall()
    assert changing == []
