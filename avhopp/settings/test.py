"""Tests: the web process's settings and login, on a database of the tests' own."""

import os

from avhopp.settings.web import *  # noqa: F403
from avhopp.settings.web import DATABASES, MIDDLEWARE, TEMPLATES


class Undefined(str):
    """A template variable that does not exist is a mistake, and fails the test."""

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"the template uses {name}, which does not exist")


DATABASES["default"]["OPTIONS"].pop("pool")
WORKER = os.environ.get("PYTEST_XDIST_WORKER")  # several processes may run the suite side by side
DATABASES["default"]["NAME"] = f"avhopp_test_{WORKER}" if WORKER else "avhopp_test"
DATABASES["default"]["CONN_MAX_AGE"] = None
COUNTERS_PREFIX = DATABASES["default"]["NAME"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# It wants the collected files; the browser tests use them.
MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEMO = True
WALLS_WATCHED_EVERY = 0  # tests take walls down; the watch has tests of its own
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("%s")
