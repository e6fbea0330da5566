"""Each database login can do its own work and nothing else, on a real connection."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from tests.databases import TEST_DATABASE

pytestmark = pytest.mark.roles
NO = ("42501", "25006", "55000")  # no privilege, a read-only transaction, a view that takes no writes


def connect(login: str) -> psycopg.Connection:
    address = conninfo_to_dict(services.admin_url())
    address |= {
        "dbname": TEST_DATABASE,
        "user": f"avhopp_{login}",
        "password": services.read_secret(f"db_{login}"),
    }
    return psycopg.connect(**address, autocommit=True)


REFUSED = {
    "web": [
        "alter table app.cases_case disable row level security",
        "drop policy see on app.cases_case",
        "create table app.loot (id int)",
        "create temporary table loot (id int)",
        "create function app.loot() returns int language sql as 'select 1'",
        "set role avhopp_owner",
        "set role avhopp_policy",
        "set session_replication_role = replica",
        "truncate app.cases_journalentry",
        "delete from app.cases_case",
        "update app.cases_historicalcase set state = 'aktualiserad'",
        "insert into app.cases_historicalcase (history_id) values (gen_random_uuid())",
        "update app.audit_event set text = ''",
        "delete from app.audit_readentry",
        "select * from sec.key",
        "insert into sec.role_ability values ('socialsekreterare', 'see_read_log', false)",
        "select * from portal.package",
        "select * from app.guardian_userobjectpermission",
    ],
    "worker": [
        "select name from app.cases_person",
        "select * from app.cases_person",
        "select * from app.cases_journalentry",
        "select * from app.collaboration_policeassessment",
        "select password from app.accounts_user",
        "update app.cases_case set state = 'avslutad'",
        "insert into app.placements_budgetline (id) values (gen_random_uuid())",
        "delete from app.reports_monthlyreport",
        "set role avhopp_web",
    ],
    "portal": [
        "select * from app.cases_case",
        "select count(*) from app.cases_person",
        "select * from app.collaboration_releasepackage",
        "select sec.actor()",
        "select * from sec.key",
        "select * from app.audit_readentry",
        "insert into portal.package (id) values (gen_random_uuid())",
        "update portal.account set password = ''",
        "create table portal.loot (id int)",
        "create temporary table loot (id int)",
        "set role avhopp_web",
    ],
    "migrator": ["alter role avhopp_web superuser", "create role loot"],
    "auditor": ["select * from app.cases_case"],
    "backup": ["update app.cases_case set state = 'avslutad'", "create table app.loot (id int)"],
}


@pytest.mark.parametrize(
    ("login", "statement"), [(login, s) for login, all_ in REFUSED.items() for s in all_]
)
def test_a_login_is_refused_what_is_not_its_work(db, login, statement):
    with connect(login) as connection, pytest.raises(psycopg.Error) as refusal:
        connection.execute(statement)
    assert refusal.value.sqlstate in NO


@pytest.mark.parametrize(
    ("login", "statement"),
    [
        ("web", "select count(*) from cases_case"),
        ("worker", "select id, birth_year, children_count from cases_person"),
        ("worker", "select count(*) from reports_monthlyreport"),
        ("portal", "select count(*) from package"),
        ("portal", "select count(*) from account"),
        ("backup", "select count(*) from app.cases_case"),
        ("migrator", "select count(*) from cases_case"),
    ],
)
def test_a_login_can_do_its_own_work(db, login, statement):
    with connect(login) as connection:
        connection.execute(statement).fetchall()


def test_logins_own_nothing(db):
    with connect("web") as connection:
        owned = connection.execute(
            "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner "
            "where r.rolcanlogin and r.rolname like 'avhopp%' and r.rolname <> 'avhopp_admin'"
        ).fetchone()
    assert owned == (0,)
