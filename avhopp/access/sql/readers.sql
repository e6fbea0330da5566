-- Who has read a case, for those who may know (see_readers). Run by setup_database after base.sql.
-- The policy of the read log stays as it is: nobody gets a row of it here but what is said below, and of the
-- police their unit alone, never who, and only to those who may see what was released.

-- The reads of one case, the newest first: those that opened something of it, and the lists and searches that
-- showed it. `kind`: '' all, 'oppnat', 'lista', 'nodatkomst' or 'polis'. `reason` is that of the grant which an
-- extraordinary reading rested on.
create or replace function sec.case_reads(
    of_case uuid, kind text, since timestamptz, before timestamptz, most integer, skip integer
) returns table (
    id uuid, at timestamptz, who text, role text, unit text, what text, object_type text, ground text, source text,
    listed boolean, searched_by text, reason text
)
language sql stable security definer rows 50 set search_path = '' as $$
    with page as (
        select r.* from (
            select o.* from app.audit_readentry o where o.case_id = of_case
            union all
            select l.* from app.audit_readentry l where l.case_ids @> array[of_case]
        ) r
        where of_case = any (array(select sec.cases('see_readers')))
          and (r.source <> 'portal' or of_case = any (array(select sec.cases('see_release'))))
          and (since is null or r.at >= since) and (before is null or r.at < before)
          and case kind when 'oppnat' then r.case_ids is null and r.source <> 'portal'
                        when 'lista' then r.case_ids is not null
                        when 'nodatkomst' then r.ground like '%nodatkomst%'
                        when 'polis' then r.source = 'portal'
                        else true end
        order by r.at desc, r.id
        limit most offset skip
    )
    select p.id, p.at, case when p.source = 'portal' then '' else coalesce(a.name, '') end, p.role,
           coalesce(case when p.source = 'portal' then q.name else u.name end, ''),
           p.what, p.object_type, p.ground, p.source, p.case_ids is not null, coalesce(p.searched_by, ''),
           coalesce((
               select g.reason from app.cases_caseusergrant g
               where g.user_id = p.actor_id and g.content_object_id = of_case and p.case_ids is null
                 and g.kind in ('nodatkomst', 'tillfallig') and p.ground like '%' || g.kind || '%'
                 and g.valid_from <= p.at and (g.valid_to is null or g.valid_to >= p.at)
               order by g.kind, g.valid_from limit 1), '')
    from page p
    left join app.accounts_user a on a.id = p.actor_id
    left join app.accounts_unit u on u.id = p.unit_id
    left join app.accounts_policeunit q on q.id = p.unit_id
    order by p.at desc, p.id
$$;

create or replace function sec.count_case_reads(of_case uuid, kind text, since timestamptz, before timestamptz)
returns bigint
language sql stable security definer set search_path = '' as $$
    select count(*) from (
        select o.at, o.source, o.ground, o.case_ids from app.audit_readentry o where o.case_id = of_case
        union all
        select l.at, l.source, l.ground, l.case_ids from app.audit_readentry l where l.case_ids @> array[of_case]
    ) r
    where of_case = any (array(select sec.cases('see_readers')))
      and (r.source <> 'portal' or of_case = any (array(select sec.cases('see_release'))))
      and (since is null or r.at >= since) and (before is null or r.at < before)
      and case kind when 'oppnat' then r.case_ids is null and r.source <> 'portal'
                    when 'lista' then r.case_ids is not null
                    when 'nodatkomst' then r.ground like '%nodatkomst%'
                    when 'polis' then r.source = 'portal'
                    else true end
$$;

-- For the case page: who opened something of the case during the last thirty days, the latest five. Null for
-- those who may not know.
create or replace function sec.readers_in_brief(of_case uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    with readers as (
        select case when r.source = 'portal' then null else r.actor_id end as actor, r.role, r.unit_id, r.source = 'portal' as police,
               max(r.at) as at, count(*) as reads, bool_or(r.ground like '%nodatkomst%') as glass
        from app.audit_readentry r
        where r.case_id = of_case and r.at > statement_timestamp() - interval '30 days'
          and (r.source <> 'portal' or of_case = any (array(select sec.cases('see_release'))))
        group by 1, 2, 3, 4
    ), latest as (
        select * from readers order by at desc, actor limit 5
    )
    select jsonb_build_object(
        'reads', (select coalesce(sum(r.reads), 0) from readers r),
        'readers', (select count(*) from readers),
        'latest', (select coalesce(jsonb_agg(jsonb_build_object(
            'who', coalesce(a.name, ''), 'role', l.role, 'unit', coalesce(case when l.police then q.name else u.name end, ''),
            'at', l.at, 'reads', l.reads, 'glass', l.glass, 'police', l.police) order by l.at desc, l.actor), '[]')
            from latest l
            left join app.accounts_user a on a.id = l.actor
            left join app.accounts_unit u on u.id = l.unit_id
            left join app.accounts_policeunit q on q.id = l.unit_id)
    )
    where of_case = any (array(select sec.cases('see_readers')))
$$;
