-- What must be known of places without sight of the persons. Run by setup_database after base.sql.

-- The cases, of those whose place the actor may see, whose person the population register protects: whoever does
-- not see the person is shown the provider's code there, not its name (DOMAIN.md 3.2, note 10).
create or replace function sec.coded_cases() returns setof uuid
language sql stable security definer rows 10 set search_path = '' as $$
    select c.id from app.cases_case c join app.cases_person p on p.id = c.person_id
    where p.protection <> 'ingen' and c.id = any (array(select sec.cases('see_place')))
$$;

-- Whether the person of a case may be placed with a provider from `first` to before `last`, as far as the
-- coordinators' marks go: true means "ask the coordinator". It answers a yes or no to whoever may place in the
-- case and says nothing of whom; it reads across all cases, whatever the caller may see.
--   * Each place tried for a marked case is counted. After six of them in a day the answer is yes for every further
--     one, so that nobody finds out where somebody stays by trying all places.
--   * Each yes is a row that the coordinators are told of, whose case is the caller's own.
--   * A place that a coordinator let through answers no; with `uses` it has been used by that.
create or replace function sec.ask_apart(of_case uuid, of_provider uuid, first date, last date, uses boolean)
returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
    me app.accounts_user := (select u from sec.me() u);
    today constant date := (now() at time zone 'Europe/Stockholm')::date;
    others uuid[];
    tried bigint;
    met boolean;
    let_through uuid;
begin
    if me.id is null or not of_case = any (array(select sec.cases('write_placement'))) then
        raise exception 'ask_apart: not a case that the actor places in' using errcode = 'insufficient_privilege';
    end if;
    select array_agg(case when m.first_case_id = of_case then m.second_case_id else m.first_case_id end) into others
    from app.placements_apartmark m
    where m.ended_on is null and of_case in (m.first_case_id, m.second_case_id);
    if others is null then return false; end if;
    select q.id into let_through from app.placements_apartquestion q
    where q.case_id = of_case and q.provider_id = of_provider and q.allowed and q.used_at is null
    order by q.answered_at limit 1;
    if let_through is not null then
        if uses then
            update app.placements_apartquestion q set used_at = statement_timestamp() where q.id = let_through;
        end if;
        return false;
    end if;
    insert into app.placements_placetried (id, case_id, provider_id, tried_by_id, tried_on)
    values (gen_random_uuid(), of_case, of_provider, me.id, today)
    on conflict (tried_by_id, case_id, provider_id, tried_on) do nothing;
    select count(*) into tried from app.placements_placetried t
    where t.tried_by_id = me.id and t.case_id = of_case and t.tried_on = today;
    met := exists (
        select from app.placements_placement p
        where p.case_id = any (others) and p.provider_id = of_provider and p.end_reason <> 'paborjades_inte'
          and daterange(coalesce(p.start, p.planned_start), p."end") && daterange(first, last));
    if not met and tried <= 6 then return false; end if;
    insert into app.placements_apartquestion (id, case_id, provider_id, asked_by_id, asked_at, too_many)
    values (gen_random_uuid(), of_case, of_provider, me.id, statement_timestamp(), tried > 6)
    on conflict (case_id, provider_id) where answered_at is null do nothing;
    return true;
end $$;
