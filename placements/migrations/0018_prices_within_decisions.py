"""No price of a stay is above what every decision that it rests on allows, by itself and by its delegation."""

from django.db import migrations

FORWARD = """
create function audit.check_price_decided() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if not exists (
        select from app.placements_placement p
        join app.cases_decision d on d.id = p.decision_id or d.id in (
            select e.decision_id from app.placements_placementextension e where e.placement_id = p.id)
        left join app.cases_delegationrule r on r.id = d.delegation_id
        where p.id = new.placement_id
        and new.rate <= coalesce(least(d.max_rate, r.max_rate), new.rate)
    ) and exists (select from app.placements_placementprice n where n.id = new.id and n.rate = new.rate)
    then
        raise exception 'price_decided: the price is above what is decided'
            using errcode = 'check_violation', constraint = 'price_within_the_decisions';
    end if;
    return null;
end $$;

create constraint trigger check_price_decided after insert or update of rate on placements_placementprice
    deferrable initially deferred for each row execute function audit.check_price_decided();
"""

BACKWARD = """
drop trigger check_price_decided on placements_placementprice;
drop function audit.check_price_decided();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("placements", "0017_budget_adds_up"),
        ("cases", "0013_amounts_of_the_delegation"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
