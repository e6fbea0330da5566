"""What must never be false, and needs more than one row to see."""

from django.db import migrations

FORWARD = """
create unique index case_and_person on cases_case (id, person_id);
create unique index decision_and_case on cases_decision (id, case_id);
create unique index placement_and_case on placements_placement (id, case_id);
alter table placements_placement
    add constraint placement_of_the_case_person foreign key (case_id, person_id)
        references cases_case (id, person_id) deferrable initially deferred,
    add constraint placement_by_a_decision_of_the_case foreign key (decision_id, case_id)
        references cases_decision (id, case_id) deferrable initially deferred;
alter table placements_placementprice
    add constraint price_of_the_same_case foreign key (placement_id, case_id)
        references placements_placement (id, case_id) deferrable initially deferred;
alter table placements_placementabsence
    add constraint absence_of_the_same_case foreign key (placement_id, case_id)
        references placements_placement (id, case_id) deferrable initially deferred;

-- Every night of a stay has a price, and every absence lies inside it. An open end runs on at the last price.
create function audit.check_stay() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    stay app.placements_placement;
    wanted daterange;
    priced datemultirange;
    last_end date;
begin
    if tg_table_name = 'placements_placement' then
        select * into stay from app.placements_placement where id = new.id;
    else
        select * into stay from app.placements_placement
        where id = case when tg_op = 'DELETE' then old.placement_id else new.placement_id end;
    end if;
    if stay.id is null then return null; end if;
    select range_agg(daterange(p.start, p."end")), max(coalesce(p."end", 'infinity'))
    into priced, last_end from app.placements_placementprice p where p.placement_id = stay.id;
    wanted := daterange(coalesce(stay.start, stay.planned_start), coalesce(stay."end", last_end));
    if priced is null and not isempty(wanted) or not coalesce(priced @> wanted, true) then
        raise exception 'price_gap: nights without a price' using errcode = 'check_violation', constraint = 'no_price_gap';
    end if;
    if exists (
        select from app.placements_placementabsence a where a.placement_id = stay.id
        and not daterange(coalesce(stay.start, stay.planned_start), stay."end") @> daterange(a.start, a."end")
    ) then
        raise exception 'absence_outside: absence outside the stay' using errcode = 'check_violation', constraint = 'absence_inside_stay';
    end if;
    if exists (
        select from app.cases_case c where c.id = stay.case_id and (
            coalesce(stay.start, stay.planned_start) < c.received
            or c.closed is not null and stay.start is not null and coalesce(stay."end", 'infinity') > c.closed)
    ) then
        raise exception 'stay_outside_case: the stay lies outside the case' using errcode = 'check_violation', constraint = 'stay_inside_case';
    end if;
    return null;
end $$;

create constraint trigger check_stay after insert or update on placements_placement
    deferrable initially deferred for each row execute function audit.check_stay();
create constraint trigger check_stay after insert or update or delete on placements_placementprice
    deferrable initially deferred for each row execute function audit.check_stay();
create constraint trigger check_stay after insert or update or delete on placements_placementabsence
    deferrable initially deferred for each row execute function audit.check_stay();

-- A case is not closed while somebody stays.
create function audit.check_case_closed() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if new.closed is not null and exists (
        select from app.placements_placement p where p.case_id = new.id and p.start is not null
        and coalesce(p."end", 'infinity') > new.closed
    ) then
        raise exception 'stay_outside_case: somebody stays after the case is closed'
            using errcode = 'check_violation', constraint = 'stay_inside_case';
    end if;
    return null;
end $$;
create constraint trigger check_closed after update on cases_case
    deferrable initially deferred for each row execute function audit.check_case_closed();
"""

BACKWARD = """
drop trigger check_closed on cases_case;
drop function audit.check_case_closed();
drop trigger check_stay on placements_placementabsence;
drop trigger check_stay on placements_placementprice;
drop trigger check_stay on placements_placement;
drop function audit.check_stay();
alter table placements_placementabsence drop constraint absence_of_the_same_case;
alter table placements_placementprice drop constraint price_of_the_same_case;
alter table placements_placement
    drop constraint placement_by_a_decision_of_the_case, drop constraint placement_of_the_case_person;
drop index placement_and_case;
drop index decision_and_case;
drop index case_and_person;
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0001_initial"), ("cases", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
