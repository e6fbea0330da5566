-- The second wall's foundation: who acts, and which cases that opens. Run by setup_database as avhopp_owner.
-- Every function states its search_path, so that nothing can be slipped in between.

create table if not exists sec.key (
    login text primary key,
    inner_pad bytea not null,
    outer_pad bytea not null
);
comment on table sec.key is 'HMAC-SHA256 pads of each login''s context key. No login can read it.';

create table if not exists sec.role_ability (
    role text not null,
    ability text not null,
    writes boolean not null,
    primary key (role, ability)
);
comment on table sec.role_ability is 'The roles of avhopp/access/roles.py, copied by setup_database.';

create table if not exists sec.grant_ability (
    role text not null,
    ability text not null,
    kind text not null,
    works boolean not null,
    primary key (role, ability, kind, works)
);
comment on table sec.grant_ability is 'Which right which kind of grant, to work or only to read, opens for which role: opens() of avhopp/access/roles.py.';

-- Who acts: the actor of a signed context that has not expired and was signed for this login; otherwise null.
create or replace function sec.actor() returns uuid
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    parts text[];
    pads sec.key;
begin
    parts := string_to_array(current_setting('avhopp.actor', true), '|');
    if parts is null or cardinality(parts) <> 4 then return null; end if;
    if 'avhopp_' || parts[2] <> session_user then return null; end if;
    if parts[1] !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then return null; end if;
    if parts[3] !~ '^[0-9]{1,12}$' then return null; end if;
    if parts[3]::bigint < extract(epoch from clock_timestamp()) then return null; end if;
    select * into pads from sec.key k where k.login = parts[2];
    if not found then return null; end if;
    if parts[4] is distinct from encode(
        sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(array_to_string(parts[1:3], '|'), 'UTF8'))), 'hex'
    ) then return null; end if;
    return parts[1]::uuid;
end $$;

-- The acting account, when it may work today.
create or replace function sec.me() returns app.accounts_user
language sql stable security definer set search_path = '' as $$
    select u from app.accounts_user u
    where u.id = sec.actor()
      and u.is_active
      and coalesce(u.valid_from, '-infinity') <= (now() at time zone 'Europe/Stockholm')::date
      and coalesce(u.valid_to, 'infinity') >= (now() at time zone 'Europe/Stockholm')::date
$$;

create or replace function sec.municipality() returns uuid
language sql stable security definer set search_path = '' as $$ select (sec.me()).municipality_id $$;

create or replace function sec.abilities() returns setof text
language sql stable security definer rows 20 set search_path = '' as $$
    select a.ability from sec.me() u join sec.role_ability a on a.role = u.role
$$;

create or replace function sec.able(wanted text) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (select from sec.me() u join sec.role_ability a on a.role = u.role where a.ability = wanted)
$$;

-- The municipality, when the acting role has the right there.
create or replace function sec.municipality_for(variadic wanted text[]) returns uuid
language sql stable security definer set search_path = '' as $$
    select u.municipality_id from sec.me() u
    where exists (select from sec.role_ability a where a.role = u.role and a.ability = any (wanted))
$$;

-- The groups of the acting account.
create or replace function sec.groups() returns setof integer
language sql stable security definer rows 2 set search_path = '' as $$
    select ug.group_id from app.accounts_user_groups ug where ug.user_id = (select u.id from sec.me() u)
$$;

-- The cases that the actor's grants open for any of these rights: which kinds of grant do is asked first. A case
-- may come twice, by a grant of one's own and a team's: nobody counts them.
-- One plan for all callers: planning it anew each time took twice as long as running it. The grants' indexes hold
-- all that is asked of them.
-- avhopp.cases, when it is set, names the few cases that a page looks at: the answer is made of these alone. That
-- can only hide, so the setting is not signed.
create or replace function sec.cases(variadic wanted text[]) returns setof uuid
language plpgsql stable security definer rows 30 set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
    me uuid;
    reading text[];
    working text[];
    work integer[] := array(select p.id from app.auth_permission p where p.codename = 'work_case');
    looked_at uuid[] := nullif(current_setting('avhopp.cases', true), '')::uuid[];
begin
    select u.id, array_agg(distinct a.kind) filter (where not a.works), array_agg(distinct a.kind)
    into me, reading, working
    from sec.me() u join sec.grant_ability a on a.role = u.role
    where a.ability = any (wanted)
    group by u.id;
    if me is null then return; end if;
    if looked_at is not null then
        return query
            select g.content_object_id
            from app.cases_caseusergrant g
            where g.user_id = me and g.content_object_id = any (looked_at)
              and g.valid_from <= statement_timestamp() and (g.valid_to is null or g.valid_to > statement_timestamp())
              and g.kind = any (case when g.permission_id = any (work) then working else reading end)
            union all
            select g.content_object_id
            from app.accounts_user_groups ug
            join app.cases_casegroupgrant g on g.group_id = ug.group_id
            where ug.user_id = me and g.content_object_id = any (looked_at)
              and g.valid_from <= statement_timestamp() and (g.valid_to is null or g.valid_to > statement_timestamp())
              and g.kind = any (case when g.permission_id = any (work) then working else reading end);
        return;
    end if;
    return query
        select g.content_object_id
        from app.cases_caseusergrant g
        where g.user_id = me
          and g.valid_from <= statement_timestamp() and (g.valid_to is null or g.valid_to > statement_timestamp())
          and g.kind = any (case when g.permission_id = any (work) then working else reading end)
        union all
        select g.content_object_id
        from app.accounts_user_groups ug
        join app.cases_casegroupgrant g on g.group_id = ug.group_id
        where ug.user_id = me
          and g.valid_from <= statement_timestamp() and (g.valid_to is null or g.valid_to > statement_timestamp())
          and g.kind = any (case when g.permission_id = any (work) then working else reading end);
