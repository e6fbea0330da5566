"""The decisions of one stay are found by its id: reading in thousands of stays no longer reads all for each."""

from django.db import migrations

HEAD = """
create or replace function audit.check_price_decided() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if not exists (
"""

FOUND_BY_STAY = """
        select from (
            select p.decision_id from app.placements_placement p where p.id = new.placement_id
            union all
            select e.decision_id from app.placements_placementextension e
            where e.placement_id = new.placement_id
        ) rests_on
        join app.cases_decision d on d.id = rests_on.decision_id
        left join app.cases_delegationrule r on r.id = d.delegation_id
        where new.rate <= coalesce(least(d.max_rate, r.max_rate), new.rate)
"""

ALL_READ = """
        select from app.placements_placement p
        join app.cases_decision d on d.id = p.decision_id or d.id in (
            select e.decision_id from app.placements_placementextension e where e.placement_id = p.id)
        left join app.cases_delegationrule r on r.id = d.delegation_id
        where p.id = new.placement_id
        and new.rate <= coalesce(least(d.max_rate, r.max_rate), new.rate)
"""

TAIL = """
    ) and exists (select from app.placements_placementprice n where n.id = new.id and n.rate = new.rate)
    then
        raise exception 'price_decided: the price is above what is decided'
            using errcode = 'check_violation', constraint = 'price_within_the_decisions';
    end if;
    return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0018_prices_within_decisions")]

    operations = [migrations.RunSQL(HEAD + FOUND_BY_STAY + TAIL, HEAD + ALL_READ + TAIL)]
