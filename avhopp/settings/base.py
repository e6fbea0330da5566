"""Settings that every process shares. Each process adds its own login, addresses and apps."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from avhopp import services
from avhopp.settings.environment import ROOT, data_folder, flag, number, words

BASE_DIR = ROOT
DATA_FOLDER = data_folder()
REPORT_FOLDER = DATA_FOLDER / "reports"
# In production another host's disk: what is said there of the history, nobody here can take back.
ANCHOR_FOLDER = Path(os.environ.get("AVHOPP_ANCHORS") or DATA_FOLDER / "anchors")

DEBUG = False
DEMO = flag("AVHOPP_DEMO")
SECRET_KEY = services.read_secret("django_secret")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "sv"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"
USE_THOUSAND_SEPARATOR = True

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "avhopp.pages.forms.FormRenderer"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

# Seconds between two comparisons of the database's walls with the committed list, in each process.
WALLS_WATCHED_EVERY = 300

# The browser: nothing from outside, nothing inline, nothing framed, nothing cached.
HTTPS = flag("AVHOPP_HTTPS")
if DEMO and HTTPS:
    raise ImproperlyConfigured("AVHOPP_DEMO lets anybody in; it is never set together with AVHOPP_HTTPS.")
SESSION_COOKIE_AGE = 15 * 60  # seconds without a sign of life; avhopp.access.session_times has the 12 hours
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = False  # the proxy redirects; the health check stays plain
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# Nothing to others. With no-referrer the browser sends Origin: null, and CSRF refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # SECURE_SSL_REDIRECT: the reverse proxy does it
    "guardian.W001",  # guardian's backend knows no validity in time; avhopp.access.policy asks its rows
]
if HTTPS:
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

# Database triggers write the history; simple-history gives the tables and reads them.
SIMPLE_HISTORY_ENABLED = False
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = True
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False

# Guesses of passwords and codes are counted in Valkey under keys that tell no name.
COUNTERS_URL = services.endpoints().redis_url
COUNTERS_PREFIX = os.environ.get("AVHOPP_DATABASE") or "avhopp"
PROXIES = number("AVHOPP_PROXIES", 0)  # our own proxies in front: the outermost one's visitor is counted

# Valkey carries only opaque run ids; the state of every report is in PostgreSQL.
CELERY_BROKER_URL = services.endpoints().broker_url
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("AVHOPP_DATABASE") or "avhopp"  # a worker serves one database
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 10
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = TIME_ZONE

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_details": {"()": "avhopp.audit.logs.WithoutDetails"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_details"]},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"fontTools": {"level": "ERROR"}, "weasyprint": {"level": "ERROR"}},
}