end $$;

create or replace function sec.persons(variadic wanted text[]) returns setof uuid
language sql stable security definer rows 30 set search_path = '' as $$
    select c.person_id from app.cases_case c where c.id = any (array(select sec.cases(variadic wanted)))
$$;

-- Whether no case has this id yet: the grants of a new case are written before the case itself.
create or replace function sec.is_new_case(candidate uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select not exists (select from app.cases_case c where c.id = candidate)
$$;

-- Whether an account, or a team, is of the actor's own municipality: a case is given to nobody else.
create or replace function sec.works_here(account uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (select from app.accounts_user u where u.id = account and u.municipality_id = sec.municipality())
$$;

create or replace function sec.is_team_here(team integer) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (
        select from app.auth_group g join app.accounts_municipality m on m.code = split_part(g.name, '/', 1)
        where g.id = team and m.id = sec.municipality())
$$;

-- Whether the person has no case yet: one is opened for whoever is new, or already seen.
create or replace function sec.is_new_person(candidate uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select not exists (select from app.cases_case c where c.person_id = candidate)
$$;

-- Whether the case has no contact yet: whoever opens a case writes its first, and only who works with contacts more.
create or replace function sec.is_first_contact(of_case uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select not exists (select from app.cases_intake i where i.case_id = of_case)
$$;

-- That somebody else has an unsigned note in the journal, to whoever may read it: who and since when, and no more.
create or replace function sec.drafts_of_others(of_case uuid) returns table (author text, written_at timestamptz)
language sql stable security definer rows 5 set search_path = '' as $$
    select u.name, e.written_at
    from app.cases_journalentry e join app.accounts_user u on u.id = e.author_id
    where e.case_id = of_case and of_case = any (array(select sec.cases('see_journal')))
      and e.signed_at is null and e.author_id <> sec.actor()
    order by e.written_at, e.id
$$;

-- Tell the coordinator that two persons share an identity number, and tell the caller nothing. `number` is the
-- number's blind index: while keys are rotated it has two, and the caller asks for each.
drop function if exists sec.flag_duplicates(uuid);
create or replace function sec.flag_duplicates(of_person uuid, number text) returns void
language sql volatile security definer set search_path = '' as $$
    insert into app.cases_duplicateflag (id, municipality_id, newer_id, older_id, raised_at)
    select gen_random_uuid(), newer.municipality_id, newer.id, older.id, now()
    from app.cases_person newer
    join app.cases_person older
      on older.municipality_id = newer.municipality_id and older.identity_index = number and older.id <> newer.id
    where newer.id = of_person and newer.identity_index is not null and newer.id = any (array(select sec.persons('see_person')))
    on conflict do nothing
$$;

-- Case numbers count up from one, one at a time: a series that is turned back would let nobody open a case.
create or replace function audit.keep_count() returns trigger
language plpgsql set search_path = '' as $$
begin
    if (to_jsonb(new) - 'last') <> (to_jsonb(old) - 'last') or new.last <> old.last + 1 then
        raise exception 'counted: a series counts up' using errcode = 'check_violation', constraint = 'numbers_count_up';
    end if;
    return new;
end $$;

-- A signed journal entry never changes; a correction is a new row that supersedes it.
create or replace function audit.keep_signed() returns trigger
language plpgsql set search_path = '' as $$
begin
    if old.signed_at is not null then
        raise exception 'signed: a signed journal entry is locked' using errcode = 'check_violation', constraint = 'journal_signed_is_locked';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

-- What was decided never changes: a new decision replaces it. When the person was told and when it was carried out
-- is written afterwards.
create or replace function audit.keep_decided() returns trigger
language plpgsql set search_path = '' as $$
declare
    may_change constant text[] := array['notified', 'enforced'];
begin
    if to_jsonb(new) - may_change <> to_jsonb(old) - may_change and not sec.able('load_scenario') then
        raise exception 'decided: a decision is never rewritten' using errcode = 'check_violation', constraint = 'decision_is_kept';
    end if;
    return new;
end $$;

-- What was released, and how it was motivated, never changes; a package is only closed.
create or replace function audit.keep_released() returns trigger
language plpgsql set search_path = '' as $$
begin
    if old.closed_at is not null
       or (to_jsonb(new) - 'closed_at' - 'closed_because') <> (to_jsonb(old) - 'closed_at' - 'closed_because') then
        raise exception 'released: a release package is frozen' using errcode = 'check_violation', constraint = 'release_is_frozen';
    end if;
    return new;
end $$;
