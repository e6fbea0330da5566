"""What whoever has read too much is shown (SR-46)."""

from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from avhopp.access.context import acting
from avhopp.audit.volume import ReadingStopped
from avhopp.kernel.reading_limits import CASES_A_DAY, LOOKUPS_AN_HOUR


class ReadingStoppedMiddleware:
    """The request was undone, its entry in the read log too: the stop is told in a transaction of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReadingStopped) or not request.user.is_authenticated:
            return None
        with transaction.atomic(), acting(request.user, reason="lässpärr"), connection.cursor() as cursor:
            cursor.execute("select audit.tell_of_stop()")
        limits = {"cases": CASES_A_DAY.stop, "lookups": LOOKUPS_AN_HOUR.stop}
        return render(request, "errors/429.html", limits, status=429)
