from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "avhopp.pages"
    label = "pages"
    verbose_name = "Sidor"
