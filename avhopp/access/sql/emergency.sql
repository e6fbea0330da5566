-- Break-glass and requests for access: what must be done without sight of the case. Run by setup_database after base.sql.

-- Open a case by its number in an emergency, for at most an hour, and tell those who answer for it at once.
-- The caller learns nothing: a number that no case has is recorded and told of in the same way (DOMAIN.md 3.2).
create or replace function sec.break_glass(number text, why text, lasting interval) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
    me app.accounts_user := (select u from sec.me() u);
    starts timestamptz := statement_timestamp();
    emergency uuid := gen_random_uuid();
    found uuid;
    its_unit uuid;
begin
    if me.id is null or not sec.able('break_glass') then
        raise exception 'break_glass: not a right of the role' using errcode = 'insufficient_privilege';
    end if;
    select c.id, c.unit_id into found, its_unit from app.cases_case c
    where c.municipality_id = me.municipality_id and c.case_no = number
      and (c.unit_id = me.unit_id or sec.able('break_glass_any_unit'));
    insert into app.cases_emergencyaccess
        (id, municipality_id, taken_by_id, case_no, opened_id, reason, taken_at, ends_at, verdict, review_text)
    values (emergency, me.municipality_id, me.id, number, found, why, starts, starts + lasting, '', '');
    if found is not null then
        insert into app.cases_caseusergrant
            (id, content_object_id, user_id, permission_id, kind, reason, granted_by_id, valid_from, valid_to, ended_because)
        select gen_random_uuid(), found, me.id, p.id, 'nodatkomst', why, me.id, starts, starts + lasting, ''
        from app.auth_permission p join app.django_content_type t on t.id = p.content_type_id
        where t.app_label = 'cases' and t.model = 'case' and p.codename = 'read_case';
    end if;
    insert into app.cases_emergencynotice (id, municipality_id, emergency_id, to_id)
    select gen_random_uuid(), me.municipality_id, emergency, told.id
    from sec.told_of_emergency(me.id, me.municipality_id, found, coalesce(its_unit, me.unit_id)) told(id);
    return emergency;
end $$;

