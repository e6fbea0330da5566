"""What the tests of sign-in share: counters that begin at zero, and people with second factors."""

from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.test import Client
from django.urls import reverse

from avhopp.access import throttle
from avhopp.access.context import acting
from avhopp.accounts.sealed_factors import secrets_of
from avhopp.kernel import one_time

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def no_guesses_yet() -> Iterator[None]:
    """The counters are Valkey's and outlive a test's transaction."""
    counters = throttle.valkey()
    yield
    for key in counters.scan_iter(f"{settings.COUNTERS_PREFIX}:*"):
        counters.delete(key)


@pytest.fixture
def app_of(cast):
    """`app_of("asta")` gives Asta an authenticator app; it gives the secret that the app knows."""

    def given(handle: str) -> str:
        user = cast.people[handle]
        with acting(user), secrets_of(user.pk):
            TOTP.activate(user, SECRET)
        return SECRET

    return given


def password_step(client: Client, handle: str = "asta", password: str | None = None, **more: str):
    data = {"username": f"{handle}@0198", "password": password or f"{handle}-hemligt-2026", **more}
    return client.post(reverse("sign_in"), data)


def code_now(secret: str, now: float) -> str:
    return one_time.code_at(secret, int(now) // one_time.STEP_SECONDS)
