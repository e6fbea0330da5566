# A changed threat level takes a second reader; a package lives at most 90 days and states why (SR-17).

import datetime
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('collaboration', '0002_legal_bases'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalpoliceassessment',
            name='needs_second_reading',
            field=models.BooleanField(default=False, verbose_name='kräver andra läsning'),
        ),
        migrations.AddField(
            model_name='policeassessment',
            name='needs_second_reading',
            field=models.BooleanField(default=False, verbose_name='kräver andra läsning'),
        ),
        migrations.AddConstraint(
            model_name='releasepackage',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__lte', django.db.models.expressions.CombinedExpression(models.F('valid_from'), '+', models.Value(datetime.timedelta(days=90))))), name='release_at_most_ninety_days'),
        ),
        migrations.AddConstraint(
            model_name='releasepackage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', ''), _negated=True), ('harm_test__regex', '^\\s*\\S[\\s\\S]{18,}\\S\\s*$')), name='release_has_purpose_and_harm_test'),
        ),
    ]
