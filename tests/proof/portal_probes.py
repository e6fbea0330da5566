"""What the portal's login is shown by its two views and may log by its one function, and what bad contexts
and ended grants open: the probes of the policy functions."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from avhopp.access.context import context_key, signed
from avhopp.accounts.models import PoliceUnit, User
from tests.proof.probes import Bench, context
from tests.proof.world import HOME, insert, package

KEPT = (
    "cases_case",
    "cases_person",
    "cases_journalentry",
    "cases_task",
    "placements_provider",
    "audit_readentry",
)
#: A cheap condition that tells, by an error, that it was run on a row which nobody should have met.
TELL = (
    "create function portal.tell(text) returns boolean language plpgsql cost 0.0001 as $$ begin "
    "if $1 like 'handler.%' or $1 like 'H-%' then raise 'told' using errcode = 'P0009'; end if; "
    "return true; end $$"
)


@dataclass
class PortalBench:
    """Packages in every state for two units, and officers of both, one of them closed and one ended."""

    bench: Bench
    packages: dict[uuid.UUID, tuple[uuid.UUID, bool]] = field(default_factory=dict)  # unit, open now
    officers: dict[str, User] = field(default_factory=dict)
    units: list[PoliceUnit] = field(default_factory=list)

    def prepare(self, case: Any) -> "PortalBench":
        """Inside the bench's transaction: it is all rolled back with it."""
        admin, now, day = self.bench.admin, datetime.now(UTC), timedelta(days=1)
        admin.execute("delete from app.collaboration_releasepackage")
        self.units = list(PoliceUnit.objects.filter(municipality__code=HOME).order_by("ref")[:2])
        asta = User.objects.get(username=f"asta@{HOME}")
        states: dict[str, dict[str, Any]] = {
            "open": {},
            "over": {"valid_from": now - 2 * day, "valid_to": now - day / 1440},
            "later": {"valid_from": now + day / 24},
            "closed": {"closed_at": now, "closed_because": "aterkallad"},
        }
        for unit in self.units:
            for state, changes in states.items():
                mark = "O" if unit == self.units[0] else "H"  # the other unit's are hidden from `one`
                changes = {**changes, "reference": f"{mark}-{state}"}
                made = package(case, unit, asta, now - day / 24, **changes)
                insert(admin, made)
                self.packages[made.pk] = (unit.pk, state == "open")
        today = datetime.now(UTC).date()
        limits: dict[str, dict[str, Any]] = {
            "one": {},
            "other": {},
            "closed": {"is_active": False},
            "ended": {"valid_to": today - 2 * day},
            "later": {"valid_from": today + 2 * day},
        }
        for word, more in limits.items():
            unit = self.units[1 if word == "other" else 0]
            officer = User(
                username=f"{word}@probe", handle=f"{word}.probe", name=word, role="polis", password="!",
                municipality=case.municipality, police_unit=unit, **more,
            )  # fmt: skip
            insert(admin, officer)
            self.officers[word] = officer
        admin.execute("set constraints all immediate")  # nothing pending stands in the way of a hole
        return self

    def complaints(self) -> Iterator[str]:
        yield from self.shown()
        yield from self.logged()
        yield from self.accounts()
        yield from self.barrier()
        yield from self.reach()

    def shown(self) -> Iterator[str]:
        for word, officer in self.officers.items():
            own = officer.police_unit_id if word in ("one", "other") else None
            should = {one for one, (unit, is_open) in self.packages.items() if is_open and unit == own}
            yield from self._compare(f"officer {word}", context(officer, "portal"), should)
        staff = self.bench.world.people["coordinator", "assigned"]
        yield from self._compare("a coordinator", context(staff, "portal"), set())
        for name, value in bad_contexts(self.officers["one"]).items():
            yield from self._compare(name, value, set())

    def _compare(self, who: str, value: str, should: set[uuid.UUID]) -> Iterator[str]:
        with self.bench.acting("portal", value):
            found = self._rows("select id from portal.package")
        if found != should:
            yield f"portal.package: {who} sees {len(found)}, should see {len(should)}"

    def _rows(self, query: str) -> set[Any]:
        try:
            with self.bench.admin.transaction():
                return {row[0] for row in self.bench.admin.execute(query).fetchall()}
        except psycopg.Error as error:
            return {error.sqlstate}

    def logged(self) -> Iterator[str]:
        for one, (unit, is_open) in self.packages.items():
            with self.bench.acting("portal", context(self.officers["one"], "portal")):
                found = self.bench.tried("select portal.log_read(%s)", [one])
                may = is_open and unit == self.officers["one"].police_unit_id
                refused = self._rows(f"select portal.log_read('{one}')") == {"P0002"}
            if refused is may or found == "no":
                yield f"portal.log_read: {'refused' if refused else 'taken'}"
        with self.bench.acting("portal", context(self.officers["one"], "portal")):
            mine = next(one for one, (unit, is_open) in self.packages.items()
                        if is_open and unit == self.officers["one"].police_unit_id)  # fmt: skip
            if self._rows(f"select portal.log_read('{mine}', 'see_journal')") != {"22023"}:
                yield "portal.log_read: takes any kind of reading"

    def receipts(self) -> Iterator[str]:
        """When the police last opened a package: for whoever may see releases, and no other reading."""
        bench, opened = self.bench, datetime.now(UTC) - timedelta(hours=2)
        one, two = list(self.packages)[:2]
        entries = [
            (one, opened, "portal", "see_release"),
            (one, opened + timedelta(minutes=1), "portal", "list_release"),
            (one, opened + timedelta(minutes=2), "web", "see_release"),
            (two, opened, "portal", "see_release"),
        ]
        with bench.admin.transaction(force_rollback=True):
            for package_id, at, source, what in entries:
                bench.admin.execute(
                    "insert into app.audit_readentry (id, at, actor_id, role, municipality_id, case_id, "
                    "what, object_type, object_id, ground, source) values (gen_random_uuid(), %s, "
                    "gen_random_uuid(), 'polis', %s, %s, %s, 'releasepackage', %s, 'utlamnat', %s)",
                    [at, bench.home, bench.world.case, what, package_id, source],
                )
            for relation, should in (("assigned", [(one, opened)]), ("same_unit", [])):
                with bench.acting("web", context(bench.world.people["handler", relation])):
                    query = "select package, last_read from sec.release_reads(array[%s])"
                    found = bench.admin.execute(query, [one]).fetchall()
                if found != should:
                    yield f"sec.release_reads: {relation} gets {found}"

    def accounts(self) -> Iterator[str]:
        police = {row[0] for row in self.bench.admin.execute(
            "select id from app.accounts_user where role = 'polis'").fetchall()}  # fmt: skip
        with self.bench.acting("portal"):
            if self._rows("select id from portal.account") != police:
                yield "portal.account: others than the police"

    def barrier(self) -> Iterator[str]:
        """A condition that fails on other units' rows must not be tried on them."""
        with self.bench.acting("portal", context(self.officers["closed"], "portal")):
            query = "select id from portal.package where 1 / (length(purpose) - length(purpose)) = 1"
            if self._rows(query) != set():
                yield "portal.package: conditions run on hidden rows"
        with self.bench.admin.transaction(force_rollback=True):
            self.bench.admin.execute(TELL)
            self.bench.admin.execute("set local session authorization avhopp_portal")
            if self._rows("select portal.tell('handler.')") != {"P0009"}:
                yield "portal.tell: the probe itself does not work"
            if "P0009" in self._rows("select id from portal.account where portal.tell(handle)"):
                yield "portal.account: conditions run on hidden rows"
        with self.bench.admin.transaction(force_rollback=True):
            self.bench.admin.execute(TELL)
            self.bench.admin.execute("set local session authorization avhopp_portal")
            value = context(self.officers["one"], "portal")
            self.bench.admin.execute("select set_config('avhopp.actor', %s, true)", [value])
            for way in ("indexscan", "bitmapscan"):  # any login may set it; every row is met then
                self.bench.admin.execute(f"set local enable_{way} = off")
            if "P0009" in self._rows("select id from portal.package where portal.tell(reference)"):
                yield "portal.package: conditions run on hidden rows"

    def reach(self) -> Iterator[str]:
        """Nobody but the portal reads the portal's views."""
        for login in ("web", "worker", "auditor", "backup"):
            for view in ("package", "account"):
                query = f"select has_table_privilege('avhopp_{login}', 'portal.{view}', 'select')"
                if self._rows(query) != {False}:
                    yield f"portal.{view}: {login} reads it"


