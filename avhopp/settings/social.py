"""What the processes of the social services' part share: apps, addresses, sign-in.

Each process adds its database login.
"""

import os

from avhopp.services.secrets import optional_secret
from avhopp.settings.base import *  # noqa: F403
from avhopp.settings.environment import words

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "guardian",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "avhopp.pages",
    "avhopp.accounts",
    "avhopp.access",
    "avhopp.audit",
    "avhopp.sealing",
    "cases",
    "placements",
    "placements.invoices",
    "placements.procurement",
    "collaboration",
    "reports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "avhopp.access.watch.WallsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "avhopp.accounts.sign_in_log.SignInLogMiddleware",
    "avhopp.access.session_times.SessionTimesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "avhopp.accounts.middleware.SecondFactorMiddleware",
    "avhopp.accounts.middleware.SentDraftsMiddleware",
    "avhopp.access.middleware.DeclaredAccessMiddleware",
    "avhopp.audit.stopped.ReadingStoppedMiddleware",
    "avhopp.access.unlogged.UnloggedMiddleware",
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
SESSION_ENGINE = "avhopp.accounts.sessions"

# A file from outside is never on disk, and comes in only where a form asks for it.
FILE_UPLOAD_HANDLERS = ["avhopp.files.receiving.InMemory"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# django-allauth keeps the second factors and speaks OpenID Connect; the pages and the counting are our own.
ACCOUNT_ADAPTER = "avhopp.accounts.adapters.AccountAdapter"
MFA_ADAPTER = "avhopp.accounts.adapters.FactorAdapter"
SOCIALACCOUNT_ADAPTER = "avhopp.accounts.adapters.ProviderAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # avhopp.access.throttle counts, across processes, and closes when it cannot
MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody registers; e-mail is no key here
MFA_TOTP_ISSUER = "Avhopp"

# The municipality's identity provider (OpenID Connect), if any. Its client secret is the file oidc_client.
OIDC_ISSUER = os.environ.get("AVHOPP_OIDC_ISSUER", "")
OIDC_ID = "kommun"
OIDC_NAME = os.environ.get("AVHOPP_OIDC_NAME", "kommunens inloggning")
OIDC_CLAIM = os.environ.get("AVHOPP_OIDC_CLAIM", "sub")  # equals the account's `provider_id`
OIDC_SECOND_FACTOR = words("AVHOPP_OIDC_SECOND_FACTOR")  # values of acr or amr that count as two factors
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link; PKCE and state guard the way back
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": words("AVHOPP_OIDC_SCOPE", "openid"),
        "APPS": [
            {
                "provider_id": OIDC_ID,
                "name": OIDC_NAME,
                "client_id": os.environ.get("AVHOPP_OIDC_CLIENT", "avhopp"),
                "secret": optional_secret("oidc_client") or "",
                "settings": {"server_url": OIDC_ISSUER, "fetch_userinfo": False},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
