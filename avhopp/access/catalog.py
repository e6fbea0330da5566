"""What the database's own catalog says of roles, policies and privileges, against the committed list."""

from pathlib import Path

from django.db import connection, transaction

COMMITTED = Path(__file__).parent / "catalog.txt"
SCHEMAS = "('app', 'sec', 'audit', 'portal')"

QUERIES = {
    "role": """
        select rolname || case when rolsuper then ' superuser' else '' end
            || case when rolbypassrls then ' bypassrls' else '' end
            || case when rolcreaterole then ' createrole' else '' end
            || case when rolcanlogin then ' login' else '' end
        from pg_roles where rolname like 'avhopp\\_%%' and rolname <> 'avhopp_admin'""",
    "member": """
        select pg_get_userbyid(member) || ' in ' || pg_get_userbyid(roleid) from pg_auth_members
        where pg_get_userbyid(member) like 'avhopp\\_%%' and pg_get_userbyid(member) <> 'avhopp_admin'""",
    "owner": f"""
        select distinct n.nspname || ' owned by ' || pg_get_userbyid(c.relowner) from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {SCHEMAS} and c.relkind in ('r', 'v', 'm', 'S', 'p')""",
    "function": """
        select n.nspname || '.' || p.proname || ' owned by ' || pg_get_userbyid(p.proowner)
            || case when p.prosecdef then ' as definer' else '' end || ' for ' || coalesce((
                select string_agg(distinct g.grantee, ',' order by g.grantee) from (
                    select case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end as grantee
                    from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                    where a.grantee <> p.proowner) g), 'nobody')
            || ' ' || left(md5(p.prosrc), 12)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('sec', 'audit', 'portal')""",
    "security": f"""
        select n.nspname || '.' || c.relname || case when c.relrowsecurity then ' on' else ' off' end
            || case when c.relforcerowsecurity then ' forced' else '' end
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {SCHEMAS} and c.relkind in ('r', 'p')""",
    "policy": f"""
        select tablename || ' ' || policyname || ' ' || cmd || ' to ' || array_to_string(roles, ',') || ' '
            || left(md5(coalesce(qual, '') || '/' || coalesce(with_check, '')), 12)
        from pg_policies where schemaname in {SCHEMAS}""",
    "view": f"""
        select n.nspname || '.' || c.relname || ' '
            || coalesce(array_to_string(c.reloptions, ','), 'no barrier')
            || ' ' || left(md5(pg_get_viewdef(c.oid)), 12)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {SCHEMAS} and c.relkind in ('v', 'm')""",
    "privilege": f"""
        select n.nspname || '.' || c.relname || ' ' || pg_get_userbyid(a.grantee) || ' '
            || string_agg(lower(a.privilege_type), ',' order by a.privilege_type)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
        where n.nspname in {SCHEMAS} and a.grantee <> c.relowner and c.relkind in ('r', 'v', 'p', 'S')
        group by n.nspname, c.relname, a.grantee""",
    "column": f"""
        select n.nspname || '.' || c.relname || '.' || t.attname || ' ' || pg_get_userbyid(a.grantee) || ' '
            || string_agg(lower(a.privilege_type), ',' order by a.privilege_type)
        from pg_attribute t join pg_class c on c.oid = t.attrelid
        join pg_namespace n on n.oid = c.relnamespace, aclexplode(t.attacl) a
        where n.nspname in {SCHEMAS} group by n.nspname, c.relname, t.attname, a.grantee""",
    "schema": f"""
        select n.nspname || ' ' || case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end
            || ' ' || string_agg(lower(a.privilege_type), ',' order by a.privilege_type)
        from pg_namespace n, aclexplode(n.nspacl) a
        where n.nspname in {SCHEMAS} and a.grantee <> n.nspowner group by n.nspname, a.grantee""",
    "trigger": f"""
        select c.relname || ' ' || t.tgname || ' ' || t.tgenabled::text
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {SCHEMAS} and not t.tgisinternal""",
}  # fmt: skip


def actual() -> list[str]:
    """One line per fact of the catalog, sorted."""
    lines: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select current_setting('search_path'), set_config('search_path', '', true)")
        before = cursor.fetchone()[0]  # expressions are printed relative to it
        for kind, query in QUERIES.items():
            cursor.execute(query.replace("%%", "%"))
            lines.extend(f"{kind} {row[0]}" for row in cursor.fetchall())
        cursor.execute("select set_config('search_path', %s, true)", [before])
    return sorted(lines)


def committed() -> list[str]:
    return COMMITTED.read_text(encoding="utf-8").splitlines()


def differences() -> list[str]:
    """What the database has and should not (`+`), and what it lacks (`-`)."""
    is_there, should_be = set(actual()), set(committed())
    return sorted(
        [f"+ {line}" for line in is_there - should_be] + [f"- {line}" for line in should_be - is_there]
    )
