# The price of each agreement becomes the first row of its price list, with its row of history.

from django.db import migrations

FORWARD = """
with added as (
    insert into placements_agreementprice (id, municipality_id, agreement_id, level, start, "end", rate, basis)
    select gen_random_uuid(), a.municipality_id, a.id, '', a.start, null, a.rate, ''
    from placements_frameworkagreement a
    where not exists (select from placements_agreementprice p where p.agreement_id = a.id and p.level = '')
    returning *
)
insert into placements_historicalagreementprice (
    id, municipality_id, agreement_id, level, start, "end", rate, basis,
    history_id, history_date, history_type, history_change_reason, history_user_id)
select id, municipality_id, agreement_id, level, start, "end", rate, basis,
    gen_random_uuid(), clock_timestamp(), '+', 'migration', null
from added;
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0010_provider_card_and_price_lists")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
