"""What the database's own catalog says of all that keeps the walls up, against the committed list."""

from pathlib import Path

from django.db import connection, transaction

COMMITTED = Path(__file__).parent / "catalog.txt"
SCHEMAS = "('app', 'sec', 'audit', 'portal')"
#: The administrator, by whatever name the server was made with; what it holds is the server's own business.
NOT_ADMIN = "{0} <> 10 and pg_get_userbyid({0}) <> 'avhopp_admin'"

QUERIES = {
    "role": f"""
        select rolname || case when rolsuper then ' superuser' else '' end
            || case when rolbypassrls then ' bypassrls' else '' end
            || case when rolcreaterole then ' createrole' else '' end
            || case when rolcanlogin then ' login' else '' end
        from pg_roles
        where (rolname like 'avhopp\\_%%' or rolsuper or rolbypassrls) and {NOT_ADMIN.format("oid")}""",
    "member": f"""
        select pg_get_userbyid(member) || ' in ' || pg_get_userbyid(roleid) from pg_auth_members
        where 'avhopp_' in (left(pg_get_userbyid(member), 7), left(pg_get_userbyid(roleid), 7))
            and {NOT_ADMIN.format("member")}""",
    "setting": """
        select r.rolname || ' ' || unnest(s.setconfig) from pg_db_role_setting s
        join pg_roles r on r.oid = s.setrole
        where r.rolname like 'avhopp\\_%%' and s.setdatabase in (
            0, (select oid from pg_database where datname = current_database()))""",
    "database": f"""
        select case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end
            || ' ' || string_agg(lower(a.privilege_type), ',' order by a.privilege_type)
        from pg_database d, aclexplode(d.datacl) a
        where d.datname = current_database() and a.grantee <> d.datdba and {NOT_ADMIN.format("a.grantee")}
        group by a.grantee""",
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
            || case when p.proleakproof then ' leakproof' else '' end
            || coalesce(' ' || array_to_string(p.proconfig, ' '), '') || ' ' || left(md5(p.prosrc), 12)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('app', 'sec', 'audit', 'portal', 'public') and not exists (
            select from pg_depend d where d.objid = p.oid and d.deptype = 'e')""",
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
    "schema": """
        select n.nspname || ' ' || case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end
            || ' ' || string_agg(lower(a.privilege_type), ',' order by a.privilege_type)
        from pg_namespace n, aclexplode(n.nspacl) a
        where n.nspname in ('app', 'sec', 'audit', 'portal', 'public') and a.grantee <> n.nspowner
        group by n.nspname, a.grantee""",
    "constraint": f"""
        select n.nspname || '.' || c.relname || ' ' || o.conname
            || case when o.convalidated then '' else ' not valid' end
            || ' ' || left(md5(pg_get_constraintdef(o.oid)), 12)
        from pg_constraint o join pg_class c on c.oid = o.conrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {SCHEMAS} and o.contype <> 'n'""",
    "rule": f"""
        select n.nspname || '.' || c.relname || ' ' || w.rulename
            || ' ' || left(md5(pg_get_ruledef(w.oid)), 12)
        from pg_rewrite w join pg_class c on c.oid = w.ev_class
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {SCHEMAS} and w.rulename <> '_RETURN'""",
    "event trigger": "select evtname || ' ' || evtevent || ' ' || evtenabled::text from pg_event_trigger",
    "trigger": f"""
        select c.relname || ' ' || t.tgname || ' ' || t.tgenabled::text
            || ' ' || left(md5(pg_get_triggerdef(t.oid)), 12)
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
