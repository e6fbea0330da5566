"""A synthetic population: one hundred thousand cases with their grants, streamed in by COPY.

Only sizes and shapes matter; nobody in it exists. Rows are spread over 290 municipalities, and the users
whose pages are measured see 0, 30, 1 000 and 5 000 cases.
"""

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import psycopg

from benchmarks.loading import settle

SEED = 20261121
MUNICIPALITIES = 290
START = date(2016, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Population:
    """The ids that the measurements need."""

    users: dict[int, uuid.UUID] = field(default_factory=dict)  # how many cases the user sees -> user
    police_user: uuid.UUID | None = None
    some_case: dict[int, uuid.UUID] = field(default_factory=dict)


def copy(connection: psycopg.Connection, table: str, columns: Iterable[str], rows: Iterable[tuple]) -> int:
    names = list(columns)
    count = 0
    with connection.cursor().copy(f"copy app.{table} ({', '.join(names)}) from stdin") as stream:
        for row in rows:
            stream.write_row(row)
            count += 1
    return count


class Builder:
    """Makes the rows, in the order that the tables need them."""

    def __init__(self, connection: psycopg.Connection, cases: int) -> None:
        self.connection = connection
        self.random = random.Random(SEED)
        self.cases = cases
        self.population = Population()

    def id(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def build(self) -> Population:
        """Fill an empty, set-up database. History and events of the load are not written."""
        self.connection.execute("set session_replication_role = replica")
        self._organisation()
        self._cases()
        self._grants()
        self._releases()
        self.connection.execute("set session_replication_role = origin")
        settle(self.connection)
        return self.population

    def _organisation(self) -> None:
        self.municipalities = [self.id() for _ in range(MUNICIPALITIES)]
        copy(
            self.connection, "accounts_municipality",
            ("id", "code", "name", "board", "registry_prefix", "is_demo"),
            (
                (municipality, f"{1000 + i}", f"Kommun {i}", "Socialnämnden", "SN", False)
                for i, municipality in enumerate(self.municipalities)
            ),
        )  # fmt: skip
        self.units = [(self.id(), m) for m in self.municipalities]
        copy(
            self.connection, "accounts_unit", ("id", "municipality_id", "ref", "name"),
            ((unit, m, "enhet", "Enheten") for unit, m in self.units),
        )  # fmt: skip
        self.police = [(self.id(), m) for m in self.municipalities]
        copy(
            self.connection, "accounts_policeunit", ("id", "municipality_id", "ref", "name", "kind"),
            ((unit, m, "lpo", "LPO", "lpo") for unit, m in self.police),
        )  # fmt: skip
        self._users()

    def _users(self) -> None:
        home, unit, police = self.municipalities[0], self.units[0][0], self.police[0][0]
        rows = []
        for sees in (0, 30, 1000, 5000):
            self.population.users[sees] = user = self.id()
            role = "samordnare" if sees == 5000 else "socialsekreterare"
            rows.append((user, f"matt{sees}@1000", f"matt{sees}", f"Mätare {sees}", role, home, unit, None))
        self.population.police_user = self.id()
        rows.append(
            (self.population.police_user, "polis@1000", "polis", "Polis", "polis", home, None, police)
        )
        self.reporter = self.id()
        machine = ("rapportering@1000", "rapportering", "Rapportering", "rapportering")
        rows.append((self.reporter, *machine, home, None, None))
        self.handlers = []
        for i in range(200):
            handler = self.id()
            self.handlers.append(handler)
            unit, place = self.units[i]
            name = f"Handläggare {i}"
            rows.append((handler, f"handlaggare{i}@x", f"h{i}", name, "socialsekreterare", place, unit, None))
        copy(
            self.connection,
            "accounts_user",
            ("id", "username", "handle", "name", "role", "municipality_id", "unit_id", "police_unit_id",
             "password", "title", "phone", "email", "provider_id", "is_active"),
            ((*row, "!", "", "", "", "", True) for row in rows),
        )  # fmt: skip

    def _cases(self) -> None:
        self.ids = [self.id() for _ in range(self.cases)]
        persons = [self.id() for _ in self.ids]
        places = [self.random.randrange(MUNICIPALITIES) for _ in self.ids]
        self.places = places
        copy(
            self.connection,
            "cases_person",
            ("id", "municipality_id", "name", "name_key",
             "birth_year", "sex", "children_count", "protection"),
            (
                (person, self.municipalities[place], f"Påhittad {i}", f"pahittad {i}",
                 1985 + i % 22, "okant", i % 4, "ingen")
                for i, (person, place) in enumerate(zip(persons, places, strict=True))
            ),
        )  # fmt: skip
        copy(
            self.connection,
            "cases_case",
            ("id", "municipality_id", "unit_id", "person_id", "case_no", "state", "received", "source",
             "closed", "closing_reason", "outcome", "police_contact", "definition", "definition_version",
             "hide_handler_names"),
            self._case_rows(persons),
        )  # fmt: skip

    def _case_rows(self, persons: list[uuid.UUID]) -> Iterator[tuple]:
        for i, (case, person, place) in enumerate(zip(self.ids, persons, self.places, strict=True)):
            received = START + timedelta(days=self.random.randrange(3600))
            is_open = i % 5 == 0
            yield (
                case, self.municipalities[place], self.units[place][0], person,
                f"AVH-{received.year}-{i:06d}", "insats_pagar" if is_open else "avslutad", received, "polis",
                None if is_open else received + timedelta(days=400), None if is_open else "avbrott", "", "",
                "uppfyller", "2024:11", False,
            )  # fmt: skip

    def _grants(self) -> None:
        permission = self.connection.execute(
            "select p.id from app.auth_permission p where p.codename = 'work_case'"
        ).fetchone()
        assert permission is not None
        groups = {}
        for place, municipality in enumerate(self.municipalities):
            row = self.connection.execute(
                "insert into app.auth_group (name) values (%s) returning id", [f"{municipality}/samordnare"]
            ).fetchone()
            groups[place] = row[0] if row else None
        copy(self.connection, "accounts_user_groups", ("user_id", "group_id"), [(self.reporter, groups[0])])
        copy(
            self.connection,
            "cases_casegroupgrant",
            (
                "id",
                "content_object_id",
                "group_id",
                "permission_id",
                "kind",
                "reason",
                "valid_from",
                "ended_because",
            ),
            (
                (self.id(), case, groups[place], permission[0], "enhet", "Ärendet öppnades", NOW, "")
                for case, place in zip(self.ids, self.places, strict=True)
            ),
        )
        copy(
            self.connection,
            "cases_caseusergrant",
            (
                "id",
                "content_object_id",
                "user_id",
                "permission_id",
                "kind",
                "reason",
                "valid_from",
                "ended_because",
            ),
            self._user_grants(permission[0]),
        )

    def _user_grants(self, permission: int) -> Iterator[tuple]:
        # Two handlers a case, so that the table has the size it would have.
        for i, case in enumerate(self.ids):
            for handler in {self.handlers[i % 200], self.handlers[(i * 7 + 3) % 200]}:
                yield (self.id(), case, handler, permission, "handlaggare", "Ärendet öppnades", NOW, "")
        for sees, user in self.population.users.items():
            chosen = self.random.sample(self.ids, sees)
            if chosen:
                self.population.some_case[sees] = chosen[0]
            for case in chosen:
                yield (self.id(), case, user, permission, "medhandlaggare", "Mätning", NOW, "")

    def _releases(self) -> None:
        basis = self.connection.execute(
            "select id from app.collaboration_legalbasis where needs_consent limit 1"
        ).fetchone()
        assert basis is not None
        released = datetime.now(UTC) - timedelta(days=1)
        copy(
            self.connection,
            "collaboration_releasepackage",
            ("id", "case_id", "recipient_id", "kind", "reference", "legal_basis_id", "provision", "purpose",
             "harm_test", "content", "content_sha256", "released_by_id", "released_at", "valid_from",
             "valid_to", "closed_because", "sections"),
            (
                (
                    self.id(), case, self.police[0 if i < 1000 else place][0], "utlamnande", f"D-{i}",
                    basis[0], "10 kap. 1 § OSL", "Samverkan", "Utlämnandet är bara en mätning.", "",
                    "0" * 64, self.handlers[0], released, released, released + timedelta(days=80), "",
                    ["insats"],
                )
                for i, (case, place) in enumerate(zip(self.ids[:50_000], self.places, strict=False))
            ),
        )  # fmt: skip
