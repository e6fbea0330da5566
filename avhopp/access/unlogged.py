"""What cannot be logged is not shown: one neutral page, whatever failed (SR-22). Both processes use it."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)


class ReadNotLogged(Exception):
    """A read could not be written down; the request was undone."""


class UnloggedMiddleware:
    """Answers 503 where nothing may be shown because the read log could not be written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReadNotLogged):
            return None
        log.error("A read could not be logged; nothing was shown.", exc_info=exception)
        return render(request, "errors/503.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
