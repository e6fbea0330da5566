"""The WSGI entry of the social services' part."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avhopp.settings.web")
application = get_wsgi_application()

from avhopp.checks import refuse_unless_sound  # noqa: E402 - Django is set up first

refuse_unless_sound()
