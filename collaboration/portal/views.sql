-- All that the police portal's login can reach: two views and a few functions of its own. Run by setup_database.
-- The views belong to the policy role, so that the portal needs no right on any table.

create or replace function portal.my_unit() returns uuid
language sql stable security definer set search_path = '' as $$ select (sec.me()).police_unit_id $$;

drop view if exists portal.account;
create view portal.account with (security_barrier) as
    select u.id, u.username, u.handle, u.name, u.password, u.valid_from, u.valid_to, u.is_active,
           u.police_unit_id, p.name as police_unit_name, m.id as municipality_id, m.name as municipality_name,
           m.is_demo
    from app.accounts_user u
    join app.accounts_policeunit p on p.id = u.police_unit_id
    join app.accounts_municipality m on m.id = u.municipality_id
    where u.role = 'polis';

-- What was released to the reader's own unit and is open now. Copied content, never a join to the case.
-- It is sealed; its data key comes along, wrapped with a key that only the portal's and web's files have.
drop view if exists portal.package;
create view portal.package with (security_barrier) as
    select r.id, r.recipient_id, r.reference, r.kind, r.provision, r.purpose, r.content as sealed_content,
           k.id as data_key, k.wrapped as wrapped_key, r.content_sha256, r.released_at, r.valid_from, r.valid_to
    from app.collaboration_releasepackage r
    left join app.sealing_datakey k on k.ring = 'release' and k.id = split_part(r.content, '.', 2)
    where r.recipient_id = (select portal.my_unit())
      and r.closed_at is null
      and r.valid_from <= now() and r.valid_to > now();

-- The one thing the portal writes: that a package was opened, or shown by name in the list (`what`), by the actor
-- of the signed context.
drop function if exists portal.log_read(uuid);
create or replace function portal.log_read(package uuid, what text default 'see_release') returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
    me app.accounts_user := sec.me();
    about uuid;
begin
    if what not in ('see_release', 'list_release') then
        raise exception 'not_a_kind_of_reading' using errcode = 'invalid_parameter_value';
    end if;
    select r.case_id into about from app.collaboration_releasepackage r
    where r.id = package and r.recipient_id = me.police_unit_id
      and r.closed_at is null and r.valid_from <= now() and r.valid_to > now();
    if about is null then
        raise exception 'not_released: nothing to read' using errcode = 'no_data_found';
    end if;
    insert into app.audit_readentry
        (id, at, actor_id, role, unit_id, municipality_id, case_id, what, object_type, object_id, ground, source)
    values (gen_random_uuid(), clock_timestamp(), me.id, me.role, me.police_unit_id, me.municipality_id, about,
            what, 'releasepackage', package, 'utlamnat', 'portal');
end $$;

-- The receipt for those who released: when the recipient last opened a package. Not who, and no other reading.
create or replace function sec.release_reads(packages uuid[]) returns table (package uuid, last_read timestamptz)
language sql stable security definer rows 30 set search_path = '' as $$
    select e.object_id, max(e.at) from app.audit_readentry e
    where e.case_id = any (array(select sec.cases('see_release')))
      and e.object_id = any (packages) and e.source = 'portal' and e.what = 'see_release'
    group by e.object_id
$$;

-- The second factor of whoever acts: the secret that the officer's app knows, and nobody else's.
-- It is sealed; its data key comes along, wrapped with a key that only the portal's file has.
drop function if exists portal.my_factor();
create or replace function portal.my_factor() returns table (secret text, data_key text, wrapped_key text)
language sql stable security definer rows 1 set search_path = '' as $$
    select a.data ->> 'secret', k.id, k.wrapped
    from app.mfa_authenticator a
    left join app.sealing_datakey k on k.ring = 'officers' and k.id = split_part(a.data ->> 'secret', '.', 2)
    where a.user_id = (sec.me()).id and a.type = 'totp'
$$;

-- The data key that the portal seals a new secret with: useless without the portal's file.
create or replace function portal.sealing_key() returns table (data_key text, wrapped_key text)
language sql stable security definer rows 1 set search_path = '' as $$
    select k.id, k.wrapped from app.sealing_datakey k where k.ring = 'officers' order by k.number desc limit 1
$$;

-- Whether the officer's newest one-time code is this one, unused and still valid.
create or replace function portal.enrolment_is_open(officer uuid, code text) returns boolean
language sql stable security definer set search_path = '' as $$
    select coalesce((
        select c.digest = code and c.used_at is null and c.valid_to > now()
        from app.accounts_onetimecode c join app.accounts_user u on u.id = c.user_id
        where c.user_id = officer and u.role = 'polis'
        order by c.ordered_at desc limit 1), false)
$$;

-- What a one-time code is for: the officer's own password and app, once. The portal can write them in no other way.
create or replace function portal.enrol(officer uuid, code text, hashed text, secret text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
    who app.accounts_user;
begin
    select u.* into who from app.accounts_user u where u.id = officer and u.role = 'polis' for no key update;
    if not found or not portal.enrolment_is_open(officer, code) then return false; end if;
    if hashed !~ '^argon2\$' or secret !~ '^s1[.]officers[0-9]+[.][A-Za-z0-9_-]+$' then
        raise exception 'enrol: neither a hash nor a sealed secret' using errcode = 'invalid_parameter_value';
    end if;
    update app.accounts_onetimecode c set used_at = clock_timestamp() where c.user_id = officer and c.digest = code;
    update app.accounts_user u set password = hashed where u.id = officer;
    delete from app.mfa_authenticator a where a.user_id = officer;
    insert into app.mfa_authenticator (user_id, type, data, created_at)
    values (officer, 'totp', jsonb_build_object('secret', secret), clock_timestamp());
    return true;
end $$;

do $$ declare f regprocedure; begin
    for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'portal' loop
        execute format('revoke all on function %s from public', f);
        execute format('grant execute on function %s to avhopp_portal, avhopp_policy', f);
    end loop;
end $$;
grant usage, create on schema portal to avhopp_policy;
alter function portal.my_unit() owner to avhopp_policy;
alter function portal.log_read(uuid, text) owner to avhopp_policy;
alter function portal.my_factor() owner to avhopp_policy;
alter function portal.sealing_key() owner to avhopp_policy;
alter function portal.enrolment_is_open(uuid, text) owner to avhopp_policy;
alter function portal.enrol(uuid, text, text, text) owner to avhopp_policy;
alter view portal.account owner to avhopp_policy;
alter view portal.package owner to avhopp_policy;
revoke create on schema portal from avhopp_policy;
grant select on portal.account, portal.package to avhopp_portal;
