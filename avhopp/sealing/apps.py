from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "avhopp.sealing"
    label = "sealing"
    verbose_name = "försegling"
