import avhopp.sealing.fields
from django.db import migrations


class Migration(migrations.Migration):
    """Drafts hold what was typed, an address too. They live for a week and begin anew."""

    dependencies = [
        ('accounts', '0003_names_in_swedish_order'),
        ('sealing', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL('delete from accounts_formdraft', migrations.RunSQL.noop),
        migrations.RemoveField(model_name='formdraft', name='fields'),
        migrations.AddField(
            model_name='formdraft',
            name='fields',
            field=avhopp.sealing.fields.SealedJSONField(
                place='formdraft.fields', ring='protected', verbose_name='fält', default=''
            ),
            preserve_default=False,
        ),
    ]
