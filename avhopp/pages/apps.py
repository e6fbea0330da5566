from django.apps import AppConfig

from avhopp.pages.wording import speak_plainly


class PagesConfig(AppConfig):
    name = "avhopp.pages"
    label = "pages"
    verbose_name = "Sidor"

    def ready(self) -> None:
        speak_plainly()
