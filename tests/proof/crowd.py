"""Twenty-four accounts and many cases for the random walk, and what each kind of request should answer."""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
from django.contrib.auth.models import Group
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from avhopp.access.database import create_roles
from avhopp.accounts.models import PoliceUnit, User
from cases.actions.grants import work_permission
from cases.models import Case
from tests.databases import administrator, own_name
from tests.proof import oracle
from tests.proof.addresses import of_a_case, url
from tests.proof.expectation import answer, sees_case
from tests.proof.oracle import ROLES
from tests.proof.population import Copy, copy_cases
from tests.proof.probes import Rule, context, rules
from tests.proof.test_matrix import send
from tests.proof.walk import Book, Step, Walker
from tests.proof.world import World, acting_in_one, grant_row, insert, package, team_row

WALKED, OPEN = own_name("avhopp_proof_walk"), own_name("avhopp_proof_open")
CAST = ["handler"] * 8 + ["senior"] * 3 + ["coordinator"] * 3 + ["manager"] * 2
CAST += ["finance", "auditor", "secretary", "system"]
OFFICERS, TEAMS = 4, 4
#: Not the files: what is sealed for one document does not open as a copy of it.
PAGES = [
    address for address in oracle.addresses()
    if address.information != "public" and of_a_case(address) and address.name != "document"
]  # fmt: skip
SUBJECTS = 4 * len(PAGES)


@dataclass
class Crowd:
    """Everybody and everything of the walk, on one database."""

    world: World
    copies: list[Copy]
    staff: list[User]
    officers: list[User]
    groups: list[int]
    units: list[PoliceUnit]
    permissions: dict[bool, int]
    pattern: Case
    tables: list[tuple[Rule, int]] = field(default_factory=list)  # with how many rows each case has

    @contextmanager
    def walking(self, ways: dict[str, Callable[[Walker, int, int, int], str]]) -> Iterator[Walker]:
        """A walker at the start: no grant, no team, no package, everybody's first role."""
        with administrator(self.world.database) as admin:
            admin.execute(
                "set session_replication_role = replica"
            )  # what is frozen changes by the clock alone
            self._begin_again(admin)
            roles = dict(enumerate(CAST))
            book = Book(roles, dict.fromkeys(range(OFFICERS), 0))
            yield Walker(
                admin, [user.pk for user in self.staff], [user.pk for user in self.officers],
                [copy.case for copy in self.copies], self.groups, [unit.pk for unit in self.units],
                self.permissions, book, ways, lambda case, unit: self._package(admin, case, unit),
                partial(grant_row, admin), partial(team_row, admin),
            )  # fmt: skip

    def _begin_again(self, admin: psycopg.Connection) -> None:
        cases, people = [copy.case for copy in self.copies], [user.pk for user in self.staff]
        admin.execute("delete from app.cases_caseusergrant where content_object_id = any (%s)", [cases])
        admin.execute("delete from app.cases_casegroupgrant where content_object_id = any (%s)", [cases])
        admin.execute("delete from app.accounts_user_groups where user_id = any (%s)", [people])
        admin.execute("delete from app.collaboration_releasepackage where reference like 'P-%'")
        admin.execute(
            "update app.collaboration_releasepackage set closed_at = now(), closed_because = 'aterkallad' "
            "where closed_at is null"
        )
        for user, role in zip(self.staff, CAST, strict=True):
            admin.execute(
                "update app.accounts_user set role = %s, is_active = true, valid_to = null where id = %s",
                [ROLES[role], user.pk],
            )
        for user in self.officers:
            admin.execute(
                "update app.accounts_user set police_unit_id = %s where id = %s", [self.units[0].pk, user.pk]
            )
        self.world.browsers.clear()

    def _package(self, admin: psycopg.Connection, case: uuid.UUID, unit: uuid.UUID) -> uuid.UUID:
        at = datetime.now(UTC) - timedelta(hours=1)
        made = package(self.pattern, self.units[0], self.staff[0], at, case_id=case, recipient_id=unit)
        insert(admin, made)
        return made.pk


