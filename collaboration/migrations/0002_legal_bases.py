"""The rules that let secrecy give way, as dated data. Those that a jurist has not confirmed cannot be chosen (DOMAIN.md 2.6)."""

from datetime import date

from django.db import migrations

BASES = [
    # code, meaning, needs consent, may be chosen, from
    ("10 kap. 1 § och 12 kap. 2 § OSL", "Den enskildes samtycke", True, True, date(2009, 6, 30)),
    ("10 kap. 2 § OSL", "Nödvändigt utlämnande för den egna verksamheten", False, True, date(2009, 6, 30)),
    ("10 kap. 18 a § OSL", "Förebygga brott av person under 21 år", False, True, date(2025, 4, 1)),
    ("10 kap. 28 § OSL", "Uppgiftsskyldighet i lag eller förordning", False, True, date(2009, 6, 30)),
    ("24 kap. 4 § BrB", "Nödsituation", False, True, date(1965, 1, 1)),
    ("10 kap. 12 § OSL", "Ej bekräftad av jurist", False, False, date(2009, 6, 30)),
    ("10 kap. 15 a § OSL", "Ej bekräftad av jurist", False, False, date(2025, 12, 1)),
]


def forward(apps, schema_editor):
    basis = apps.get_model("collaboration", "LegalBasis")
    for code, text, needs_consent, is_active, valid_from in BASES:
        basis.objects.create(
            code=code, text=text, needs_consent=needs_consent, is_active=is_active, valid_from=valid_from
        )


def backward(apps, schema_editor):
    apps.get_model("collaboration", "LegalBasis").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("collaboration", "0001_initial")]

    operations = [migrations.RunPython(forward, backward)]
