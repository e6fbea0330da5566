"""From the first right factor to a session: the second factor is asked for wherever there is one."""

import time
from typing import Any

from django.contrib.auth import SESSION_KEY, login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from avhopp.access import session_times
from avhopp.access.context import acting
from avhopp.accounts.backends import ELSEWHERE
from avhopp.accounts.drafts import forget_old, has_drafts
from avhopp.accounts.factors import has_factor
from avhopp.accounts.models import User
from avhopp.accounts.proofs import DEMO, FACTOR, prove
from avhopp.accounts.sessions import DEVICE, device_name
from avhopp.accounts.sign_in_log import signed_in

BACKEND = "avhopp.accounts.backends.PasswordBackend"
PENDING = "pending_sign_in"
PENDING_SECONDS = 10 * 60


def working_account(**which: Any) -> User | None:
    """The one account that may sign in here today and fits `which`; None also when a value is empty."""
    if not all(which.values()):
        return None
    accounts = User.objects.working_on(timezone.localdate()).exclude(role__in=ELSEWHERE)
    return accounts.select_related("municipality", "unit").filter(**which).first()


def begin(
    request: HttpRequest,
    user: User,
    onward: str,
    method: str,
    *,
    second_factor: bool = False,
    remembered: bool = False,
) -> HttpResponseBase:
    """`method` was right. Ask for the second factor, or sign in when that was two or when there is none yet.

    `remembered`: a provider vouches for an earlier sign-in, and did not ask anew.
    Whoever signs in without any second factor reaches the pages that set one up, and nothing else.
    """
    if SESSION_KEY in request.session:
        request.session.flush()
    prove(request, user, method, second_factor=second_factor or None, remembered=remembered or None)
    with acting(user):
        asks = not second_factor and method not in (DEMO, FACTOR) and has_factor(user)
    if not asks:
        return finish(request, user, onward)
    request.session.cycle_key()
    request.session[PENDING] = {"user": str(user.pk), "at": time.time(), "onward": onward}
    return redirect("second_factor")


def pending(request: HttpRequest) -> tuple[User, str] | None:
    """Whose second factor is awaited in this browser, and where they are going; None after ten minutes."""
    waiting = request.session.get(PENDING)
    if not waiting or time.time() - waiting["at"] > PENDING_SECONDS:
        return None
    user = working_account(pk=waiting["user"])
    return (user, waiting["onward"]) if user else None


def finish(request: HttpRequest, user: User, onward: str) -> HttpResponseBase:
    """Sign in, with a session id that is new."""
    login(request, user, backend=BACKEND)
    request.session.pop(PENDING, None)
    session_times.begin(request.session, time.time())
    signed_in(request, user)
    request.session[DEVICE] = device_name(request.headers.get("User-Agent", ""))
    with acting(user):
        forget_old()
        request.session["drafts"] = has_drafts(user)
    return redirect(safe(request, onward))


def safe(request: HttpRequest, onward: str) -> str:
    """Where to go: `onward` when it is a page of ours, otherwise the start."""
    ours = url_has_allowed_host_and_scheme(
        onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return onward if ours else resolve_url("start")
