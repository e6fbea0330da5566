# The police's registry number, and why a place was chosen, are sealed.

from django.db import migrations

from avhopp.sealing.fields import SealedTextField
from avhopp.sealing.migrating import SealColumns

SEALED = {
    "placement": {
        "outside_reason": SealedTextField(
            "skäl för plats utanför ramavtal", blank=True, place="placement.outside_reason"
        ),
    },
    "grantapplication": {
        "registry_no": SealedTextField(
            "polisens diarienummer", blank=True, place="grantapplication.registry_no"
        ),
    },
}


class Migration(migrations.Migration):
    dependencies = [("placements", "0004_several_may_follow"), ("sealing", "0001_initial")]

    operations = [SealColumns(SEALED)]
