"""Migrations and walls: the only login that may become the owner of the tables."""

from avhopp.settings.environment import database
from avhopp.settings.social import *  # noqa: F403

DATABASE_LOGIN = "migrator"
DATABASES = {"default": {**database("migrator"), "CONN_MAX_AGE": 0}}
