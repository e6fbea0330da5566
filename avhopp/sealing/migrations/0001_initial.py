# The data keys, and the first one of each ring: the migrations of other apps seal what is there already.

from django.db import migrations, models
from django.utils import timezone

from avhopp.kernel.sealing import new_secret
from avhopp.sealing.keyfiles import RINGS, wrapped


def first_data_keys(apps, schema_editor):
    rows = apps.get_model("sealing", "DataKey").objects
    for ring in RINGS:
        token, by = wrapped(new_secret(), ring, f"{ring}1")
        rows.create(
            id=f"{ring}1", ring=ring, number=1, wrapped=token, wrapped_by=by, made_at=timezone.now()
        )


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DataKey",
            fields=[
                (
                    "id",
                    models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name="nyckel"),
                ),
                ("ring", models.CharField(max_length=12, verbose_name="ring")),
                ("number", models.PositiveIntegerField(verbose_name="ordningsnummer")),
                ("wrapped", models.TextField(verbose_name="inslagen nyckel")),
                ("wrapped_by", models.CharField(max_length=8, verbose_name="inslagen med")),
                ("made_at", models.DateTimeField(verbose_name="gjord")),
            ],
            options={
                "verbose_name": "datanyckel",
                "verbose_name_plural": "datanycklar",
                "ordering": ["ring", "number"],
                "constraints": [models.UniqueConstraint(fields=("ring", "number"), name="data_key_once")],
            },
        ),
        migrations.RunPython(first_data_keys, migrations.RunPython.noop),
    ]
