"""Find the lists and searches that showed a case."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_lists_read_and_events_of_the_operation")]

    operations = [
        migrations.AddIndex(
            model_name="readentry",
            index=django.contrib.postgres.indexes.GinIndex(fields=["case_ids"], name="read_by_shown_case"),
        ),
    ]
