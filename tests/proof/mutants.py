"""Holes made on purpose, one at a time, from the database's own catalog: each policy, privilege, view filter
and condition of a policy function taken away or loosened. The probes must notice every one of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

LOGINS = ("web", "worker", "portal", "auditor", "backup")
RIGHTS = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
FUNCTIONS = "select p.oid::regprocedure::text, pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n "
FUNCTIONS += "on n.oid = p.pronamespace where n.nspname in ('sec', 'portal') order by 1"


@dataclass(frozen=True)
class Mutant:
    """`table` is where the probes begin to look; `loosens` when it opens rather than closes."""

    name: str
    sql: str
    table: str
    loosens: bool
    kind: str


def mutants(admin: psycopg.Connection) -> list[Mutant]:
    """All of them, in a stable order."""
    return [*_policies(admin), *_tables(admin), *_privileges(admin), *_views(admin), *_functions(admin)]


def _policies(admin: psycopg.Connection) -> Iterator[Mutant]:
    found = admin.execute(
        "select tablename, policyname, qual, with_check from pg_policies "
        "where schemaname = 'app' order by 1, 2"
    )
    for table, policy, using, checks in found.fetchall():
        where = f'policy "{policy}" on app.{table}'
        yield Mutant(f"{table}: policy {policy} dropped", f"drop {where}", table, False, "policy")
        if {using, checks} <= {None, "true"} or policy.startswith("functions"):
            continue  # loosening it changes nothing
        loose = (" using (true)" if using else "") + (" with check (true)" if checks else "")
        yield Mutant(f"{table}: policy {policy} loosened", f"alter {where}{loose}", table, True, "policy")


def _tables(admin: psycopg.Connection) -> Iterator[Mutant]:
    found = admin.execute(
        "select tablename from pg_tables where schemaname = 'app' and rowsecurity order by 1"
    )
    for (table,) in found.fetchall():
        off = f"alter table app.{table} disable row level security"
        yield Mutant(f"{table}: row security off", off, table, True, "table")
        free = f"alter table app.{table} no force row level security"
        yield Mutant(f"{table}: row security not forced", free, table, True, "force")


def _privileges(admin: psycopg.Connection) -> Iterator[Mutant]:
    """Every privilege that is there is revoked, every one that is not is granted, to every login."""
    held = admin.execute(
        "select c.relname, l, p, has_table_privilege('avhopp_' || l, c.oid, p), exists (select from "
        "aclexplode(c.relacl) a where a.grantee = to_regrole('avhopp_' || l) "
        "and lower(a.privilege_type) = p) "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace, "
        "unnest(%s::text[]) l, unnest(%s::text[]) p "
        "where n.nspname = 'app' and c.relkind = 'r' order by 1, 2, 3",
        [list(LOGINS), list(RIGHTS)],
    )
    for table, login, right, effective, direct in held.fetchall():
        if direct:
            sql = f"revoke {right} on app.{table} from avhopp_{login}"
            yield Mutant(f"{table}: {right} revoked from {login}", sql, table, False, "privilege")
        elif not effective:
            sql = f"grant {right} on app.{table} to avhopp_{login}"
            yield Mutant(f"{table}: {right} granted to {login}", sql, table, True, "privilege")
    columns = admin.execute(
        "select c.relname, t.attname, has_column_privilege('avhopp_worker', c.oid, t.attnum, 'select') "
        "from pg_attribute t join pg_class c on c.oid = t.attrelid "
        "join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = 'app' and c.relkind = 'r' and t.attnum > 0 and not t.attisdropped and "
        "c.relname in ('cases_person', 'accounts_user') order by 1, 2"
    )
    for table, column, there in columns.fetchall():
        verb, to = ("revoke", "from") if there else ("grant", "to")
        sql = f"{verb} select ({column}) on app.{table} {to} avhopp_worker"
        yield Mutant(f"{table}.{column}: {verb} for the worker", sql, table, not there, "privilege")


def _views(admin: psycopg.Connection) -> Iterator[Mutant]:
    """Each condition of each portal view left out, and the barrier taken down."""
    found = admin.execute(
        "select viewname, pg_get_viewdef((schemaname || '.' || viewname)::regclass) from pg_views "
        "where schemaname = 'portal' order by 1"
    )
    for view, text in found.fetchall():
        head, _, conditions = text.rstrip(" ;\n").rpartition("WHERE ")
        parts = _conjuncts(conditions)
        for place, part in enumerate(parts):
            rest = " AND ".join(parts[:place] + parts[place + 1 :]) or "true"
            sql = f"create or replace view portal.{view} with (security_barrier) as {head} WHERE {rest}"
            yield Mutant(f"portal.{view}: without {part}", sql, f"portal.{view}", True, "view")
        off = f"alter view portal.{view} reset (security_barrier)"
        yield Mutant(f"portal.{view}: no barrier", off, f"portal.{view}", True, "view")
        for login in ("web", "worker", "auditor", "backup"):
            sql = f"grant select on portal.{view} to avhopp_{login}"
            yield Mutant(f"portal.{view}: granted to {login}", sql, f"portal.{view}", True, "view")
        sql = f"revoke select on portal.{view} from avhopp_portal"
        yield Mutant(f"portal.{view}: revoked", sql, f"portal.{view}", False, "view")


def _conjuncts(text: str) -> list[str]:
    """The parts of `(a AND b)` at the outermost level."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and text[place : place + 5] == " AND ":
            parts.append(text[start:place].strip())
            start = place + 5
    return [*parts, text[start:].strip()]


