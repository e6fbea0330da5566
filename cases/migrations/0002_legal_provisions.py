"""The provisions a decision can rest on, as they read from one day to another (DOMAIN.md 2.1)."""

from datetime import date

from django.db import migrations

NEW_LAW = date(2025, 7, 1)
PROVISIONS = [
    # code before, code since 1 July 2025, what it is about
    ("4 kap. 1 § SoL (2001:453)", "11 kap. 1 § SoL (2025:400)", "Insatser för att tillgodose personliga behov"),
    ("3 kap. 6 a § SoL (2001:453)", "9 kap. 3 § SoL (2025:400)", "Stödboende"),
    ("6 kap. 1 § SoL (2001:453)", "9 kap. 4 § SoL (2025:400)", "Hem för vård eller boende"),
    (None, "11 kap. 5 § SoL (2025:400)", "Insats utan individuell behovsprövning"),
]


def forward(apps, schema_editor):
    provision = apps.get_model("cases", "LegalProvision")
    for before, since, text in PROVISIONS:
        old = None
        if before:
            old = provision.objects.create(code=before, text=text, valid_from=date(2002, 1, 1), valid_to=NEW_LAW)
        provision.objects.create(code=since, text=text, valid_from=NEW_LAW, replaces=old)


def backward(apps, schema_editor):
    apps.get_model("cases", "LegalProvision").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunPython(forward, backward)]
