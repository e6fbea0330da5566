# The first data key of each ring that is new: the secrets of second factors, and those of police officers.

from django.db import migrations
from django.utils import timezone

from avhopp.kernel.sealing import new_secret
from avhopp.sealing.keyfiles import RINGS, wrapped


def first_data_keys(apps, schema_editor):
    rows = apps.get_model("sealing", "DataKey").objects
    for ring in set(RINGS) - set(rows.values_list("ring", flat=True)):
        token, by = wrapped(new_secret(), ring, f"{ring}1")
        rows.create(
            id=f"{ring}1", ring=ring, number=1, wrapped=token, wrapped_by=by, made_at=timezone.now()
        )


class Migration(migrations.Migration):
    dependencies = [("sealing", "0001_initial")]

    operations = [migrations.RunPython(first_data_keys, migrations.RunPython.noop)]
