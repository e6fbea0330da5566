"""Money moves within a year and never makes a line negative; what is booked adds up to its closing."""

from django.db import migrations

FORWARD = """
create function audit.check_reallocation() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    line app.placements_budgetline;
    other app.placements_budgetline;
begin
    select * into line from app.placements_budgetline where id = new.source_id for no key update;
    select * into other from app.placements_budgetline where id = new.target_id;
    if line.year <> other.year or line.municipality_id <> new.municipality_id
        or other.municipality_id <> new.municipality_id then
        raise exception 'reallocation: between years' using errcode = 'check_violation', constraint = 'reallocation_within_a_year';
    end if;
    if exists (
        select from app.placements_budgetreallocation day
        where line.id in (day.source_id, day.target_id) and line.amount < (
            select sum(case when m.source_id = line.id then m.amount else -m.amount end)
            from app.placements_budgetreallocation m
            where line.id in (m.source_id, m.target_id) and m.decided <= day.decided)
    ) then
        raise exception 'reallocation: more than the line' using errcode = 'check_violation', constraint = 'reallocation_within_the_line';
    end if;
    return null;
end $$;
create constraint trigger check_reallocation after insert or update on placements_budgetreallocation
    deferrable initially deferred for each row execute function audit.check_reallocation();

alter table placements_bookedcost add constraint booked_of_the_same_case foreign key (placement_id, case_id)
    references placements_placement (id, case_id) deferrable initially deferred;

create function audit.demand_closing(wanted uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
    closing app.placements_monthclosing;
    own record;
begin
    select * into closing from app.placements_monthclosing where id = wanted;
    select coalesce(sum(b.nights) filter (where b.month = closing.month), 0) as nights,
        coalesce(sum(b.cost) filter (where b.month = closing.month), 0) as cost,
        coalesce(sum(b.cost), 0) as in_all, max(b.month) as latest
    into own from app.placements_bookedcost b where b.closing_id = closing.id;
    if own.nights <> closing.nights or own.cost <> closing.cost
        or own.in_all <> closing.cost + closing.brought + closing.adjusted or own.latest > closing.month then
        raise exception 'closing: does not add up' using errcode = 'check_violation', constraint = 'closing_adds_up';
    end if;
    if closing.month > (select min(c.month) from app.placements_monthclosing c where c.municipality_id = closing.municipality_id)
        and not exists (
            select from app.placements_monthclosing c
            where c.municipality_id = closing.municipality_id and c.month = closing.month - interval '1 month') then
        raise exception 'closing: not the next month' using errcode = 'check_violation', constraint = 'months_close_in_order';
    end if;
end $$;

create function audit.check_closing() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    perform audit.demand_closing(new.id);
    return null;
end $$;
create constraint trigger check_closing after insert on placements_monthclosing
    deferrable initially deferred for each row execute function audit.check_closing();

-- All rows of a closing come in one statement, after which they add up: none can be added to it later.
create function audit.check_booked() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    perform audit.demand_closing(added.closing_id) from (select distinct closing_id from new_rows) added;
    return null;
end $$;
create trigger check_booked after insert on placements_bookedcost
    referencing new table as new_rows for each statement execute function audit.check_booked();
"""

BACKWARD = """
drop trigger check_booked on placements_bookedcost;
drop function audit.check_booked();
drop trigger check_closing on placements_monthclosing;
drop function audit.check_closing();
drop function audit.demand_closing(uuid);
alter table placements_bookedcost drop constraint booked_of_the_same_case;
drop trigger check_reallocation on placements_budgetreallocation;
drop function audit.check_reallocation();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0016_reallocations_and_closings")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
