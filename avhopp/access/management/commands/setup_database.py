"""Make the database what this version of the code needs: roles, tables, walls."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from avhopp.access import walls
from avhopp.access.database import create_roles, store_keys, store_roles
from avhopp.access.quick_states import quick_states

SQL = settings.BASE_DIR / "avhopp" / "access" / "sql"
LEDGER_SQL = settings.BASE_DIR / "avhopp" / "audit" / "sql" / "ledger.sql"
PORTAL_SQL = settings.BASE_DIR / "collaboration" / "portal" / "views.sql"


class Command(BaseCommand):
    help = "Creates the database roles, migrates and installs row-level security. Safe to run again."
    requires_system_checks = ()  # `migrate` runs those of the database

    def handle(self, *args: object, **options: object) -> None:
        if settings.DATABASE_LOGIN != "migrator":
            raise CommandError("setup_database runs under avhopp.settings.migrator; start it with manage.py.")
        create_roles(settings.DATABASES["default"]["NAME"])
        with quick_states():
            call_command("migrate", interactive=False, verbosity=0)
        build_walls()
        self.stdout.write("The database is ready.")


def build_walls() -> None:
    """Install functions, policies, triggers and privileges in one transaction, as declared."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('client_min_messages', 'warning', true)")
        _run(cursor, SQL / "base.sql")
        _run(cursor, LEDGER_SQL)
        _run(cursor, SQL / "accounts.sql")
        _run(cursor, SQL / "emergency.sql")
        _run(cursor, SQL / "protected.sql")
        _run(cursor, SQL / "log_review.sql")
        _run(cursor, SQL / "readers.sql")
        _run(cursor, SQL / "placements.sql")
        store_keys(cursor)
        store_roles(cursor)
        for statement in walls.statements():
            cursor.execute(statement)
        _run(cursor, PORTAL_SQL)
        _run(cursor, SQL / "grants.sql")


def _run(cursor: object, path: Path) -> None:
    cursor.execute(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
