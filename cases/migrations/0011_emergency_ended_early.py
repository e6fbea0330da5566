"""Break-glass can be ended before its time by whoever took it."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_log_review")]

    operations = [
        migrations.AddField(
            model_name="emergencyaccess",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="avslutad i förtid"),
        ),
        migrations.AddField(
            model_name="historicalemergencyaccess",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="avslutad i förtid"),
        ),
        migrations.AddConstraint(
            model_name="emergencyaccess",
            constraint=models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("taken_at"), ended_at__lt=F("ends_at")),
                name="emergency_ended_before_its_time",
            ),
        ),
    ]
