"""The second wall, declared: for every table who may do what, and the row-level security that says so.

Each app lists its tables in its own `walls.py` as TABLES; `setup_database` turns the list into SQL, and a
table that is missing has no privileges at all. Policies keep the fast form `id = any(array(select
sec.cases(...)))` (SECURITY.md 3.1: other forms are 70 to 700 times slower).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db.models import Model

from avhopp.access.roles import Can

LOGINS = ("web", "portal", "worker", "migrator", "backup", "auditor")
ACTORS = "avhopp_web, avhopp_worker"
GRANTEES = f"{ACTORS}, avhopp_portal, avhopp_backup, avhopp_auditor, avhopp_policy"


def _quoted(rights: tuple[Can, ...]) -> str:
    return ", ".join(f"'{can.value}'" for can in rights)


def cases_for(*rights: Can) -> str:
    """SQL: the array of cases that any of these rights opens, computed once per statement."""
    return f"any (array(select sec.cases({_quoted(rights)})))"


def persons_for(*rights: Can) -> str:
    return f"any (array(select sec.persons({_quoted(rights)})))"


def municipality_for(*rights: Can) -> str:
    return f"(select sec.municipality_for({_quoted(rights)}))"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table and its privileges. `worker` may name columns: `select (id, start)`."""

    model: type[Model]
    web: str = "select, insert, update"
    worker: str = ""
    extra_triggers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def history_name(self) -> str | None:
        manager = getattr(self.model, "history", None)
        return manager.model._meta.db_table if manager is not None else None

    @property
    def columns(self) -> list[str]:
        return [column.column for column in self.model._meta.local_concrete_fields]

    def row_rule(self) -> str | None:
        """SQL: which rows may be seen; None for a table without row-level security."""
        return None

    def insert_rule(self) -> str:
        return self.row_rule() or "true"

    def write_rule(self) -> str:
        return self.insert_rule()


@dataclass(frozen=True, kw_only=True)
class OpenTable(Table):
    """No personal data of a case: reference data, accounts, sessions."""


@dataclass(frozen=True, kw_only=True)
class CaseTable(Table):
    """Rows of one case. Seen with `see`, written with any of `write`."""

    see: Can
    write: tuple[Can, ...]
    column: str = "case_id"

    def row_rule(self) -> str:
        return f"{self.column} = {cases_for(self.see)}"

    def insert_rule(self) -> str:
        return f"{self.column} = {cases_for(*self.write)}"


@dataclass(frozen=True, kw_only=True)
class MunicipalityTable(Table):
    """Rows of one municipality's operation."""

    see: tuple[Can, ...]
    write: tuple[Can, ...]

    def row_rule(self) -> str:
        return f"municipality_id = {municipality_for(*self.see)}"

    def insert_rule(self) -> str:
        return f"municipality_id = {municipality_for(*self.write)}"


@dataclass(frozen=True, kw_only=True)
class RuledTable(Table):
    """A table whose rules are written out."""

    rows: str
    inserts: str
    writes: str | None = None
    history_rows: str | None = field(default=None)

    def row_rule(self) -> str:
        return self.rows

    def insert_rule(self) -> str:
        return self.inserts

    def write_rule(self) -> str:
        return self.writes or self.inserts


def tables() -> list[Table]:
    """Every declared table of every installed app, in a stable order."""
    found: list[Table] = []
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.walls") and config.name != "avhopp.access":
            found.extend(import_module(f"{config.name}.walls").TABLES)
    return sorted(found, key=lambda table: table.name)


def statements() -> Iterator[str]:
    """The SQL that makes every table's policies, triggers and privileges what is declared here."""
    for table in tables():
        yield from _table(table)
        if table.history_name:
            yield from _history(table)


def _reset(name: str) -> Iterator[str]:
    yield f"""
        do $$ declare p record; begin
            for p in select policyname from pg_policies where schemaname = 'app' and tablename = '{name}' loop
                execute format('drop policy %I on app.%I', p.policyname, '{name}');
            end loop;
        end $$"""
    yield f"revoke all on app.{name} from {GRANTEES}"
    yield f"grant select on app.{name} to avhopp_backup, avhopp_policy"


def _guard(name: str) -> Iterator[str]:
    """Row-level security on, also for the owner; the owner and the policy functions see everything."""
    yield f"alter table app.{name} enable row level security"
    yield f"alter table app.{name} force row level security"
    yield f"create policy owner on app.{name} for all to avhopp_owner using (true) with check (true)"
    yield f"create policy functions on app.{name} for select to avhopp_policy using (true)"
    yield f"create policy backup on app.{name} for select to avhopp_backup using (true)"


def _table(table: Table) -> Iterator[str]:
    yield from _reset(table.name)
    if table.web:
        yield f"grant {_granted(table.web, table.name)} to avhopp_web"
    if table.worker:
        yield f"grant {_granted(table.worker, table.name)} to avhopp_worker"
    rule = table.row_rule()
    if rule is not None:
        yield from _guard(table.name)
        # FOR UPDATE locks ask the update policy's USING: a lock needs sight, a change the right to write.
        yield f"create policy see on app.{table.name} for select to {ACTORS} using ({rule})"
        yield (
            f"create policy add on app.{table.name} for insert to {ACTORS} with check ({table.insert_rule()})"
        )
        yield (
            f"create policy change on app.{table.name} for update to {ACTORS} "
            f"using ({rule}) with check ({table.write_rule()})"
        )
        yield f"create policy remove on app.{table.name} for delete to {ACTORS} using ({table.write_rule()})"
    for statement in table.extra_triggers:
        yield statement.format(table=f"app.{table.name}")


def _granted(privileges: str, name: str) -> str:
    return f"{privileges} on app.{name}"


def _history(table: Table) -> Iterator[str]:
    name = table.history_name
    assert name is not None
    yield f"drop trigger if exists history on app.{table.name}"
    yield (
        f"create trigger history after insert or update or delete on app.{table.name} "
        f"for each row execute function audit.write_history('{name}')"
    )
    yield from _reset(name)
    yield from _guard(name)
    rule = table.history_rows if isinstance(table, RuledTable) and table.history_rows else table.row_rule()
    yield f"grant select on app.{name} to avhopp_web"
    yield f"create policy see on app.{name} for select to {ACTORS} using ({rule or 'true'})"
    yield f"drop trigger if exists append_only on app.{name}"
    yield (
        f"create trigger append_only before update or delete or truncate on app.{name} "
        f"for each statement execute function audit.refuse()"
    )
