"""The second wall, declared: for every table who may do what, and the row-level security that says so.

Each app lists its tables in its own `walls.py` as TABLES; `setup_database` turns the list into SQL, and a
table that is missing has no privileges at all. Policies keep the fast form `id = any(array(select
sec.cases(...)))` (SECURITY.md 3.1: other forms are 70 to 700 times slower).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db.models import Model

from avhopp.access.roles import Can
from avhopp.kernel.sealing import BYTES_FORMAT, FORMAT
from avhopp.sealing.fields import SealedBytesField, SealedTextField

LOGINS = ("web", "portal", "worker", "migrator", "backup", "auditor")
ACTORS = "avhopp_web, avhopp_worker"
GRANTEES = f"{ACTORS}, avhopp_portal, avhopp_backup, avhopp_auditor, avhopp_policy"

#: One row of history per changed row, in the same transaction, with actor and reason. It names no columns, so
#: that a new one needs nothing; its statements are planned once, which is half of what a change costs.
HISTORY_WRITER = """
create or replace function audit.write_{name}() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if tg_op = 'UPDATE' and old is not distinct from new then return null; end if;
    insert into app.{name} select h.* from jsonb_populate_record(
        null::app.{name},
        to_jsonb(case when tg_op = 'DELETE' then old else new end) || jsonb_build_object(
            'history_id', gen_random_uuid(),
            'history_date', clock_timestamp(),
            'history_type', case tg_op when 'INSERT' then '+' when 'UPDATE' then '~' else '-' end,
            'history_user_id', sec.actor(),
            'history_change_reason',
            left(coalesce(nullif(current_setting('avhopp.reason', true), ''), session_user), 100)
        )
    ) h;
    return null;
end $$"""


def _quoted(rights: tuple[Can, ...]) -> str:
    return ", ".join(f"'{can.value}'" for can in rights)


def cases_for(*rights: Can) -> str:
    """SQL: the array of cases that any of these rights opens, computed once per statement."""
    return f"any (array(select sec.cases({_quoted(rights)})))"


def persons_for(*rights: Can) -> str:
    return f"any (array(select sec.persons({_quoted(rights)})))"


def municipality_for(*rights: Can) -> str:
    return f"(select sec.municipality_for({_quoted(rights)}))"


def _both(rule: str, more: str) -> str:
    return f"{rule} and {more}" if more else rule


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table and its privileges. `worker` may name columns: `select (id, start)`."""

    model: type[Model]
    web: str = "select, insert, update"
    worker: str = ""
    extra_triggers: tuple[str, ...] = ()
    in_ledger: bool = False  # rows are only added, and each is chained; history tables always are
    fixed: tuple[str, ...] = ()  # columns that no row changes, beside its case and its municipality
    within: tuple[str, ...] = ()  # columns that point at a row of the same case, by `_within`

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

    @property
    def case_column(self) -> str:
        """The column with the case that a row stays in; empty when it has none, or may come to another."""
        return ""

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
    """Rows of one case. Seen with `see`, written with any of `write`, added with any of `add`; never moved.

    `add` is given when others may add a row than change one. `only` is SQL: which of the case's rows are
    seen; `signed` is SQL: whose name may stand on what is written; `or_added` is SQL: what else may be added.
    """

    see: Can
    write: tuple[Can, ...]
    add: tuple[Can, ...] = ()
    column: str = "case_id"
    only: str = ""
    signed: str = ""
    or_added: str = ""

    @property
    def case_column(self) -> str:
        return self.column

    def row_rule(self) -> str:
        return _both(f"{self.column} = {cases_for(self.see)}", self.only)

    def insert_rule(self) -> str:
        rule = f"{self.column} = {cases_for(*(self.add or self.write))}"
        rule = f"case when {rule} then true else {self.or_added} end" if self.or_added else rule
        return _both(rule, self.signed)

    def write_rule(self) -> str:
        return _both(f"{self.column} = {cases_for(*self.write)}", self.signed)


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
    moves: bool = False  # whether a row may come to another case

    @property
    def case_column(self) -> str:
        return "case_id" if "case_id" in self.columns and not self.moves else ""

    def row_rule(self) -> str:
        return self.rows

    def insert_rule(self) -> str:
        return self.inserts

    def write_rule(self) -> str:
        return self.writes or self.inserts


#: A process that people reach changes such rows only for somebody with one of the rights that are named.
ONLY_WITH = """
create or replace function audit.only_with() returns trigger
language plpgsql set search_path = '' as $$
begin
    if current_user in ('avhopp_web', 'avhopp_worker', 'avhopp_portal') and not exists (
            select from unnest(tg_argv) as wanted where sec.able(wanted)) then
        raise exception 'only_with: % needs a right that is missing', tg_table_name
            using errcode = 'check_violation', constraint = 'changed_by_those_who_may';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$"""


