"""A random walk: grants, teams, roles, accounts and packages change, and between the changes people ask.

The walk is a list of plain steps made from a seed, so that it can be run again, cut and shrunk. What each
request should answer comes from the policy's letters (oracle.py) and from the walk's own book of what it has
changed; neither reads the product's rules or its tables.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.proof.oracle import ROLES

STAFF = [role for role in ROLES if role != "police"]
KINDS = {
    "assigned": ("handlaggare", True),
    "co_handler": ("medhandlaggare", True),
    "temporary": ("tillfallig", True),
    "reading": ("tillfallig", False),
    "break_glass": ("nodatkomst", False),
}
CHANGES = ["grant"] * 10 + ["end"] * 4 + ["expire", "begin_later", "join", "leave", "team", "end_team"]
CHANGES += ["role", "close_account", "end_account", "open_account"]
CHANGES += ["release", "release", "close", "run_out", "begin_package_later", "transfer"]

Step = tuple[str, tuple[Any, ...]]


@dataclass
class Book:
    """What the walk knows to be true, by numbers of users, cases, teams, units and packages."""

    roles: dict[int, str]
    units: dict[int, int]  # a police officer's unit
    grants: dict[tuple[int, int, str], str] = field(default_factory=dict)  # user, case, relation: state
    members: set[tuple[int, int]] = field(default_factory=set)  # user, team
    teams: set[tuple[int, int]] = field(default_factory=set)  # team, case
    closed: set[int] = field(default_factory=set)  # accounts that may not work now
    packages: dict[int, tuple[int, str]] = field(default_factory=dict)  # package: unit, state

    def relations(self, user: int, case: int) -> set[str]:
        """The relations in force."""
        found = {
            rel for (u, c, rel), state in self.grants.items() if (u, c) == (user, case) and state == "on"
        }
        if any((team, case) in self.teams for (u, team) in self.members if u == user):
            found.add("unit")
        return found

    def released_to(self, user: int) -> set[int]:
        """The packages open for the officer's unit."""
        return {
            p for p, (unit, state) in self.packages.items() if unit == self.units[user] and state == "open"
        }


def plan(seed: int, requests: int, ways: list[str], users: int, cases: int, subjects: int) -> list[Step]:
    """A walk of changes with `requests` requests among them; `ways` are the kinds of request."""
    chance = random.Random(seed)
    steps: list[Step] = []
    asked = 0
    near: list[tuple[int, int]] = []
    while asked < requests:
        if chance.random() < 0.35 or len(near) < 8:
            step = _change(chance, users, cases)
            if step[0] == "grant" or (step[0] in ("end", "expire") and chance.random() < 0.3):
                near = [(step[1][0], step[1][1]), *near[:40]]
            steps.append(step)
            continue
        # Mostly about what was changed lately: a stranger's hidden case is the easy question.
        user, case = (
            chance.choice(near)
            if chance.random() < 0.7
            else (chance.randrange(users), chance.randrange(cases))
        )
        steps.append((chance.choice(ways), (user, case, chance.randrange(subjects))))
        asked += 1
    return steps


def _change(chance: random.Random, users: int, cases: int) -> Step:
    kind = chance.choice(CHANGES)
    user, case, team = chance.randrange(users), chance.randrange(cases), chance.randrange(4)
    if kind in ("grant", "end", "expire", "begin_later"):
        return kind, (user, case, chance.choice(list(KINDS)))
    if kind in ("join", "leave"):
        return kind, (user, team)
    if kind in ("team", "end_team"):
        return kind, (team, case)
    if kind == "role":
        return kind, (user, chance.choice(STAFF))
    if kind in ("close_account", "end_account", "open_account"):
        return kind, (user if kind == "open_account" or chance.random() < 0.3 else 0,)
    if kind == "transfer":
        return kind, (chance.randrange(4), chance.randrange(3))
    return kind, (chance.randrange(30), chance.randrange(3), case)


