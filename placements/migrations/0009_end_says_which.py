# The end that counts is the departure or the expected one, and an extension belongs to its placement's case.

from django.db import migrations, models

FORWARD = """
alter table placements_placementextension
    add constraint extension_of_the_same_case foreign key (placement_id, case_id)
        references placements_placement (id, case_id) deferrable initially deferred,
    add constraint extension_by_a_decision_of_the_case foreign key (decision_id, case_id)
        references cases_decision (id, case_id) deferrable initially deferred;
"""
BACKWARD = """
alter table placements_placementextension
    drop constraint extension_by_a_decision_of_the_case, drop constraint extension_of_the_same_case;
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0008_departures_that_were_known")]

    operations = [
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("departed", None), ("end", None), ("planned_end", None)), models.Q(("departed", None), ("end", models.F("planned_end")), ("end__isnull", False), ("planned_end__isnull", False)), models.Q(("departed__isnull", False), ("end", models.F("departed")), ("end__isnull", False), ("start__isnull", False)), _connector="OR"), name="end_is_the_departure_or_the_expected_one"),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(condition=models.Q(("resumption", ""), ("end_reason", "avbrott"), _connector="OR"), name="only_what_is_interrupted_resumes"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
