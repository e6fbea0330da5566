"""When a sign-in ends by itself: fifteen idle minutes, twelve hours in any case (NIST AAL3)."""

import time
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse

IDLE_SECONDS = 15 * 60
LONGEST_SECONDS = 12 * 3600
WARN_SECONDS = 60
#: A sign of life is written down this often at most: each time is a write.
NOTED_EVERY = 30
SINCE, SEEN = "since", "seen"


def begin(session: SessionBase, now: float) -> None:
    """The clock of a sign-in starts."""
    session[SINCE] = session[SEEN] = now


def seconds_left(session: SessionBase, now: float) -> int:
    """How long the sign-in lasts when nothing more happens."""
    ends = min(session.get(SEEN, now) + IDLE_SECONDS, session.get(SINCE, now) + LONGEST_SECONDS)
    return max(0, int(ends - now))


class SessionTimesMiddleware:
    """Ends what has lasted too long, before anybody asks who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session, now = request.session, time.time()
        if SESSION_KEY in session:
            if SINCE not in session:
                begin(session, now)
            elif not seconds_left(session, now):
                session.flush()
        response = self.get_response(request)
        if self._is_sign_of_life(request, now):
            session[SEEN] = now
        return response

    def _is_sign_of_life(self, request: HttpRequest, now: float) -> bool:
        """What the page does by itself, asking how long is left or saving a draft, is none."""
        session = request.session
        if SESSION_KEY not in session or getattr(request, "is_automatic", False):
            return False
        return now - session.get(SEEN, 0) >= NOTED_EVERY