def only_with(*rights: Can, on: str = "insert or update or delete") -> tuple[str, ...]:
    """Triggers for an open table, which everybody reads and few change."""
    return (
        ONLY_WITH,
        "drop trigger if exists only_with on {table}",
        f"create trigger only_with before {on} on {{table}} "
        f"for each row execute function audit.only_with({_quoted(rights)})",
    )


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
    yield from _stays(table)
    yield from _within(table)
    for statement in table.extra_triggers:
        yield statement.format(table=f"app.{table.name}")
    yield from _sealed(table.model, table.name)
    if table.in_ledger:
        yield from _chained(table.name, "id")


def _stays(table: Table) -> Iterator[str]:
    """A row stays in its case and its municipality, and keeps its id.

    The update policy asks for sight of the old row and the right to write the new:
    without this, whoever may read one case and work in another could move rows from the first to the second.
    A case itself could be given to another municipality, where emergencies and the report find it; and two
    accounts could change ids, so that each had the other's role.
    """
    fixed = [one for one in ("id", "municipality_id") if one in table.columns]
    fixed += [table.case_column, *table.fixed]
    moved = [f"old.{column} is distinct from new.{column}" for column in fixed if column]
    yield f"drop trigger if exists stays on app.{table.name}"
    if moved and "update" in table.web:
        yield (
            f"create trigger stays before update on app.{table.name} for each row "
            f"when ({' or '.join(moved)}) execute function audit.refuse()"
        )


#: The database's own references look past every wall: a row that names a hidden case's row would take its
#: place there, and be told by a unique index whether that has been taken.
WITHIN = """
create or replace function audit.within_case() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    named uuid;
    same boolean;
begin
    for place in 0 .. tg_nargs - 1 by 2 loop
        named := to_jsonb(new) ->> tg_argv[place];
        execute format('select exists (select from app.%I t where t.id = $1 and t.case_id = $2)',
                       tg_argv[place + 1]) into same using named, new.case_id;
        if named is not null and not same then
            raise exception 'within: % names what is not of its case', tg_table_name
                using errcode = 'check_violation', constraint = 'of_the_same_case';
        end if;
    end loop;
    return new;
end $$"""


def _within(table: Table) -> Iterator[str]:
    """What a row of a case names is of that case."""
    yield f"drop trigger if exists within_case on app.{table.name}"
    if table.within:
        named: dict[str, Any] = {
            one.column: one.related_model for one in table.model._meta.local_concrete_fields
        }
        arguments = ", ".join(f"'{one}', '{named[one]._meta.db_table}'" for one in table.within)
        yield WITHIN
        yield (
            f"create trigger within_case before insert or update of {', '.join(table.within)} "
            f"on app.{table.name} for each row execute function audit.within_case({arguments})"
        )


def _sealed(model: type[Model], name: str) -> Iterator[str]:
    """Nothing plain reaches a sealed column, whoever writes it. Checked once for the rows that are there."""
    for one in model._meta.local_concrete_fields:
        column = one.column
        if isinstance(one, SealedTextField):
            sealed = f"{column} = '' or {column} ~ '^{FORMAT}[.][a-z0-9]+[.][A-Za-z0-9_-]+$'"
        elif isinstance(one, SealedBytesField):
            sealed = f"encode(substring({column} from 1 for 30), 'escape') ~ '^{BYTES_FORMAT}[.][a-z0-9]+[.]'"
        else:
            continue
        checks = f"select from pg_constraint where conrelid = 'app.{name}'::regclass"
        there = f"{checks} and conname = '{column}_is_sealed'"
        add = f"alter table app.{name} add constraint {column}_is_sealed check ({sealed})"
        yield f"do $$ begin if not exists ({there}) then {add}; end if; end $$"


def _granted(privileges: str, name: str) -> str:
    return f"{privileges} on app.{name}"


def _history(table: Table) -> Iterator[str]:
    name = table.history_name
    assert name is not None
    yield HISTORY_WRITER.format(name=name)
    yield f"drop trigger if exists history on app.{table.name}"
    yield (
        f"create trigger history after insert or update or delete on app.{table.name} "
        f"for each row execute function audit.write_{name}()"
    )
    yield from _reset(name)
    yield from _guard(name)
    rule = table.history_rows if isinstance(table, RuledTable) and table.history_rows else table.row_rule()
    yield f"grant select on app.{name} to avhopp_web"
    yield f"create policy see on app.{name} for select to {ACTORS} using ({rule or 'true'})"
    yield from _sealed(table.model.history.model, name)  # type: ignore[attr-defined]
    yield from _chained(name, "history_id")


def _chained(name: str, key: str) -> Iterator[str]:
    """Rows are added and never changed; each gets its entry in the ledger, and goes only by `audit.erase`."""
    triggers = {
        "append_only": "before update or delete or truncate {on} for each statement {do} audit.refuse()",
        "only_erased": f"before delete {{on}} for each row {{do}} audit.only_erased('{key}')",
        "ledger": f"after insert {{on}} for each row {{do}} audit.enter('{key}')",
    }
    for trigger, rule in triggers.items():
        yield f"drop trigger if exists {trigger} on app.{name}"
        yield f"create trigger {trigger} " + rule.format(on=f"on app.{name}", do="execute function")
    yield f"select audit.adopt('app.{name}')"
