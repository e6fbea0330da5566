"""What the processes of the social services' part share: apps, addresses, sign-in.

Each process adds its database login.
"""

from avhopp.settings.base import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "guardian",
    "simple_history",
    "avhopp.pages",
    "avhopp.accounts",
    "avhopp.access",
    "avhopp.audit",
    "cases",
    "placements",
    "collaboration",
    "reports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "avhopp.access.middleware.DeclaredAccessMiddleware",
]
TEMPLATES[0]["OPTIONS"]["context_processors"].append("avhopp.navigation.chrome")  # noqa: F405
ROOT_URLCONF = "avhopp.urls"
WSGI_APPLICATION = "avhopp.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["avhopp.accounts.backends.PasswordBackend"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "start"
SESSION_COOKIE_NAME = "__Host-avhopp" if HTTPS else "avhopp"  # noqa: F405
CSRF_COOKIE_NAME = "__Host-avhopp-csrf" if HTTPS else "avhopp-csrf"  # noqa: F405