@dataclass
class Walker:
    """Runs steps against a database: `admin` changes, `ask` has the kinds of request."""

    admin: Any
    users: list[uuid.UUID]  # staff first, then four police officers
    officers: list[uuid.UUID]
    cases: list[uuid.UUID]
    groups: list[int]
    units: list[uuid.UUID]
    permissions: dict[bool, int]  # whether it works
    book: Book
    ask: dict[str, Callable[["Walker", int, int, int], str]]
    make_package: Callable[[uuid.UUID, uuid.UUID], uuid.UUID]
    give: Callable[..., None]  # case, user, kind, permission, from, to
    give_team: Callable[..., None]  # case, group, permission, from
    packages: dict[int, uuid.UUID] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)

    def run(self, steps: list[Step]) -> tuple[int, str] | None:
        """The number of the first step with a wrong answer, and what was wrong; None when there is none."""
        for number, (kind, given) in enumerate(steps):
            if kind in self.ask:
                wrong = self.ask[kind](self, *given)
                if wrong:
                    return number, f"{kind}{given}: {wrong}"
            else:
                getattr(self, f"do_{kind}")(*given)
        return None

    def count(self, answer: str) -> None:
        self.answers[answer] = self.answers.get(answer, 0) + 1

    def do_grant(self, user: int, case: int, relation: str) -> None:
        self._grant(user, case, relation, timedelta(minutes=-20), "on")

    def do_begin_later(self, user: int, case: int, relation: str) -> None:
        self._grant(user, case, relation, timedelta(minutes=20), "later")

    def _grant(self, user: int, case: int, relation: str, begins: timedelta, state: str) -> None:
        self.do_end(user, case, relation)
        kind, works = KINDS[relation]
        begins_at = datetime.now(UTC) + begins
        ends_at = begins_at + timedelta(minutes=60 if kind == "nodatkomst" else 1500)
        permission = self.permissions[works]
        self.give(self.cases[case], self.users[user], kind, permission, begins_at, ends_at)
        self.book.grants[user, case, relation] = state

    def do_end(self, user: int, case: int, relation: str) -> None:
        self._close(user, case, relation, "delete from app.cases_caseusergrant where ")

    def do_expire(self, user: int, case: int, relation: str) -> None:
        """Its time is over: it ended a moment ago and the row stays."""
        ended = "set valid_from = now() - interval '1 minute', valid_to = now() - interval '1 second' where "
        self._close(user, case, relation, f"update app.cases_caseusergrant {ended}")

    def _close(self, user: int, case: int, relation: str, how: str) -> None:
        if (user, case, relation) in self.book.grants:
            kind, works = KINDS[relation]
            self.admin.execute(
                how + "user_id = %s and content_object_id = %s and kind = %s and permission_id = %s",
                [self.users[user], self.cases[case], kind, self.permissions[works]],
            )
            del self.book.grants[user, case, relation]

    def do_join(self, user: int, team: int) -> None:
        if (user, team) not in self.book.members:
            row = [self.users[user], self.groups[team]]
            self.admin.execute(
                "insert into app.accounts_user_groups (user_id, group_id) values (%s, %s)", row
            )
            self.book.members.add((user, team))

    def do_leave(self, user: int, team: int) -> None:
        row = [self.users[user], self.groups[team]]
        self.admin.execute("delete from app.accounts_user_groups where user_id = %s and group_id = %s", row)
        self.book.members.discard((user, team))

    def do_team(self, team: int, case: int) -> None:
        if (team, case) not in self.book.teams:
            begins = datetime.now(UTC) - timedelta(hours=1)
            self.give_team(self.cases[case], self.groups[team], self.permissions[True], begins)
            self.book.teams.add((team, case))

    def do_end_team(self, team: int, case: int) -> None:
        self.admin.execute(
            "update app.cases_casegroupgrant set valid_to = now() where group_id = %s "
            "and content_object_id = %s and valid_to is null",
            [self.groups[team], self.cases[case]],
        )
        self.book.teams.discard((team, case))

    def do_role(self, user: int, role: str) -> None:
        self._account(user, "role = %s", ROLES[role])
        self.book.roles[user] = role

    def do_close_account(self, user: int) -> None:
        self._account(user, "is_active = %s", False)
        self.book.closed.add(user)

    def do_end_account(self, user: int) -> None:
        self._account(user, "valid_to = %s", datetime.now(UTC).date() - timedelta(days=1))
        self.book.closed.add(user)

    def do_open_account(self, user: int) -> None:
        self._account(user, "is_active = %s, valid_to = null", True)
        self.book.closed.discard(user)

    def _account(self, user: int, change: str, value: object) -> None:
        self.admin.execute(f"update app.accounts_user set {change} where id = %s", [value, self.users[user]])

    def do_transfer(self, officer: int, unit: int) -> None:
        """The officer moves to another police unit."""
        row = [self.units[unit], self.officers[officer]]
        self.admin.execute("update app.accounts_user set police_unit_id = %s where id = %s", row)
        self.book.units[officer] = unit

    def do_release(self, package: int, unit: int, case: int) -> None:
        if package not in self.packages:
            self.packages[package] = self.make_package(self.cases[case], self.units[unit])
            self.book.packages[package] = (unit, "open")

    def do_close(self, package: int, *_: int) -> None:
        self._package(package, "closed_at = now(), closed_because = 'aterkallad'")

    def do_run_out(self, package: int, *_: int) -> None:
        self._package(package, "valid_from = now() - interval '2 days', valid_to = now()")

    def do_begin_package_later(self, package: int, *_: int) -> None:
        self._package(package, "valid_from = now() + interval '1 hour', valid_to = now() + interval '2 days'")

    def _package(self, package: int, change: str) -> None:
        if package in self.packages:
            self.admin.execute(
                f"update app.collaboration_releasepackage set {change} where id = %s",
                [self.packages[package]],
            )
            self.book.packages[package] = (self.book.packages[package][0], "shut")


def shrunk(steps: list[Step], fails: Callable[[list[Step]], bool], tries: int = 60) -> list[Step]:
    """The shortest failing walk found in so many tries: pieces are left out while it still fails."""
    size = max(1, len(steps) // 2)
    while size and tries:
        for start in range(0, len(steps), size):
            shorter = steps[:start] + steps[start + size :]
            tries -= 1
            if shorter and fails(shorter):
                steps = shorter
                break
            if not tries:
                return steps
        else:
            size //= 2
    return steps
