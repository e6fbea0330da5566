from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "avhopp.access"
    label = "access"
    verbose_name = "behörighet"
