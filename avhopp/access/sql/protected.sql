-- The protected contact: who may see it in this transaction. Run by setup_database after base.sql.

-- The cases that the actor handles, alone or together with another.
create or replace function sec.handled_cases() returns setof uuid
language sql stable security definer rows 30 set search_path = '' as $$
    select g.content_object_id from app.cases_caseusergrant g
    where g.user_id = (select u.id from sec.me() u) and g.kind in ('handlaggare', 'medhandlaggare')
      and g.valid_from <= statement_timestamp() and (g.valid_to is null or g.valid_to > statement_timestamp())
$$;

-- The cases whose contact this transaction may see: those with a reading of the actor's own, begun in it, by a
-- handler or by another person's approval that holds. Without such a row nobody sees anything.
create or replace function sec.protected_cases() returns setof uuid
language sql stable security definer rows 1 set search_path = '' as $$
    select r.case_id from app.cases_protectedreading r
    where r.asked_by_id = (select u.id from sec.me() u)
      and r.used_at = transaction_timestamp()
      and r.case_id = any (array(select sec.cases('see_protected_contact')))
      and case when r.named then r.case_id = any (array(select sec.handled_cases()))
               else r.approved and r.answered_by_id <> r.asked_by_id and r.valid_to > transaction_timestamp() end
$$;

-- A question is answered once, by another, and used once, by whoever asked, while the approval holds.
create or replace function audit.keep_reading() returns trigger
language plpgsql set search_path = '' as $$
declare
    answer constant text[] := array['answered_by_id', 'answered_at', 'approved', 'valid_to'];
begin
    if old.answered_at is null and old.used_at is null
       and (to_jsonb(new) - answer) = (to_jsonb(old) - answer)
       and new.answered_by_id = sec.actor() and new.answered_by_id <> old.asked_by_id
       and new.answered_at is not null and not old.named
    then return new; end if;
    if old.used_at is null and old.approved and old.asked_by_id = sec.actor()
       and (to_jsonb(new) - 'used_at') = (to_jsonb(old) - 'used_at')
       and new.used_at = transaction_timestamp() and old.valid_to > transaction_timestamp()
    then return new; end if;
    raise exception 'reading: answered once by another, used once' using errcode = 'check_violation', constraint = 'reading_is_kept';
end $$;