def bad_contexts(user: User) -> dict[str, str]:
    """Contexts that are not the user's own, for the portal's login."""
    actor, now, key = str(user.pk), int(time.time()), context_key("portal")
    good = signed(actor, "portal", key, now + 600)
    return {
        "no context": "",
        "forged": signed(actor, "portal", b"another key", now + 600),
        "expired": signed(actor, "portal", key, now - 1),
        "another login's": signed(actor, "web", context_key("web"), now + 600),
        "a part too many": f"{good}|x",
        "a part too few": good.rsplit("|", 1)[0],
        "not a uuid": signed(actor[:-1], "portal", key, now + 600),
        "no number": signed(actor, "portal", key, "aldrig"),  # type: ignore[arg-type]
    }


def function_complaints(bench: Bench, portal: PortalBench) -> Iterator[str]:
    """The policy functions: what grants, accounts, rights and contexts open, on tables that lean on them."""
    yield from portal.complaints()
    yield from portal.receipts()
    handler = bench.world.people["handler", "assigned"]
    admin = bench.admin
    for word, change in (
        ("closed", "is_active = false"),
        ("ended", "valid_to = current_date - 2"),
        ("not begun", "valid_from = current_date + 2"),
    ):
        with admin.transaction(force_rollback=True):
            admin.execute(f"update app.accounts_user set {change} where id = %s", [handler.pk])
            with bench.acting("web", context(handler)):
                if bench.counted("cases_case") != 0:
                    yield f"an account that is {word} sees cases"
    now = int(time.time())
    others = {
        "expired": signed(handler.pk, "web", context_key("web"), now - 1),
        "forged": signed(handler.pk, "web", b"another key", now + 600),
        "the worker's": signed(handler.pk, "worker", context_key("worker"), now + 600),
        "a part too many": f"{context(handler)}|x",
        "no number": signed(handler.pk, "web", context_key("web"), "aldrig"),  # type: ignore[arg-type]
        "no uuid": signed("handler", "web", context_key("web"), now + 600),
    }
    for word, value in others.items():
        with bench.acting("web", value):
            if bench.counted("cases_case") != 0:
                yield f"a context that is {word} opens cases"
    yield from duplicate_complaints(bench)
    yield from asked_directly(bench)
    yield from grant_complaints(bench)
    narrowed = f"{{{bench.world.case}}}"
    yield from grant_complaints(replace(bench, looked_at=narrowed))


