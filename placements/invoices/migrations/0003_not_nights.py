"""What is not charged by the night and looks like nights all the same: told why, and seen by a second person.

The amounts are compared here with the prices of the stay that the line is for. The provider's words are sealed,
so of them only the application asks (placements/invoices/doubtful.py).
"""

import avhopp.sealing.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
create or replace function audit.keep_line() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    matched text[] := array['case_id', 'placement_id', 'frees_nights'];
    told text[] := array['not_nights', 'not_nights_by_id', 'not_nights_seen_by_id'];
    tells boolean := (new.not_nights, new.not_nights_by_id) is distinct from (old.not_nights, old.not_nights_by_id);
    sees boolean := new.not_nights_seen_by_id is distinct from old.not_nights_seen_by_id;
    here text;
begin
    if to_jsonb(new) = to_jsonb(old) then return new; end if;
    select state into here from app.invoices_invoice where id = old.invoice_id for share;
    if to_jsonb(new) - matched - told - 'account_string' <> to_jsonb(old) - matched - told - 'account_string'
       or tells and here not in ('mottagen', 'fraga') or sees and here <> 'granskad'
       or (new.case_id, new.placement_id, new.frees_nights)
           is distinct from (old.case_id, old.placement_id, old.frees_nights) and here not in ('mottagen', 'fraga')
       or new.account_string <> old.account_string and here <> 'granskad' then
        raise exception 'kept: a line stays as it was sent'
            using errcode = 'check_violation', constraint = 'line_is_kept';
    end if;
    if session_user in ('avhopp_web', 'avhopp_worker') and (
        (new.case_id, new.placement_id, new.frees_nights)
            is distinct from (old.case_id, old.placement_id, old.frees_nights) and not sec.able('write_invoices')
        or tells and not (sec.able('write_invoices') or new.not_nights = '' and sec.able('attest_invoices'))
        or sees and not sec.able('attest_invoices')
        or tells and new.not_nights_by_id is not null and new.not_nights_by_id is distinct from sec.actor()
        or sees and new.not_nights_seen_by_id is not null and new.not_nights_seen_by_id is distinct from sec.actor()
        or new.account_string <> old.account_string and not sec.able('attest_invoices')) then
        raise exception 'who: the line is not this account''s to change'
            using errcode = 'check_violation', constraint = 'invoice_steps_by_those_who_may';
    end if;
    return new;
end $$;

create function audit.not_nights_told() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    line app.invoices_invoiceline;
    alike boolean;
begin
    for line in select * from app.invoices_invoiceline
                where invoice_id = new.id and unit = 'annat' and amount > 0 and placement_id is not null loop
        alike := exists (
            select from (select rate from app.placements_placementprice where placement_id = line.placement_id
                         union select rate from app.placements_placementabsence
                         where placement_id = line.placement_id) as price
            where price.rate > 0 and (line.unit_price = price.rate
                or mod(line.amount, price.rate) = 0 and line.amount / price.rate <= 366));
        if new.state = 'granskad' and alike
           and (line.not_nights = '' or line.not_nights_by_id is distinct from new.reviewed_by_id) then
            raise exception 'not_nights: a line looks like nights, and nobody says why it is not'
                using errcode = 'check_violation', constraint = 'not_nights_is_told';
        end if;
        if new.state = 'attesterad' and (alike or line.not_nights <> '')
           and (line.not_nights = '' or line.not_nights_seen_by_id is distinct from new.attested_by_id) then
            raise exception 'not_nights: the second person has not seen why a line is not nights'
                using errcode = 'check_violation', constraint = 'not_nights_is_seen';
        end if;
    end loop;
    return null;
end $$;
create trigger not_nights_told after update on invoices_invoice for each row
    when (new.kind = 'faktura' and (old.state in ('mottagen', 'fraga') and new.state = 'granskad'
          or old.state = 'granskad' and new.state = 'attesterad'))
    execute function audit.not_nights_told();
"""

BACKWARD = """
drop trigger not_nights_told on invoices_invoice;
drop function audit.not_nights_told();
create or replace function audit.keep_line() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    matched text[] := array['case_id', 'placement_id', 'frees_nights'];
    here text;
begin
    if to_jsonb(new) = to_jsonb(old) then return new; end if;
    select state into here from app.invoices_invoice where id = old.invoice_id for share;
    if to_jsonb(new) - matched - 'account_string' <> to_jsonb(old) - matched - 'account_string'
       or (new.case_id, new.placement_id, new.frees_nights)
           is distinct from (old.case_id, old.placement_id, old.frees_nights) and here not in ('mottagen', 'fraga')
       or new.account_string <> old.account_string and here <> 'granskad' then
        raise exception 'kept: a line stays as it was sent'
            using errcode = 'check_violation', constraint = 'line_is_kept';
    end if;
    if session_user in ('avhopp_web', 'avhopp_worker') and (
        (new.case_id, new.placement_id, new.frees_nights)
            is distinct from (old.case_id, old.placement_id, old.frees_nights) and not sec.able('write_invoices')
        or new.account_string <> old.account_string and not sec.able('attest_invoices')) then
        raise exception 'who: the line is not this account''s to change'
            using errcode = 'check_violation', constraint = 'invoice_steps_by_those_who_may';
    end if;
    return new;
end $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_sealed_drafts'),
        ('cases', '0012_documents'),
        ('invoices', '0002_facts_agree'),
        ('placements', '0017_budget_adds_up'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalinvoiceline',
            name='not_nights',
            field=avhopp.sealing.fields.SealedTextField(blank=True, place='invoiceline.not_nights', ring='case', verbose_name='varför det inte är dygn'),
        ),
        migrations.AddField(
            model_name='historicalinvoiceline',
            name='not_nights_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalinvoiceline',
            name='not_nights_seen_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='not_nights',
            field=avhopp.sealing.fields.SealedTextField(blank=True, place='invoiceline.not_nights', ring='case', verbose_name='varför det inte är dygn'),
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='not_nights_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='not_nights_seen_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('not_nights_by', None), ('not_nights_seen_by', None)), models.Q(('not_nights_by__isnull', False), ('unit', 'annat'), models.Q(('not_nights', ''), _negated=True)), _connector='OR'), name='not_nights_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(('not_nights_seen_by', None), models.Q(('not_nights_seen_by', models.F('not_nights_by')), _negated=True), _connector='OR'), name='not_nights_seen_by_a_second_person'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
