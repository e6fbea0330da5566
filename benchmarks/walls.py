"""What the two walls cost: list page, count and case page, for users who see 0 to 5 000 of 100 000 cases.

    python -m benchmarks.walls [--cases 100000]

Every figure is a median in one run; the ratio is to the same query without any restriction in the same run.
"""

import argparse
import json
import os
import statistics
import time
import uuid
from collections.abc import Callable

import django
import psycopg
from psycopg.conninfo import conninfo_to_dict

from avhopp import services

DATABASE = "avhopp_bench"
ROUNDS = 40
PAGE = 50


def median_ms(call: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median and 95th percentile of `rounds` calls, in milliseconds, after one to warm up."""
    call()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def admin() -> psycopg.Connection:
    return psycopg.connect(**(conninfo_to_dict(services.admin_url()) | {"dbname": DATABASE}), autocommit=True)


def rows_removed(plan: dict) -> int:
    """The largest number of rows that one step of the plan read and threw away."""
    here = plan.get("Rows Removed by Filter", 0) * plan.get("Actual Loops", 1)
    return max([here, *(rows_removed(child) for child in plan.get("Plans", []))])


class Walls:
    """Runs as the web process: its settings, its login, its context."""

    def __init__(self) -> None:
        from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

        from avhopp.access.context import acting  # noqa: PLC0415
        from avhopp.accounts.models import User  # noqa: PLC0415
        from cases.models import Case  # noqa: PLC0415

        self.connection, self.transaction, self.acting = connection, transaction, acting
        self.user_model, self.case_model = User, Case

    def user(self, user_id: uuid.UUID):
        return self.user_model.objects.get(pk=user_id)

    def page(self, user):
        return self.case_model.objects.visible_to(user)[:PAGE]

    def as_user(self, user, read: Callable[[], object]) -> Callable[[], object]:
        def call() -> object:
            with self.transaction.atomic(), self.acting(user):
                return read()

        return call

    def worst_step(self, user) -> int:
        with self.transaction.atomic(), self.acting(user), self.connection.cursor() as cursor:
            query, parameters = self.page(user).query.sql_with_params()
            cursor.execute("explain (analyze, format json) " + query, parameters)
            found = cursor.fetchone()[0]
        plan = json.loads(found) if isinstance(found, str) else found
        return rows_removed(plan[0]["Plan"])


def unrestricted() -> dict[str, tuple[float, float]]:
    """The same page and count, raw and without restriction, as the administrator."""
    with admin() as connection:
        columns = "id, municipality_id, unit_id, person_id, ref, case_no, state, received, source, closed, closing_reason"
        page = f"select {columns} from app.cases_case order by received desc, id desc limit {PAGE}"
        one = connection.execute("select id from app.cases_case limit 1").fetchone()
        assert one is not None
        return {
            "page": median_ms(lambda: connection.execute(page).fetchall()),
            "count": median_ms(lambda: connection.execute("select count(*) from app.cases_case").fetchall()),
            "one": median_ms(
                lambda: connection.execute(f"select {columns} from app.cases_case where id = %s", one).fetchall()
            ),
        }


def portal_page(user_id: uuid.UUID) -> tuple[float, float]:
    """The portal's list of packages, as the portal's login."""
    from avhopp.access.context import SETTING, context_key, signed  # noqa: PLC0415

    address = conninfo_to_dict(services.admin_url())
    address |= {"dbname": DATABASE, "user": "avhopp_portal", "password": services.read_secret("db_portal")}
    with psycopg.connect(**address) as connection:

        def call() -> None:
            with connection.transaction():
                value = signed(user_id, "portal", context_key("portal"), int(time.time()) + 60)
                connection.execute("select set_config(%s, %s, true)", [SETTING, value])
                connection.execute(f"select id, reference from package order by released_at desc, id limit {PAGE}").fetchall()

        return median_ms(call)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    size = parser.parse_args().cases
    os.environ["AVHOPP_DATABASE"] = DATABASE
    with services.running():
        population = load(size)
        os.environ["DJANGO_SETTINGS_MODULE"] = "avhopp.settings.web"
        django.setup()
        report(size, population)


def load(size: int):
    from benchmarks.loading import fresh  # noqa: PLC0415

    fresh(DATABASE)
    from benchmarks.population import Builder  # noqa: PLC0415

    start = time.perf_counter()
    with admin() as connection:
        population = Builder(connection, size).build()
    print(f"{size} cases loaded by COPY in {time.perf_counter() - start:.1f} s\n")  # noqa: T201
    return population


def report(size: int, population) -> None:
    walls = Walls()
    free = unrestricted()
    print("| who | sees | list page ms (p95) | ratio | count ms | case ms (p95) | rows thrown away |")  # noqa: T201
    print("|---|---|---|---|---|---|---|")  # noqa: T201
    page, count, one = free["page"], free["count"], free["one"]
    print(f"| no restriction | {size} | {page[0]:.2f} ({page[1]:.2f}) | 1 | {count[0]:.2f} | {one[0]:.2f} ({one[1]:.2f}) | |")  # noqa: T201
    for sees, user_id in population.users.items():
        user = walls.user(user_id)
        page = median_ms(walls.as_user(user, lambda user=user: list(walls.page(user))))
        count = median_ms(walls.as_user(user, lambda user=user: walls.case_model.objects.visible_to(user).count()))
        wanted = population.some_case.get(sees, uuid.uuid4())
        one = median_ms(
            walls.as_user(user, lambda u=user, w=wanted: walls.case_model.objects.visible_to(u).filter(pk=w).first())
        )
        print(  # noqa: T201
            f"| {user.role} | {sees} | {page[0]:.2f} ({page[1]:.2f}) | {page[0] / free['page'][0]:.1f} "
            f"| {count[0]:.2f} | {one[0]:.2f} ({one[1]:.2f}) | {walls.worst_step(user)} |"
        )
    portal = portal_page(population.police_user)
    print(f"| police portal | 1000 | {portal[0]:.2f} ({portal[1]:.2f}) | {portal[0] / free['page'][0]:.1f} | | | |")  # noqa: T201


if __name__ == "__main__":
    main()
