"""The police portal: its own process, addresses, cookie and database login. No app of the social services."""

from avhopp import services
from avhopp.settings.base import *  # noqa: F403
from avhopp.settings.environment import database

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.forms",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "avhopp.pages",
    "collaboration.portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "avhopp.access.watch.WallsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "avhopp.access.session_times.SessionTimesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "avhopp.access.middleware.DeclaredAccessMiddleware",
    "avhopp.access.unlogged.UnloggedMiddleware",
]
TEMPLATES[0]["OPTIONS"]["context_processors"].append("collaboration.portal.context.chrome")  # noqa: F405
ROOT_URLCONF = "avhopp.urls_portal"
WSGI_APPLICATION = "avhopp.wsgi_portal.application"
AUTH_USER_MODEL = "portal.PoliceUser"
AUTHENTICATION_BACKENDS = ["collaboration.portal.backends.PoliceBackend"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "start"

# The portal writes nothing but the read log, so its sessions live in Valkey: an id and times.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": services.endpoints().redis_url,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"serializer": "avhopp.kernel.plain.PlainSerializer"},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_SAVE_EVERY_REQUEST = True  # the quarter of an hour begins anew; the twelve hours do not
COUNTERS_PREFIX = f"portal:{COUNTERS_PREFIX}"  # noqa: F405 - the portal's user in Valkey reaches these keys alone
SESSION_COOKIE_NAME = "__Host-avhopp-portal" if HTTPS else "avhopp-portal"  # noqa: F405
CSRF_COOKIE_NAME = "__Host-avhopp-portal-csrf" if HTTPS else "avhopp-portal-csrf"  # noqa: F405
FILE_UPLOAD_HANDLERS: list[str] = []  # nothing is handed in here
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

DATABASE_LOGIN = "portal"
DATABASES = {"default": {**database("portal", pool=True), "ATOMIC_REQUESTS": True}}
