"""The report worker, the scheduler and the commands that count: their own, smaller database login."""

from avhopp.settings.environment import database
from avhopp.settings.social import *  # noqa: F403

DATABASE_LOGIN = "worker"
DATABASES = {"default": database("worker")}
