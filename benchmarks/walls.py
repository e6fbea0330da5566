"""What the two walls cost the database: a page of fifty cases, its count, and one case.

Every figure is a median of one run with a warm cache; the ratio is to the same columns in the same order
without any restriction, read by the administrator in the same run. Only the statement is timed: the
transaction is open and the context is set.
"""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from avhopp.access.context import SETTING, acting, context_key, signed
from avhopp.accounts.models import User
from benchmarks.loading import DATABASE, administrator
from benchmarks.population import Population
from benchmarks.timing import Timing, measure
from cases.models import Case

PAGE = 50


def rows_removed(plan: dict) -> int:
    """The largest number of rows that one step of the plan read and threw away."""
    here = plan.get("Rows Removed by Filter", 0) * plan.get("Actual Loops", 1)
    return max([here, *(rows_removed(child) for child in plan.get("Plans", []))])


def indexes_walked(plan: dict) -> bool:
    """Whether a step reads an index from end to end: an index scan without an index condition."""
    here = plan["Node Type"].startswith("Index") and not plan.get("Index Cond") and plan["Actual Rows"] > PAGE
    return here or any(indexes_walked(child) for child in plan.get("Plans", []))


def statement(queryset) -> tuple[str, tuple]:
    return queryset.query.sql_with_params()


def run(sql: str, parameters: tuple) -> list:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def timed(sql: str, parameters: tuple) -> Timing:
    return measure(lambda: run(sql, parameters))


def explained(sql: str, parameters: tuple) -> dict:
    found = run("explain (analyze, format json) " + sql, parameters)[0][0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


@contextmanager
def signed_in(user: User) -> Iterator[None]:
    with transaction.atomic(), acting(user):
        yield


COLUMNS = ", ".join(f.column for f in Case._meta.local_concrete_fields)
PLAIN_PAGE = f"select {COLUMNS} from app.cases_case order by received desc, id desc limit {PAGE}"


def unrestricted() -> dict[str, Timing]:
    single = f"select {COLUMNS} from app.cases_case where id = %s"
    with administrator(DATABASE) as free, free.transaction():
        one = free.execute("select id from app.cases_case limit 1").fetchone()
        return {
            "page": measure(lambda: free.execute(PLAIN_PAGE).fetchall()),
            "count": measure(lambda: free.execute("select count(*) from app.cases_case").fetchall()),
            "one": measure(lambda: free.execute(single, one).fetchall()),
        }


def first_wall_alone(sql: str, parameters: tuple) -> Timing:
    """The application's own statement, by the administrator, whom row-level security does not bind."""
    with administrator(DATABASE) as free, free.transaction():
        free.execute("set local search_path = app, sec")
        return measure(lambda: free.execute(sql, parameters).fetchall())


def second_wall_alone() -> Timing:
    """A statement without any condition, as whoever acts in the open transaction."""
    return timed(PLAIN_PAGE, ())


def each_wall(population: Population, free: Timing) -> list[str]:
    """Markdown: the list page with both walls, with one, and with none."""
    lines = [
        "",
        "The same page with one wall, as a ratio to the page with none:",
        "",
        "| who | sees | none | the application's alone | the database's alone | both |",
        "|---|---|---|---|---|---|",
    ]
    for sees, user_id in population.users.items():
        user = User.objects.get(pk=user_id)
        sql, parameters = statement(Case.objects.visible_to(user)[:PAGE])
        first = first_wall_alone(sql, parameters)
        with signed_in(user):
            second, both = second_wall_alone(), timed(sql, parameters)
        ratios = " | ".join(f"{one.median / free.median:.1f}" for one in (first, second, both))
        lines.append(f"| {user.role} | {sees} | 1.0 | {ratios} |")
    return lines


def portal(population: Population) -> Timing:
    """The portal's list of packages, through the portal's login and view."""
    address = conninfo_to_dict(services.admin_url())
    address |= {"dbname": DATABASE, "user": "avhopp_portal", "password": services.read_secret("db_portal")}
    columns = "id, reference, kind, purpose, released_at, valid_to"
    query = f"select {columns} from package order by released_at desc, id limit {PAGE}"
    with psycopg.connect(**address) as police, police.transaction():
        value = signed(population.police_user, "portal", context_key("portal"), int(time.time()) + 600)
        police.execute("select set_config(%s, %s, true)", [SETTING, value])
        assert len(police.execute(query).fetchall()) == PAGE
        return measure(lambda: police.execute(query).fetchall())


def section(size: int, population: Population) -> list[str]:
    """Markdown: the table of this part."""
    free = unrestricted()
    lines = [
        f"## Two walls over {size:,} cases".replace(",", " "),
        "",
        "Milliseconds in the database, median (95th percentile).",
        "",
        "| who | sees | list page of 50 | ratio | count | one case | rows thrown away | full index walk |",
        "|---|---|---|---|---|---|---|---|",
        f"| no restriction, no walls | {size} | {free['page']} | 1.0 | {free['count']} | {free['one']} "
        "| – | – |",
    ]
    for sees, user_id in population.users.items():
        user = User.objects.get(pk=user_id)
        visible = Case.objects.visible_to(user)
        with signed_in(user):
            page = timed(*statement(visible[:PAGE]))
            counted, parameters = statement(visible.order_by().values("id"))
            count = timed(f"select count(*) from ({counted}) as seen", parameters)
            wanted = population.some_case.get(sees, uuid.uuid4())
            one = timed(*statement(visible.filter(pk=wanted)))
            plan = explained(*statement(visible[:PAGE]))
        lines.append(
            f"| {user.role} | {sees} | {page} | {page.median / free['page'].median:.1f} | {count} | {one} "
            f"| {rows_removed(plan)} | {'yes' if indexes_walked(plan) else 'no'} |"
        )
    police = portal(population)
    lines.append(f"| police portal | 1000 | {police} | {police.median / free['page'].median:.1f} | | | | |")
    return lines + each_wall(population, free["page"])
