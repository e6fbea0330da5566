# What comes from the police, and what is released to them, is sealed.

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from avhopp.sealing.fields import SealedJSONField, SealedTextField
from avhopp.sealing.migrating import SealColumns

#: It shows the content; setup_database makes it anew.
DROP_VIEW = "drop view if exists portal.package"
#: What kinds of information a package holds, which its sealed content no longer tells.
SECTIONS = """
    alter table {table} disable trigger user;
    update {table} set sections = (
        select coalesce(array_agg(key order by key), '{{}}') from jsonb_object_keys(content) key
        where key not in ('format', 'police_reference', 'consent')
    );
    alter table {table} enable trigger user"""
TABLES = ("collaboration_releasepackage", "collaboration_historicalreleasepackage")


def text(label, place, blank=True):
    return SealedTextField(label, blank=blank, place=place)


def sections():
    return ArrayField(models.CharField(max_length=20), verbose_name="slag av uppgifter", default=list)


SEALED = {
    "policeassessment": {
        "registry_no": text("polisens diarienummer", "policeassessment.registry_no"),
        "wording": text("polisens egen formulering", "policeassessment.wording"),
        "withdrawal_reason": text("polisens skäl för återkallelsen", "policeassessment.withdrawal_reason"),
        "withdrawal_registry_no": text(
            "återkallelsens diarienummer", "policeassessment.withdrawal_registry_no"
        ),
    },
    "deviation": {
        "text": text("beskrivning", "deviation.text", blank=False),
        "measure": text("åtgärd", "deviation.measure"),
    },
    "consent": {"withdrawal_note": text("hur det återkallades", "consent.withdrawal_note")},
    "releasepackage": {
        "content": SealedJSONField("innehåll", ring="release", place="releasepackage.content"),
    },
}


class Migration(migrations.Migration):
    dependencies = [("collaboration", "0004_withdrawn_assessments"), ("sealing", "0001_initial")]

    operations = [
        migrations.RunSQL(DROP_VIEW, migrations.RunSQL.noop),
        migrations.AddField("releasepackage", "sections", sections()),
        migrations.AddField("historicalreleasepackage", "sections", sections()),
        *(migrations.RunSQL(SECTIONS.format(table=table), migrations.RunSQL.noop) for table in TABLES),
        SealColumns(SEALED),
        migrations.RunSQL(migrations.RunSQL.noop, DROP_VIEW),
    ]
