# Identity numbers and what is written in a case are sealed; numbers are found by a blind index.

from django.db import migrations, models

from avhopp.sealing.fields import BlindIndexField, SealedTextField
from avhopp.sealing.migrating import SealColumns, fill_index


def index_numbers(apps, schema_editor):
    fill_index(schema_editor, "cases_person", "identity", "identity_index")


def text(label, place, blank=True):
    return SealedTextField(label, blank=blank, place=place)


SEALED = {
    "person": {
        "identity": SealedTextField(
            "personnummer eller samordningsnummer",
            null=True, blank=True, ring="identity", place="person.identity",
        ),
    },
    "decision": {"reasons": text("skäl för beslutet", "decision.reasons")},
    "decisionproposal": {"reasons": text("skäl för beslutet", "decisionproposal.reasons", blank=False)},
    "followup": {"summary": text("sammanfattning", "followup.summary")},
    "intake": {
        "informant": text("uppgiftslämnare", "intake.informant"),
        "text": text("vad som framkom", "intake.text"),
    },
    "investigation": {
        "extended_reason": text("skäl för förlängning", "investigation.extended_reason"),
        "situation": text("aktuell situation", "investigation.situation"),
        "motivation": text("motivation att lämna", "investigation.motivation"),
        "needs": text("behov av stöd och skydd", "investigation.needs"),
        "own_view": text("personens egen uppfattning", "investigation.own_view"),
        "conclusion": text("bedömning", "investigation.conclusion"),
    },
    "healthpart": {"text": text("hälsa och beroende", "healthpart.text")},
    "childrenpart": {"text": text("barnens situation", "childrenpart.text")},
    "childsafety": {"text": text("skyddsbedömning", "childsafety.text", blank=False)},
    "journalentry": {
        "informant": text("vem lämnade uppgiften och hur", "journalentry.informant"),
        "facts": text("vad som hänt", "journalentry.facts", blank=False),
        "assessment": text("bedömning", "journalentry.assessment"),
        "own_view": text("personens egen uppfattning", "journalentry.own_view"),
        "correction_reason": text("skäl för rättelse", "journalentry.correction_reason"),
    },
    "task": {
        "note": text("anmärkning", "task.note"),
        "outcome": text("resultat", "task.outcome"),
    },
}


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_case_workers_teams"), ("sealing", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("person", "identity_is_twelve_digits"),
        migrations.RemoveIndex("person", "person_by_identity"),
        migrations.AddField("person", "identity_index", BlindIndexField("blint index av numret", of="identity")),
        migrations.RunPython(index_numbers, migrations.RunPython.noop),
        SealColumns(SEALED),
        migrations.AddIndex(
            "person", models.Index(fields=["municipality", "identity_index"], name="person_by_identity")
        ),
        migrations.AddConstraint(
            "person",
            models.CheckConstraint(
                condition=models.Q(identity__isnull=True, identity_index__isnull=True)
                | models.Q(identity__isnull=False, identity_index__isnull=False),
                name="identity_with_its_index",
            ),
        ),
    ]