-- End one's own emergency before its time: the grant and the record of it, by the database's clock. The same for a
-- number that opened nothing. True when it was still in force.
create or replace function sec.end_break_glass(emergency uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
    me uuid := (select u.id from sec.me() u);
    ends timestamptz := statement_timestamp();
    taken app.cases_emergencyaccess;
begin
    update app.cases_emergencyaccess e set ended_at = ends
    where e.id = emergency and e.taken_by_id = me and e.ended_at is null and e.taken_at <= ends and e.ends_at > ends
    returning e.* into taken;
    if not found then return false; end if;
    update app.cases_caseusergrant g
    set valid_to = ends, ended_by_id = me, ended_because = 'Avslutad i förtid av den som tog den'
    where g.user_id = me and g.content_object_id = taken.opened_id and g.kind = 'nodatkomst'
      and g.valid_from = taken.taken_at and g.valid_to > ends;
    return true;
end $$;

-- Who is told: the case's handlers and its unit's managers, or any other manager where the unit has no other.
create or replace function sec.told_of_emergency(taker uuid, home uuid, of_case uuid, its_unit uuid) returns setof uuid
language sql stable security definer set search_path = '' as $$
    with working as (
        select u.* from app.accounts_user u
        where u.municipality_id = home and u.id <> taker and u.is_active
          and coalesce(u.valid_from, '-infinity') <= (now() at time zone 'Europe/Stockholm')::date
          and coalesce(u.valid_to, 'infinity') >= (now() at time zone 'Europe/Stockholm')::date
    ), managers as (
        select w.id, w.unit_id is not distinct from its_unit as own from working w
        join sec.role_ability a on a.role = w.role and a.ability = 'review_emergency'
    )
    select m.id from managers m where m.own or not exists (select from managers o where o.own)
    union
    select w.id from working w join app.cases_caseusergrant g on g.user_id = w.id
    where g.content_object_id = of_case and g.kind in ('handlaggare', 'medhandlaggare')
      and g.valid_from <= statement_timestamp() and (g.valid_to is null or g.valid_to > statement_timestamp())
$$;

-- The emergencies that the actor was told of.
create or replace function sec.told_to_me() returns setof uuid
language sql stable security definer rows 5 set search_path = '' as $$
    select n.emergency_id from app.cases_emergencynotice n where n.to_id = (select u.id from sec.me() u)
$$;

-- What was read during an emergency, for whoever follows it up.
create or replace function sec.read_in_emergency(emergency uuid)
returns table (at timestamptz, what text, object_type text, ground text)
language sql stable security definer set search_path = '' as $$
    select r.at, r.what, r.object_type, r.ground
    from app.cases_emergencyaccess e
    join app.audit_readentry r on r.case_id = e.opened_id and r.actor_id = e.taken_by_id
    where e.id = emergency and e.municipality_id = (select sec.municipality_for('see_emergencies'))
      and r.at between e.taken_at and coalesce(e.ended_at, e.ends_at)
    order by r.at, r.id
$$;

-- The numbers of the cases that the actor's grants open for any of these rights.
create or replace function sec.case_numbers(variadic wanted text[]) returns setof text
language sql stable security definer rows 30 set search_path = '' as $$
    select c.case_no from app.cases_case c where c.id = any (array(select sec.cases(variadic wanted)))
$$;

-- The cases in which the actor's rights are others than the role's usual ones, and what is open in them: `case/right`.
create or replace function sec.special_cases() returns setof uuid
language sql stable security definer rows 2 set search_path = '' as $$
    select g.content_object_id from sec.me() u join app.cases_caseusergrant g on g.user_id = u.id
    where g.valid_from <= statement_timestamp() and (g.valid_to is null or g.valid_to > statement_timestamp())
      and (g.kind = 'nodatkomst' or exists (
          select from sec.grant_ability a where a.role = u.role and a.kind = g.kind and not a.works and not exists (
              select from sec.role_ability r where r.role = a.role and r.ability = a.ability)))
$$;

create or replace function sec.special_rights() returns setof text
language sql stable security definer rows 50 set search_path = '' as $$
    select s.id::text || '/' || a.ability
    from sec.special_cases() s(id), sec.me() u
    join sec.grant_ability a on a.role = u.role and not a.works
    where s.id = any (array(select sec.cases(a.ability)))
$$;

-- An answer is given once, and what it answers never changes. The first argument tells whether it is given; all
-- of them may then be written.
create or replace function audit.answer_once() returns trigger
language plpgsql set search_path = '' as $$
begin
    if (to_jsonb(old) -> tg_argv[0]) <> 'null'::jsonb or (to_jsonb(new) - tg_argv) <> (to_jsonb(old) - tg_argv) then
        raise exception 'answered: % takes one answer', tg_table_name
            using errcode = 'check_violation', constraint = 'answered_once';
    end if;
    return new;
end $$;

-- A grant is only ended, and never later than it would have ended. The teams that follow a case from its first day
-- follow it to its last: nobody takes it out of the sight of those who count it.
create or replace function audit.keep_grant() returns trigger
language plpgsql set search_path = '' as $$
declare
    may_change constant text[] := array['valid_to', 'ended_by_id', 'ended_because'];
begin
    if (to_jsonb(new) - may_change) <> (to_jsonb(old) - may_change)
       or new.valid_to is null and old.valid_to is not null
       or new.valid_to > coalesce(old.valid_to, 'infinity')
       or old.valid_to <= statement_timestamp() or old.kind = 'enhet' and tg_table_name = 'cases_casegroupgrant' then
        raise exception 'granted: a grant is only ended' using errcode = 'check_violation', constraint = 'grant_is_only_ended';
    end if;
    return new;
end $$;