def _functions(admin: psycopg.Connection) -> Iterator[Mutant]:
    """Each condition of each policy function made true, and each early `return null` taken out."""
    for name, text in admin.execute(FUNCTIONS).fetchall():
        for start, end, instead in _conditions(text):
            said = " ".join(text[start:end].split())
            yield Mutant(
                f"{name}: without {said}", text[:start] + instead + text[end:], name, True, "function"
            )


ENDS = re.compile(
    r"\b(and|or|group by|order by|limit|union|returning|on conflict|when|then|loop|else|from)\b"
    r"|;|\$function\$"
)
CASE, END, BETWEEN = re.compile(r"case\b"), re.compile(r"end\b"), re.compile(r"between\b")
GUARD = re.compile(r"\bif (?:(?!\bif\b).)*? then return null; end if;", re.DOTALL)


def _conditions(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the conditions stand in a function's text, and what stands there instead."""
    body = text.index("$function$")
    for guard in GUARD.finditer(text, body):
        yield guard.start(), guard.end(), ""
    for word in re.compile(r"\b(and|where)\s+").finditer(text, body):
        if re.search(r"\bbetween\b((?!\b(and|or)\b|[()]).)*$", text[body : word.start()], re.DOTALL):
            continue  # the second half of `between … and …`
        if re.search(r"\bon conflict \([^)]*\)\s*$", text[body : word.start()]):
            continue  # names an index, and is no condition of the function's
        if not any(guard.start() < word.start() < guard.end() for guard in GUARD.finditer(text, body)):
            yield word.end(), _end_of_condition(text, word.end()), "true "


def _end_of_condition(text: str, start: int) -> int:
    """Where the condition that begins at `start` ends: parentheses, `case … end` and both bounds of a
    `between` belong to it.
    """
    depth, place, halfway = 0, start, False
    while place < len(text):
        if text[place] in "'\"":  # a text or a name in quotes
            place = text.index(text[place], place + 1) + 1
            continue
        begins = place == start or not (text[place - 1].isalnum() or text[place - 1] == "_")
        if text[place] == ")" and depth == 0:
            return place
        if begins and depth == 0 and BETWEEN.match(text, place):
            halfway = True
        elif begins and depth == 0 and halfway and text.startswith("and", place):
            halfway = False
        elif begins and depth == 0 and place > start and (ENDS.match(text, place) or END.match(text, place)):
            return place
        if text[place] in ";$" and depth == 0:
            return place
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if begins:
            depth += bool(CASE.match(text, place)) - bool(END.match(text, place))
        place += 1
    return place