def gather(world: World, many: int, seed: int) -> Crowd:
    """Fill the walk's database. Call inside `on_database(WALKED)`."""
    world = replace(world, database=WALKED, browsers={}, drafts={})
    home = world.importer.municipality
    units = list(PoliceUnit.objects.filter(municipality=home).order_by("ref"))
    while len(units) < 3:
        number = len(units)
        units.append(
            PoliceUnit.objects.create(municipality=home, ref=f"p{number}", name=f"P{number}", kind="lpo")
        )
    unit = world.people["handler", "assigned"].unit
    staff = [
        User(
            username=f"walker{number}@proof", handle=f"walker{number}", name=f"Walker {number}",
            role=ROLES[role], municipality=home, unit=unit, password="!",
        )
        for number, role in enumerate(CAST)
    ]  # fmt: skip
    officers = [
        User(
            username=f"officer{number}@proof", handle=f"officer{number}", name=f"Officer {number}",
            role="polis", municipality=home, police_unit=units[0], password="!",
        )
        for number in range(OFFICERS)
    ]  # fmt: skip
    with acting_in_one(world.importer):
        for user in (*staff, *officers):
            user.save(force_insert=True)
    groups = [Group.objects.create(name=f"proof/walk{number}").pk for number in range(TEAMS)]
    work = work_permission()
    permissions = {True: work.pk, False: work.content_type.permission_set.get(codename="read_case").pk}
    copies = copy_cases(world, many, random.Random(seed))
    pattern = Case(pk=world.case, municipality=home)
    crowd = Crowd(world, copies, staff, officers, groups, units[:3], permissions, pattern)
    with administrator(WALKED) as admin:
        for table, rule in rules().items():
            if rule.is_special or rule.here or table in ("cases_person", "collaboration_releasepackage"):
                continue
            column = "id" if table == "cases_case" else "case_id"
            query = f"select count(*) from app.{table} where {column} = %s"
            query += " and signed_at is not null" if rule.drafts else ""  # the walkers have written none
            rows = admin.execute(query, [copies[0].case]).fetchone()[0]
            if rows:
                crowd.tables.append((rule, rows))
    return crowd


def copy_database(source: str, target: str) -> None:
    """A database with the content of another, which nobody may be using."""
    with administrator("postgres") as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(target)))
        server.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(target), sql.Identifier(source))
        )
    create_roles(target)


def tear_down_second_wall(database: str) -> int:
    """Row-level security off on every table. Gives how many there were."""
    with administrator(database) as admin:
        found = admin.execute("select oid::regclass::text from pg_class where relrowsecurity").fetchall()
        for (table,) in found:
            admin.execute(f"alter table {table} disable row level security")
    return len(found)


def login(name: str, database: str) -> psycopg.Connection:
    """A real connection as one of the logins."""
    address = conninfo_to_dict(services.admin_url())
    address |= {"dbname": database, "user": f"avhopp_{name}", "password": services.read_secret(f"db_{name}")}
    return psycopg.connect(**address, autocommit=True)


# ---- The kinds of request. Each gives what was wrong with the answer, or nothing.