def grant_complaints(bench: Bench) -> Iterator[str]:
    """What the grants of persons and teams open, of all cases or of those that a page looks at."""
    yield from team_complaints(bench)
    for table in KEPT:
        yield from bench.reading(table)
        yield from bench.writing(table)


def team_complaints(bench: Bench) -> Iterator[str]:
    """A team's grant that has ended or not begun, and one to read, open as little as a person's."""
    member, admin = bench.world.people["handler", "unit"], bench.admin
    case = bench.world.case
    read = "(select id from app.auth_permission where codename = 'read_case')"
    changes = {
        "ended": ("valid_from = now() - interval '2 days', valid_to = now() - interval '1 day'", 0, 0),
        "not begun": ("valid_from = now() + interval '1 day'", 0, 0),
        "to read": (f"permission_id = {read}", 1, "no"),
    }
    for word, (change, sees, writes) in changes.items():
        with admin.transaction(force_rollback=True):
            admin.execute("alter table app.cases_casegroupgrant disable trigger user")
            admin.execute(
                f"update app.cases_casegroupgrant set {change} where content_object_id = %s", [case]
            )
            with bench.acting("web", context(member)):
                if bench.counted("cases_case") != sees:
                    yield f"a team's grant that is {word}: the case is {'hidden' if sees else 'seen'}"
                changed = bench.tried("update app.cases_case set id = id where id = %s", [case])
                if changed != writes:
                    yield f"a team's grant that is {word}: changes {changed}"


