"""The second wall asked in SQL, table by table, against the policy's letters: what each login and each person
can select, insert, change and delete. Fast and fixed, so that it can be run for every hole made on purpose.

One administrator's connection plays every login (`set session authorization`), inside one transaction.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from avhopp.access.context import context_key, signed
from avhopp.accounts.models import User
from tests.proof import oracle
from tests.proof.oracle import MATRIX, RELATIONS, ROLES
from tests.proof.world import World

STAFF = [role for role in ROLES if role != "police"]
#: Who asks: everybody on the case, and one role in every other relation to it.
ASKING = [(role, "assigned") for role in STAFF]
ASKING += [("handler", rel) for rel in RELATIONS if rel not in ("assigned", "other_unit", "break_glass")]
WRITING = [(role, "assigned") for role in STAFF] + [("handler", "same_unit"), ("handler", "reading")]
DENIED = "42501"
#: A case comes with a grant that is written first; whoever may open a case may add a person, in any relation;
#: whoever may end a consent closes packages and makes none.
#: Of those who write in it, the roles that add rows.
FEWER_ADD = {"procurement_inquiry": ("handler",)}
#: The roles that add rows, whatever they may write.
ADDERS = {
    "cases_case": (),
    "cases_person": ("handler", "senior", "coordinator", "manager"),
    "collaboration_releasepackage": ("coordinator",),
    "invoices_invoice": ("finance",),
    "placements_apartquestion": (),  # sec.ask_apart writes them
    "invoices_invoiceline": ("finance",),
}


@dataclass(frozen=True)
class Rule:
    """A line of [table]."""

    table: str
    information: str
    need: str
    more: frozenset[str]
    less: frozenset[str]
    here: bool
    writers: frozenset[str]
    drafts: bool = False

    @property
    def is_special(self) -> bool:
        return self.information in ("own", "open")

    def shown(self, role: str, relation: str) -> bool:
        """Whether its rows of the case, or of the municipality, are there for the account."""
        if self.here:
            if relation == "other_municipality":
                return False
            return role in self.more or (
                role not in self.less and oracle.allowed(role, self.information, self.need)
            )
        return oracle.open_to(role, relation, self.information, self.need) and role not in self.less

    def writable(self, role: str, relation: str) -> bool:
        if role not in self.writers:
            return False
        return self.here or RELATIONS[relation] == oracle.WORK


@cache
def rules() -> dict[str, Rule]:
    found = {}
    for table, line in MATRIX["table"].items():
        left, _, right = line.partition(":")
        words = left.split()
        found[table] = Rule(
            table, words[0], words[1] if len(words) > 1 else "read",
            frozenset(word[1:] for word in words if word[0] == "+"),
            frozenset(word[1:] for word in words if word[0] == "-"),
            "here" in words, frozenset(right.split()), "drafts" in words,
        )  # fmt: skip
    return found


def context(user: User | uuid.UUID, login: str = "web") -> str:
    return signed(getattr(user, "pk", user), login, context_key(login), int(time.time()) + 3600)


@dataclass
class Bench:
    """The probes on one connection. Every method leaves the transaction usable."""

    admin: psycopg.Connection
    world: World
    history: dict[str, str] = field(default_factory=dict)  # history table: its table
    rows: dict[str, int] = field(default_factory=dict)  # how many the case, or the municipality, has
    sample: dict[str, dict[str, Any]] = field(default_factory=dict)  # one row that may be changed
    protected: set[str] = field(default_factory=set)
    person: Any = None
    home: Any = None
    looked_at: str = ""  # the case that a page narrows the walls to, if any

    def prepare(self) -> "Bench":
        """Count what is there, as the administrator."""
        run = self.admin.execute
        self.person, self.home = run(
            "select person_id, municipality_id from app.cases_case where id = %s", [self.world.case]
        ).fetchone()
        named = run("select tablename from pg_tables where schemaname = 'app'")
        tables = [row[0] for row in named.fetchall()]
        guarded = run("select tablename from pg_tables where schemaname = 'app' and rowsecurity")
        self.protected = {row[0] for row in guarded.fetchall()}
        for table in tables:
            app, _, model = table.partition("_historical")
            if model:
                self.history[table] = f"{app}_{model}"
        for rule in rules().values():
            for table in (rule.table, *(name for name, of in self.history.items() if of == rule.table)):
                if not rule.is_special and table in tables:
                    where = self.where(rule)
                    self.rows[table] = run(f"select count(*) from app.{table} where {where}").fetchone()[0]
            if not rule.is_special:
                self._choose(rule)
        return self

    def where(self, rule: Rule) -> str:
        """SQL: the rows that the probes are about."""
        if rule.here:
            return f"municipality_id = '{self.home}'"
        if rule.table == "cases_person":
            return f"id = '{self.person}'"
        return f"{'id' if rule.table == 'cases_case' else 'case_id'} = '{self.world.case}'"

    def _choose(self, rule: Rule) -> None:
        found = self.admin.execute(f"select to_jsonb(t) from app.{rule.table} t where {self.where(rule)}")
        for (row,) in found.fetchall():
            if "update" not in privileges("web", rule.table, is_history=False):
                self.sample[rule.table] = row  # rows of such a table are only added
                return
            try:
                with self.admin.transaction(force_rollback=True):
                    self.admin.execute(f"update app.{rule.table} set id = id where id = %s", [row["id"]])
            except psycopg.Error:
                continue  # frozen: another row
            self.sample[rule.table] = row
            return

    @contextmanager
    def acting(self, login: str, value: str = "") -> Iterator[None]:
        """Be this login, with this context, and leave no trace."""
        with self.admin.transaction(force_rollback=True):
            self.admin.execute(f"set local session authorization avhopp_{login}")
            self.admin.execute("select set_config('avhopp.actor', %s, true)", [value])
            self.admin.execute("select set_config('avhopp.cases', %s, true)", [self.looked_at])
            yield

    def counted(self, table: str) -> object:
        """How many rows there are for whoever acts; `no` without the privilege, or the error's code."""
        try:
            with self.admin.transaction():
                return self.admin.execute(f"select count(*) from app.{table}").fetchone()[0]
        except psycopg.Error as error:
            return "no" if error.sqlstate == DENIED else error.sqlstate

    def tried(self, statement: str, values: list[Any]) -> object:
        """How many rows a statement touched; `no` when refused. A constraint comes after the walls."""
        try:
            with self.admin.transaction(force_rollback=True):
                return self.admin.execute(statement, values).rowcount
        except psycopg.Error as error:
            return "no" if error.sqlstate == DENIED else 1

    def counts(self, tables: list[str]) -> dict[str, int]:
        """How many rows of each table there are for whoever acts, in one question."""
        asked = ", ".join(f"(select count(*) from app.{table})" for table in tables)
        return dict(zip(tables, self.admin.execute(f"select {asked}").fetchone(), strict=True))

    def reading_all(self) -> Iterator[str]:
        """What `reading` asks of the web process's login, of all tables at once."""
        asked = [table for table in self.rows if self.of(table)]
        for role, relation in ASKING:
            with self.acting("web", context(self.world.people[role, relation])):
                found = self.counts(asked)
            for table in asked:
                should = self.many(table, role, relation)
                if found[table] != should:
                    yield f"{table}: {role}/{relation} sees {found[table]}, should see {should}"

    def of(self, table: str) -> Rule:
        """The rule of a table, or of the table whose history it is."""
        return rules()[self.history.get(table, table)]

    def many(self, table: str, role: str, relation: str) -> int:
        """How many of the table's rows there should be for the account."""
        rule = self.of(table)
        if not rule.shown(role, relation):
            return 0
        hidden = 0
        if rule.drafts:
            others = f"{self.where(rule)} and signed_at is null and author_id <> %s"
            person = self.world.people[role, relation].pk
            hidden = self.admin.execute(
                f"select count(*) from app.{table} where {others}", [person]
            ).fetchone()[0]
        return self.rows[table] - hidden

    # ---- The probes. Each gives the complaints about one table.

    def reading(self, table: str) -> Iterator[str]:
        rule = rules().get(self.history.get(table, table))
        if rule is not None and rule.is_special:
            yield from self.strange(table)
        if rule is None or rule.is_special or table not in self.rows:
            return
        for role, relation in ASKING:
            should = self.many(table, role, relation)
            with self.acting("web", context(self.world.people[role, relation])):
                found = self.counted(table)
            if found != should:
                yield f"{table}: {role}/{relation} sees {found}, should see {should}"
        if MATRIX["login"]["worker"].get(table) == "select":
            for relation, should in (("assigned", self.rows[table]), ("same_unit", 0)):
                if rule.shown("handler", "assigned") and not rule.here:
                    person = self.world.people["handler", relation]
                    with self.acting("worker", context(person, "worker")):
                        if self.counted(table) != should:
                            yield f"{table}: the worker's {relation} handler does not see {should}"

    def strange(self, table: str) -> Iterator[str]:
        """Of a table whose rows are the acting person's own, somebody from elsewhere sees and adds none."""
        with self.acting("web", context(self.world.people["handler", "other_municipality"])):
            if self.counted(table) not in (0, "no"):
                yield f"{table}: a stranger sees rows"
            if self.tried(f"delete from app.{table}", []) not in (0, "no"):
                yield f"{table}: a stranger takes rows away"
        yield from self.added_by_a_stranger(table)

    def added_by_a_stranger(self, table: str) -> Iterator[str]:
        found = self.admin.execute(f"select to_jsonb(t) from app.{table} t limit 1").fetchone()
        if found and table not in self.history:
            row = self._fresh(table, found[0], self.world.people["handler", "other_municipality"])
            with self.acting("web", context(self.world.people["handler", "other_municipality"])):
                if self.tried(self._insert(table), [Jsonb(row)]) != "no":
                    yield f"{table}: a stranger adds a row"

    def writing(self, table: str) -> Iterator[str]:
        rule, row = rules().get(table), self.sample.get(table)
        if rule is not None and not rule.is_special and not rule.writers:
            yield from self.added_by_a_stranger(table)
        if rule is None or rule.is_special or row is None or not rule.writers:
            return
        held = privileges("web", table, is_history=False)
        changes, deletes = "update" in held, "delete" in held
        if rule.drafts:
            yield from self._drafts(table, row)
        for role, relation in WRITING:
            may, sees = rule.writable(role, relation), rule.shown(role, relation)
            adds = may if table not in ADDERS else role in ADDERS[table]
            adds = adds and role in FEWER_ADD.get(table, STAFF)
            person = self.world.people[role, relation]
            if rule.drafts:  # everybody's own; whoever writes none is asked about another's
                own = self.world.drafts.get(person.pk, row["id"])
                row = row | {"id": str(own), "author_id": str(person.pk)}
                sees = sees and person.pk in self.world.drafts
            with self.acting("web", context(person)):
                changed = self.tried(f"update app.{table} set id = id where id = %s", [row["id"]])
                if changed != ("no" if not changes else 1 if may else "no" if sees else 0):
                    yield f"{table}: {role}/{relation} changes {changed}"
                added = self.tried(self._insert(table), [Jsonb(self._fresh(table, row, person))])
                if added != (1 if adds else "no"):
                    yield f"{table}: {role}/{relation} adds {added}"
                if deletes:
                    gone = self.tried(f"delete from app.{table} where id = %s", [row["id"]])
                    if gone != (1 if may else 0):
                        yield f"{table}: {role}/{relation} deletes {gone}"

    def _drafts(self, table: str, row: dict[str, Any]) -> Iterator[str]:
        """Another's draft is neither changed, signed nor removed, and none is written in another's name."""
        person = self.world.people["handler", "co_handler"]
        mine = self.world.drafts[person.pk]
        other = self.world.drafts[self.world.people["handler", "assigned"].pk]
        sign = f"update app.{table} set signed_at = now(), signed_by_id = %s where id = %s"
        with self.acting("web", context(person)):
            for told, statement, values in (
                ("changes another's draft", f"update app.{table} set id = id where id = %s", [other]),
                ("signs another's draft", sign, [person.pk, other]),
                ("removes another's draft", f"delete from app.{table} where id = %s", [other]),
            ):
                if self.tried(statement, values) != 0:
                    yield f"{table}: {told}"
            if self.tried(sign, [row["author_id"], mine]) != "no":
                yield f"{table}: signs in another's name"
            if self.tried(self._insert(table), [Jsonb(self._fresh(table, row, person))]) != "no":
                yield f"{table}: writes in another's name"

    def _insert(self, table: str) -> str:
        return f"insert into app.{table} select * from jsonb_populate_record(null::app.{table}, %s)"

    def _fresh(self, table: str, row: dict[str, Any], person: User) -> dict[str, Any]:
        """One more row like it, as far as somebody may add one: in the own name, with no step taken."""
        fresh = row | {"id": str(uuid.uuid4())}
        if table == "collaboration_policeassessment":
            fresh |= {"registered_by_id": str(person.pk), "second_reader_id": None, "second_read_at": None}
        if table == "invoices_invoice":
            fresh |= {"registered_by_id": str(person.pk)}
        if table == "reports_monthlyreport":
            fresh |= {"requested_by_id": str(person.pk), "status": "vantar"}
        if table == "placements_apartmark":  # there is one of each pair in force
            fresh |= {"ended_on": row["made_on"], "ended_by_id": row["made_by_id"]}
        return fresh

    def privilege(self, table: str) -> Iterator[str]:
        """Every login's rights on a table are those of [login], on every column."""
        for login in MATRIX["login"]:
            held = self.admin.execute(
                "select coalesce(string_agg(p, ' ' order by p), '') from unnest(array['delete', 'insert', "
                "'references', 'select', 'trigger', 'truncate', 'update']) p "
                f"where has_table_privilege('avhopp_{login}', 'app.{table}', p)"
            ).fetchone()[0]
            should = privileges(login, table, is_history=table in self.history)
            if set(held.split()) != should:
                yield f"{table}: {login} may {held or 'nothing'}, should {sorted(should) or 'nothing'}"
            columns = self.admin.execute(
                "select coalesce(string_agg(attname, ' ' order by attname), '') from pg_attribute "
                f"where attrelid = 'app.{table}'::regclass and attnum > 0 and not attisdropped and "
                f"has_column_privilege('avhopp_{login}', attrelid, attnum, 'select')"
            ).fetchone()[0]
            listed = MATRIX["login"][login].get("columns", {}).get(table, "")
            if "select" not in should and set(columns.split()) != set(listed.split()):
                yield f"{table}: {login} selects {columns or 'nothing'}, should {listed or 'nothing'}"

    def whole(self, table: str) -> Iterator[str]:
        """The owner, the policy functions and the backup see every row; nobody does without a context."""
        if table not in self.protected:
            return
        rows = self.admin.execute(f"select count(*) from app.{table}").fetchone()[0]
        for role in ("owner", "policy", "backup"):
            with self.admin.transaction(force_rollback=True):
                self.admin.execute(f"set local role avhopp_{role}")
                if self.counted(table) != rows:
                    yield f"{table}: {role} does not see all {rows} rows"
        if rows and self.history.get(table, table) in rules():
            with self.acting("web"):
                if self.counted(table) not in (0, "no"):
                    yield f"{table}: rows without a context"

    def everything(self, table: str) -> Iterator[str]:
        yield from self.privilege(table)
        yield from self.whole(table)
        yield from self.reading(table)
        yield from self.writing(table)

    def first(self, table: str) -> str:
        """The first complaint about a table; empty when there is none."""
        return next(self.everything(table), "")


def privileges(login: str, table: str, *, is_history: bool) -> set[str]:
    """What [login] gives."""
    listed = MATRIX["login"][login]
    return set(listed.get(table, listed["history" if is_history else "usual"]).split())