def page(crowd: Crowd) -> Callable[[Walker, int, int, int], str]:
    """A page of the case, through the application."""

    def ask(walker: Walker, user: int, case: int, subject: int) -> str:
        address = PAGES[subject % len(PAGES)]
        method = address.methods[subject // len(PAGES) % len(address.methods)]
        book, role = walker.book, walker.book.roles[user]
        should = answer(address, method, role, book.relations(user, case))
        if address.object == "draft" and should == "in":
            should = "hidden"  # it is somebody else's: the walkers have written none
        if user in book.closed:
            should = "sign_in"
        found = _sent(crowd, walker, user, method, _url(crowd, address, case))
        walker.count(should)
        if found == should or (should == "no" and found == "hidden"):
            return ""
        relations = sorted(book.relations(user, case))
        return f"{method} {address.name} as {role} {relations}: should be {should!r}, is {found!r}"

    return ask


def _url(crowd: Crowd, address: Any, case: int) -> str:
    copy = crowd.copies[case]
    given = {}
    for word in (
        "case_id",
        *(key.split()[0] for key in crowd.world.things if key.split()[0].endswith("_id")),
    ):
        original = crowd.world.thing(word, address.object, None)
        given[word] = copy.ids.get(original, original)
    return url(crowd.world, address, None, **given)


def _sent(crowd: Crowd, walker: Walker, user: int, method: str, where: str) -> str:
    """What came of it. Another role ends a session: whoever may sign in does so again, once."""
    person = crowd.staff[user]
    person.refresh_from_db()
    if user in walker.book.closed and person.pk not in crowd.world.browsers:
        return "sign_in"  # never let in in the first place
    found = send(crowd.world.browser(person), method, where)[0]
    if found == "sign_in" and user not in walker.book.closed:
        crowd.world.browsers.pop(person.pk)
        found = send(crowd.world.browser(person), method, where)[0]
    return found


def search(crowd: Crowd) -> Callable[[Walker, int, int, int], str]:
    """The search for a case's number: a hit for whoever sees the case, and for nobody else."""

    def ask(walker: Walker, user: int, case: int, subject: int) -> str:
        person, book = crowd.staff[user], walker.book
        person.refresh_from_db()
        if user in book.closed or not oracle.allowed(book.roles[user], "own_cases", "summary"):
            return ""
        copy = crowd.copies[case]
        crowd.world.browsers.pop(person.pk, None)
        response = crowd.world.browser(person).post("/arenden/sok/", {"q": f"AVH-{copy.number}"})
        found = str(copy.case) in response.content.decode()
        should = any(sees_case(book.roles[user], relation) for relation in book.relations(user, case))
        walker.count("hit" if should else "no hit")
        return "" if found is should else f"search as {book.roles[user]}: {found}, should be {should}"

    return ask


def rows(crowd: Crowd, web: psycopg.Connection) -> Callable[[Walker, int, int, int], str]:
    """A table without any filter, in SQL, with the person's own context: the first wall is not there."""

    def ask(walker: Walker, user: int, case: int, subject: int) -> str:
        rule, many = crowd.tables[subject % len(crowd.tables)]
        book, role = walker.book, walker.book.roles[user]
        shown = any(rule.shown(role, relation) for relation in book.relations(user, case))
        should = many if shown and user not in book.closed else 0
        column = "id" if rule.table == "cases_case" else "case_id"
        with web.transaction():
            web.execute("select set_config('avhopp.actor', %s, true)", [context(crowd.staff[user])])
            query = f"select count(*) from app.{rule.table} where {column} = %s"
            found = web.execute(query, [crowd.copies[case].case]).fetchone()[0]
        walker.count("rows" if should else "no rows")
        relations = sorted(book.relations(user, case))
        return (
            "" if found == should else f"{rule.table} as {role} {relations}: {found} rows, should be {should}"
        )

    return ask


def released(crowd: Crowd, portal: psycopg.Connection) -> Callable[[Walker, int, int, int], str]:
    """The portal's list, as one of the officers: exactly what is open for the officer's unit now."""

    def ask(walker: Walker, user: int, case: int, subject: int) -> str:
        officer = user % OFFICERS
        with portal.transaction():
            value = context(crowd.officers[officer], "portal")
            portal.execute("select set_config('avhopp.actor', %s, true)", [value])
            found = {row[0] for row in portal.execute("select id from portal.package").fetchall()}
        should = {walker.packages[number] for number in walker.book.released_to(officer)}
        walker.count("released" if should else "nothing released")
        return "" if found == should else f"officer {officer} sees {len(found)}, should see {len(should)}"

    return ask


def fails(crowd: Crowd, ways: dict[str, Any]) -> Callable[[list[Step]], bool]:
    """For `shrunk`: whether a walk from the start gives a wrong answer."""

    def again(steps: list[Step]) -> bool:
        with crowd.walking(ways) as walker:
            return walker.run(steps) is not None

    return again
