"""How dear a decision the delegation order allows, decisions of the committee, and a database that keeps both."""

import django.core.validators
from django.conf import settings
from django.db import migrations, models


#: A decision is within the point that it says it rests on. A later update keeps to it as well, except for the
#: dates of the point: what was decided under it stays decided when the point ends.
FORWARD = """
create function audit.check_delegation() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    rule app.cases_delegationrule;
    days integer := new."end" - new.start;
begin
    if new.delegation_id is null then return new; end if;
    select * into rule from app.cases_delegationrule where id = new.delegation_id;
    if rule.kind <> new.kind
       or rule.municipality_id <> (select c.municipality_id from app.cases_case c where c.id = new.case_id)
       or tg_op = 'INSERT' and not daterange(rule.valid_from, rule.valid_to) @> new.decided
       or new.outcome <> 'avslag' and (
            new.outside_framework and not rule.outside_framework
            or days is null and (rule.max_days is not null or rule.max_cost is not null)
            or days > rule.max_days
            or new.max_rate > rule.max_rate
            or new.max_rate * days > rule.max_cost)
    then
        raise exception 'delegation: the decision goes beyond the point that it rests on'
            using errcode = 'check_violation', constraint = 'decision_within_delegation';
    end if;
    return new;
end $$;

create trigger check_delegation
    before insert or update of delegation_id, kind, outcome, start, "end", outside_framework, max_rate
    on cases_decision for each row execute function audit.check_delegation();
"""

BACKWARD = """
drop trigger check_delegation on cases_decision;
drop function audit.check_delegation();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_sealed_drafts'),
        ('cases', '0012_documents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='body',
            field=models.CharField(blank=True, choices=[('utskott', 'Nämndens utskott'), ('namnd', 'Nämnden')], max_length=10, verbose_name='fattat av'),
        ),
        migrations.AddField(
            model_name='decision',
            name='minutes',
            field=models.CharField(blank=True, max_length=60, verbose_name='protokoll och paragraf'),
        ),
        migrations.AddField(
            model_name='delegationrule',
            name='max_cost',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='högst sammanlagt'),
        ),
        migrations.AddField(
            model_name='delegationrule',
            name='max_rate',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='högst per dygn'),
        ),
        migrations.AddField(
            model_name='historicaldecision',
            name='body',
            field=models.CharField(blank=True, choices=[('utskott', 'Nämndens utskott'), ('namnd', 'Nämnden')], max_length=10, verbose_name='fattat av'),
        ),
        migrations.AddField(
            model_name='historicaldecision',
            name='minutes',
            field=models.CharField(blank=True, max_length=60, verbose_name='protokoll och paragraf'),
        ),
        migrations.AddField(
            model_name='historicaldelegationrule',
            name='max_cost',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='högst sammanlagt'),
        ),
        migrations.AddField(
            model_name='historicaldelegationrule',
            name='max_rate',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='högst per dygn'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('body', ''), ('minutes', '')), models.Q(('decided_by', None), ('delegation', None), models.Q(('body', ''), _negated=True), models.Q(('minutes', ''), _negated=True)), _connector='OR'), name='a_body_decides_by_its_minutes'),
        ),
        migrations.AddConstraint(
            model_name='delegationrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('max_rate', None), ('max_rate__gte', 0), _connector='OR'), models.Q(('max_cost', None), ('max_cost__gte', 0), _connector='OR')), name='delegated_amounts_not_negative'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
