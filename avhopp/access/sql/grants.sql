-- Who may use which schema and call which function. Tables are granted one by one in walls.py.

grant usage on schema app, sec, audit to avhopp_web, avhopp_worker, avhopp_policy, avhopp_backup;
grant usage on schema portal to avhopp_portal;
grant select on sec.key, sec.role_ability, sec.grant_ability to avhopp_policy;
grant insert on app.cases_duplicateflag to avhopp_policy;
create policy functions_add on app.cases_duplicateflag for insert to avhopp_policy with check (true);
grant insert on app.cases_emergencyaccess, app.cases_emergencynotice, app.cases_caseusergrant to avhopp_policy;
create policy functions_add on app.cases_emergencyaccess for insert to avhopp_policy with check (true);
create policy functions_add on app.cases_emergencynotice for insert to avhopp_policy with check (true);
create policy functions_add on app.cases_caseusergrant for insert to avhopp_policy with check (kind = 'nodatkomst');
grant update (ended_at) on app.cases_emergencyaccess to avhopp_policy;
create policy functions_end on app.cases_emergencyaccess for update to avhopp_policy using (true) with check (ended_at is not null);
grant update (valid_to, ended_by_id, ended_because) on app.cases_caseusergrant to avhopp_policy;
create policy functions_end on app.cases_caseusergrant for update to avhopp_policy
    using (kind = 'nodatkomst') with check (kind = 'nodatkomst' and valid_to is not null);
grant insert on app.placements_placetried, app.placements_apartquestion to avhopp_policy;
create policy functions_add on app.placements_placetried for insert to avhopp_policy with check (true);
create policy functions_add on app.placements_apartquestion for insert to avhopp_policy with check (allowed is null);
grant update (used_at) on app.placements_apartquestion to avhopp_policy;
create policy functions_use on app.placements_apartquestion for update to avhopp_policy using (allowed) with check (used_at is not null);
grant insert on app.audit_readentry to avhopp_policy;
create policy functions_add on app.audit_readentry for insert to avhopp_policy with check (true);
grant select on all tables in schema app to avhopp_backup;
grant select on app.django_migrations to avhopp_web, avhopp_worker;

-- The policy functions read across all rows; they belong to a role that can do nothing else, and nobody logs in as it.
grant create on schema sec to avhopp_policy;
do $$ declare f regprocedure; begin
    for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'sec' loop
        execute format('alter function %s owner to avhopp_policy', f);
        execute format('revoke all on function %s from public', f);
    end loop;
end $$;
revoke create on schema sec from avhopp_policy;
grant execute on all functions in schema sec to avhopp_web, avhopp_worker, avhopp_owner;
-- Who is told of an emergency is found inside sec.break_glass: asked by itself it would tell which cases there are.
revoke execute on function sec.told_of_emergency(uuid, uuid, uuid, uuid) from avhopp_web, avhopp_worker;

drop function if exists audit.write_history();  -- each history table has its own now
