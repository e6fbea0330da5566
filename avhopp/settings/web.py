"""The social services' web process, and every management command that is not a migration or a report."""

from avhopp.settings.environment import database
from avhopp.settings.social import *  # noqa: F403

DATABASE_LOGIN = "web"
DATABASES = {"default": {**database("web", pool=True), "ATOMIC_REQUESTS": True}}