def duplicate_complaints(bench: Bench) -> Iterator[str]:
    """A flag is raised by whoever may see the newer person, for the same number in the same municipality."""
    admin, number = bench.admin, "199001012384"
    with admin.transaction(force_rollback=True):
        admin.execute("alter table app.cases_person disable trigger user")
        for (check,) in admin.execute("select conname from pg_constraint where contype = 'c' and "
                                      "conrelid = 'app.cases_person'::regclass").fetchall():  # fmt: skip
            admin.execute(f"alter table app.cases_person drop constraint {check}")
        admin.execute("delete from app.cases_duplicateflag")
        others = [row[0] for row in admin.execute(
            "select id from app.cases_person where id <> %s limit 3", [bench.person]).fetchall()]  # fmt: skip
        away = "(select id from app.accounts_municipality where id <> %s limit 1)"
        admin.execute("update app.cases_person set identity_index = null")
        admin.execute("update app.cases_person set identity_index = %s where id = any (%s)",
                      [number, [bench.person, *others[:2]]])  # fmt: skip
        admin.execute(f"update app.cases_person set municipality_id = {away} where id = %s",
                      [bench.home, others[1]])  # fmt: skip
        for relation, should in (("same_unit", []), ("assigned", [(bench.person, others[0])])):
            admin.execute("set local session authorization avhopp_web")
            value = context(bench.world.people["handler", relation])
            admin.execute("select set_config('avhopp.actor', %s, true)", [value])
            admin.execute("select sec.flag_duplicates(%s, %s)", [bench.person, number])
            admin.execute("reset session authorization")
            found = admin.execute("select newer_id, older_id from app.cases_duplicateflag").fetchall()
            if found != should:
                yield f"sec.flag_duplicates: {relation} raises {len(found)} flags"


def asked_directly(bench: Bench) -> Iterator[str]:
    """What the policy functions themselves answer to whoever may call them."""
    case = bench.world.case
    number = bench.world.things["case number"]
    questions = [
        ("select sec.able('see_read_log')", {"auditor/assigned": {True}, "handler/assigned": {False}}),
        ("select count(*) from sec.groups()", {"handler/unit": {1}, "handler/same_unit": {0}}),
        (f"select sec.is_new_case('{case}')", {"handler/assigned": {False}}),
        ("select sec.is_new_case(gen_random_uuid())", {"handler/assigned": {True}}),
        ("select sec.case_numbers('assign')", {"senior/assigned": {number}, "handler/assigned": set()}),
        (
            "select sec.handled_cases()",
            {"handler/assigned": {case}, "handler/co_handler": {case}}
            | {f"handler/{rel}": set() for rel in ("same_unit", "temporary", "expired", "revoked", "future")},
        ),
    ]
    for query, answers in questions:
        for who, should in answers.items():
            role, relation = who.split("/")
            with bench.acting("web", context(bench.world.people[role, relation])):
                found = {row[0] for row in bench.admin.execute(query).fetchall()}
            if found != should:
                yield f"{query} as {who}: {found}"
