"""A price list has no gap and begins with the agreement; what stays were agreed under never changes."""

from django.db import migrations

FORWARD = """
create function audit.check_agreement() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    agreed app.placements_frameworkagreement;
begin
    if tg_table_name = 'placements_frameworkagreement' then
        select * into agreed from app.placements_frameworkagreement where id = new.id;
    else
        select * into agreed from app.placements_frameworkagreement
        where id = case when tg_op = 'DELETE' then old.agreement_id else new.agreement_id end;
    end if;
    if agreed.id is null then return null; end if;
    if coalesce((
            select range_agg(daterange(p.start, p."end")) <> datemultirange(daterange(agreed.start, null))
            from app.placements_agreementprice p where p.agreement_id = agreed.id and p.level = ''), true)
       or exists (
            select from app.placements_agreementprice p where p.agreement_id = agreed.id and p.level <> ''
            group by p.level
            having range_agg(daterange(p.start, p."end")) <> datemultirange(daterange(min(p.start), null))
                or min(p.start) < agreed.start)
    then
        raise exception 'agreement_price_gap: nights without an agreed price'
            using errcode = 'check_violation', constraint = 'no_agreement_price_gap';
    end if;
    if exists (
        select from app.placements_agreementprice p
        where p.agreement_id = agreed.id and p.level = '' and p.start = agreed.start and p.rate <> agreed.rate
    ) then
        raise exception 'first_price: the first row of the list is the price of the agreement'
            using errcode = 'check_violation', constraint = 'first_price_is_the_rate';
    end if;
    if exists (
        select from app.placements_agreementprice p
        where p.agreement_id = agreed.id and p.municipality_id <> agreed.municipality_id
    ) then
        raise exception 'foreign_price: the price belongs to another municipality'
            using errcode = 'check_violation', constraint = 'price_of_the_same_municipality';
    end if;
    return null;
end $$;

create constraint trigger check_agreement after insert or update on placements_frameworkagreement
    deferrable initially deferred for each row execute function audit.check_agreement();
create constraint trigger check_agreement after insert or update or delete on placements_agreementprice
    deferrable initially deferred for each row execute function audit.check_agreement();

create function audit.keep_agreed() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    agreed uuid := case when tg_table_name = 'placements_frameworkagreement' then (to_jsonb(old) ->> 'id')::uuid
                        else (to_jsonb(old) ->> 'agreement_id')::uuid end;
    kept text[] := case when tg_table_name = 'placements_frameworkagreement'
        then array['municipality_id', 'provider_id', 'start', 'rate', 'charges_departure_day',
                   'absence_full_nights', 'absence_share']
        else array['municipality_id', 'agreement_id', 'level', 'start', 'rate'] end;
begin
    if (tg_op = 'DELETE' or exists (
            select from unnest(kept) as name where to_jsonb(old) -> name is distinct from to_jsonb(new) -> name))
       and exists (
            select from app.placements_placement p where p.agreement_id = agreed and p.start is not null)
    then
        raise exception 'agreement_in_use: somebody has stayed under it'
            using errcode = 'check_violation', constraint = 'agreement_in_use_is_kept';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create trigger keep_agreed before update or delete on placements_frameworkagreement
    for each row execute function audit.keep_agreed();
create trigger keep_agreed before update or delete on placements_agreementprice
    for each row execute function audit.keep_agreed();
"""

BACKWARD = """
drop trigger keep_agreed on placements_agreementprice;
drop trigger keep_agreed on placements_frameworkagreement;
drop function audit.keep_agreed();
drop trigger check_agreement on placements_agreementprice;
drop trigger check_agreement on placements_frameworkagreement;
drop function audit.check_agreement();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0011_first_prices")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
