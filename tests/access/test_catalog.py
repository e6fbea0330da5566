"""The database's walls are exactly the committed ones, and a process that finds otherwise does not start."""

from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from avhopp.access import catalog
from avhopp.access.walls import tables
from avhopp.checks import refuse_unless_sound
from tests.databases import TEST_DATABASE

#: Tables of libraries that hold no data of ours and that no login may touch.
UNUSED = {
    "django_migrations", "auth_group_permissions",
    "guardian_groupobjectpermission", "guardian_userobjectpermission",
}  # fmt: skip


@pytest.fixture
def owner(db) -> Iterator[psycopg.Connection]:
    """The administrator on the tests' database: the one who could tear a wall down."""
    admin = conninfo_to_dict(services.admin_url()) | {"dbname": TEST_DATABASE}
    with psycopg.connect(**admin, autocommit=True) as connection:
        yield connection


def test_the_walls_are_as_committed(db):
    assert catalog.differences() == []


def test_every_table_is_declared(db):
    models = apps.get_models(include_auto_created=True)
    declared = {table.name for table in tables()} | {table.history_name for table in tables()} | UNUSED
    assert {model._meta.db_table for model in models if model._meta.managed} <= declared


@pytest.mark.parametrize(
    ("tear", "mend", "line"),
    [
        (
            "alter table app.cases_case disable row level security",
            "alter table app.cases_case enable row level security",
            "+ security app.cases_case off forced",
        ),
        (
            "alter table app.cases_case no force row level security",
            "alter table app.cases_case force row level security",
            "+ security app.cases_case on",
        ),
        (
            "create policy loose on app.cases_case for select to avhopp_web using (true)",
            "drop policy loose on app.cases_case",
            "+ policy cases_case loose SELECT to avhopp_web",
        ),
        (
            "grant select on app.cases_journalentry to avhopp_worker",
            "revoke select on app.cases_journalentry from avhopp_worker",
            "+ privilege app.cases_journalentry avhopp_worker select",
        ),
        (
            "grant usage on schema app to avhopp_portal",
            "revoke usage on schema app from avhopp_portal",
            "+ schema app avhopp_portal usage",
        ),
        (
            "alter table app.cases_case disable trigger history",
            "alter table app.cases_case enable trigger history",
            "+ trigger cases_case history D",
        ),
    ],
)
def test_a_process_refuses_to_start_when_a_wall_is_changed(owner, monkeypatch, settings, tear, mend, line):
    """Roles belong to the whole server, where other tests run meanwhile: tests/proof tears those unseen."""
    monkeypatch.setattr("avhopp.checks.connection.close", lambda: None)
    refuse_unless_sound()
    owner.execute(tear)
    try:
        with pytest.raises(ImproperlyConfigured, match="not the committed ones"):
            refuse_unless_sound()
        assert any(found.startswith(line) for found in catalog.differences())
    finally:
        owner.execute(mend)
    refuse_unless_sound()


def test_a_process_refuses_another_login_than_its_own(db, monkeypatch, settings):
    monkeypatch.setattr("avhopp.checks.connection.close", lambda: None)
    settings.DATABASE_LOGIN = "portal"
    with pytest.raises(ImproperlyConfigured, match="as avhopp_portal, not as avhopp_web"):
        refuse_unless_sound()
