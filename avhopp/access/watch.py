"""The walls compared with the committed list again and again, while a process runs.

At its start a process refuses to begin without them (avhopp/checks.py). Here it notices, within five minutes,
that one was taken down meanwhile, and answers nothing until it stands again. Each process looks for itself:
no other process, queue or file has to work for it to stop.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from avhopp.access import catalog

log = logging.getLogger(__name__)
NAMED = 5  # differences that one line of the log names


class Watch:
    """The last comparison, made anew by the first who asks after `WALLS_WATCHED_EVERY` seconds.

    `compare` gives the differences, as `catalog.differences` does; `clock` counts seconds.
    """

    def __init__(self, compare: Callable[[], list[str]], clock: Callable[[], float] = time.monotonic) -> None:
        self.compare = compare
        self.clock = clock
        self._lock = threading.Lock()
        self._looked = self.clock()  # the process has just begun, and looked then
        self._found: list[str] = []

    def differences(self) -> list[str]:
        """What is wrong with the walls, at most `WALLS_WATCHED_EVERY` seconds old; 0 turns the watch off.

        While they are wrong every question is asked anew, so that mending them helps at once. One thread
        compares; the others get the last answer.

        Raises:
            django.db.Error: the database does not answer. The next who asks tries again.
        """
        every = settings.WALLS_WATCHED_EVERY
        if not every or (not self._found and self.clock() < self._looked + every):
            return self._found
        if not self._lock.acquire(blocking=False):
            return self._found
        try:
            return self.look()
        finally:
            self._lock.release()

    def look(self) -> list[str]:
        """Compare now, and raise the alarm in the log when the walls differ."""
        self._found = self.compare()
        self._looked = self.clock()
        if self._found:
            log.critical(
                "The database's walls are not the committed ones; nothing is answered until they are. "
                "%d differences: %s",
                len(self._found),
                "; ".join(self._found[:NAMED]),
            )
        return self._found


walls = Watch(lambda: catalog.differences())


class WallsMiddleware:
    """No page is shown, and no health is claimed, while a wall is missing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if walls.differences():
            return render(request, "errors/503.html", status=503)
        return self.get_response(request)
