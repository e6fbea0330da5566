# What `end` said until now, told apart: a day that has come was the departure, a later one was the expected one.

from django.db import migrations

FORWARD = """
update placements_placement set
    planned_end = "end",
    departed = case
        when start is not null and "end" <= (now() at time zone 'Europe/Stockholm')::date then "end" end
where "end" is not null and planned_end is null and departed is null;
update placements_placement set resumption = 'okant' where end_reason = 'avbrott' and resumption = '';
"""
BACKWARD = "update placements_placement set planned_end = null, departed = null, resumption = ''"


class Migration(migrations.Migration):
    dependencies = [("placements", "0007_expected_and_actual_dates")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
