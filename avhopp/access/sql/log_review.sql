-- The review of the read log: what the draw needs to know of each read, and the numbers for those who see no read.
-- Run by setup_database after base.sql.

-- The reads about cases in a period, with what could be known of them at `known`: case numbers, the grants that the
-- reader held at that moment, whether the reader did something in the case `around` it, whether the police's package
-- was open, and whether reader and person share a surname (a yes or no, never a name).
create or replace function sec.reads_to_review(begins timestamptz, ends timestamptz, known timestamptz, around interval)
returns table (
    id uuid, at timestamptz, actor_id uuid, role text, unit_id uuid, what text, object_type text, source text,
    ground text, case_id uuid, case_ids uuid[], shown integer, searched_by text,
    case_nos text[], unheld integer, held text[], acted boolean, released boolean, same_name boolean)
language sql stable security definer set search_path = '' as $$
    select r.id, r.at, r.actor_id, r.role, r.unit_id, r.what, r.object_type, r.source,
        r.ground, r.case_id, k.cases, r.shown, r.searched_by,
        coalesce((select array_agg(c.case_no order by c.case_no) from app.cases_case c where c.id = any (k.cases)), '{}'),
        coalesce(h.unheld, 0), coalesce(h.held, '{}'),
        r.case_id is not null and exists (
            select from app.audit_event e
            where e.case_id = r.case_id and e.actor_id = r.actor_id and e.at between r.at - around and r.at + around
              and e.at <= known),
        case when r.source = 'portal' then exists (
            select from app.collaboration_releasepackage p
            where p.id = r.object_id and p.recipient_id = r.unit_id and p.valid_from <= r.at and p.valid_to > r.at
              and coalesce(p.closed_at, 'infinity') > r.at) end,
        r.case_id is not null and exists (
            select from app.cases_case c
            join app.cases_person p on p.id = c.person_id
            join app.accounts_user u on u.id = r.actor_id
            where c.id = r.case_id and p.name like '% %' and u.name like '% %'
              and lower(substring(p.name from '[^ ]+$')) = lower(substring(u.name from '[^ ]+$')))
    from app.audit_readentry r
    cross join lateral (
        select case when r.case_id is null then coalesce(r.case_ids, '{}') else array[r.case_id] end as cases) k
    left join lateral (
        select count(*) filter (where g.kinds is null)::integer as unheld,
               (select array_agg(distinct one) from unnest(string_to_array(string_agg(g.kinds, ','), ',')) one) as held
        from unnest(k.cases) one
        left join lateral (
            select string_agg(distinct g.kind, ',') as kinds from (
                select u.kind from app.cases_caseusergrant u
                where u.content_object_id = one and u.user_id = r.actor_id
                  and u.valid_from <= r.at and coalesce(u.valid_to, 'infinity') > r.at
                union all
                select t.kind from app.cases_casegroupgrant t
                join app.accounts_user_groups m on m.group_id = t.group_id and m.user_id = r.actor_id
                where t.content_object_id = one
                  and t.valid_from <= r.at and coalesce(t.valid_to, 'infinity') > r.at) g) g on true
        where r.source <> 'portal') h on true
    where r.municipality_id = (select sec.municipality_for('draw_log_review'))
      and r.at >= begins and r.at < ends and r.at <= known
      and (cardinality(k.cases) > 0 or r.searched_by is not null)
$$;

-- A review in numbers, for the manager, the report and the auditor: never who, never which case.
create or replace function sec.log_review_counts(review uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select jsonb_build_object(
        'drawn', count(*),
        'reviewed', count(*) filter (where i.verdict <> ''),
        'explain', count(*) filter (where i.verdict = 'forklaras'),
        'remarks', count(*) filter (where i.verdict = 'anmarkning'),
        'flagged', count(*) filter (where i.is_flagged),
        'police', count(*) filter (where i.is_police),
        'break_glass', count(*) filter (where i.is_break_glass),
        'break_glass_waiting', count(*) filter (where i.is_break_glass and i.verdict = ''))
    from app.cases_logreviewitem i
    where i.review_id = review and i.municipality_id = (select sec.municipality_for('see_log_review'))
$$;

-- The reads that the actor was asked about.
create or replace function sec.log_items_asked() returns setof uuid
language sql stable security definer rows 5 set search_path = '' as $$
    select q.item_id from app.cases_logreviewquestion q where q.to_id = (select u.id from sec.me() u)
$$;

-- A draw never changes; what is signed never changes; whoever signs puts the own name to it, and leaves nothing
-- unmarked but the own reads, which nobody reviews oneself.
create or replace function audit.keep_log_review() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    may_change constant text[] := array['state', 'measures', 'signed_at', 'signed_by_id', 'result'];
begin
    if new is not distinct from old then return new; end if;
    if old.state = 'undertecknad' or (to_jsonb(new) - may_change) <> (to_jsonb(old) - may_change) then
        raise exception 'review: a draw is frozen, and a signature too'
            using errcode = 'check_violation', constraint = 'log_review_is_frozen';
    end if;
    if new.state = 'undertecknad' and (new.signed_by_id is distinct from sec.actor() or exists (
        select from app.cases_logreviewitem i
        where i.review_id = new.id and i.verdict = '' and i.actor_id <> new.signed_by_id)) then
        raise exception 'review: signed when all is marked, by whoever signs'
            using errcode = 'check_violation', constraint = 'log_review_is_complete';
    end if;
    return new;
end $$;

-- A drawn read is only marked, in the own name, until the review is signed; a draw takes no more reads than it has.
create or replace function audit.keep_log_item() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    may_change constant text[] := array['verdict', 'reason', 'decided_by_id', 'decided_at'];
    review app.cases_logreview;
begin
    select r.* into review from app.cases_logreview r where r.id = new.review_id;
    if tg_op = 'INSERT' then
        if review.state <> 'dragen' or new.number > review.item_count or new.verdict <> ''
           or new.municipality_id <> review.municipality_id then
            raise exception 'review: the draw is complete' using errcode = 'check_violation', constraint = 'log_item_is_drawn_once';
        end if;
        return new;
    end if;
    if new is not distinct from old then return new; end if;
    if review.state = 'undertecknad' or (to_jsonb(new) - may_change) <> (to_jsonb(old) - may_change)
       or new.decided_by_id is distinct from sec.actor() then
        raise exception 'review: a read is marked in the own name until the review is signed'
            using errcode = 'check_violation', constraint = 'log_item_is_kept';
    end if;
    return new;
end $$;
