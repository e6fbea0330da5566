from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "avhopp.audit"
    label = "audit"
    verbose_name = "spårbarhet"
