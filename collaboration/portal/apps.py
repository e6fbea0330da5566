from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "collaboration.portal"
    label = "portal"
    verbose_name = "polisportalen"
