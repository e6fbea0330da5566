"""An exception in any view: a page that says nothing, a log line without values, nothing written (SR-52)."""

import io
import logging
import uuid
from typing import Any

import pytest
from django.http import HttpRequest
from django.urls import URLResolver, get_resolver, reverse

from avhopp.accounts.models import Municipality
from avhopp.audit.logs import WithoutDetails
from cases.states import CaseEvent
from tests.access.test_outsiders import ALL, Address

CANARY = "Kanariefågel Hemlig 19900101-1234"
CODE = "0777"


class Broken(Exception):
    """Says what no log may repeat."""


@pytest.fixture
def log():
    """What reaches the process's own log, through its own filter."""
    handler = next(h for h in logging.root.handlers if any(isinstance(f, WithoutDetails) for f in h.filters))
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.fixture
def broken(monkeypatch):
    """Every view writes a row and then breaks, behind its own declaration."""

    def breaks(request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        Municipality.objects.create(code=CODE, name=CANARY, board="Nämnd", registry_prefix="X")
        try:
            int(CANARY)
        except ValueError as error:
            raise Broken(CANARY) from error

    def walk(patterns: list) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns)
                continue
            view = lambda *args, **kwargs: breaks(*args, **kwargs)  # noqa: E731 - one for each, with its own marks
            view.access = pattern.callback.access
            view.before_second_factor = getattr(pattern.callback, "before_second_factor", False)
            monkeypatch.setitem(pattern.__dict__, "callback", view)

    walk(get_resolver("avhopp.urls").url_patterns)


def test_a_broken_view_says_nothing_anywhere(as_, broken, log):
    asta = as_("asta")
    asta.raise_request_exception = False
    bodies = set()
    for address in ALL:
        log.seek(0)
        log.truncate()
        response = asta.get(_url(address))
        assert response.status_code == 500, address.name
        bodies.add(response.content)
        for text in (response.content.decode(), str(response.headers), log.getvalue()):
            assert "Kanarie" not in text, address.name
            assert "1234" not in text, address.name
        assert log.getvalue().count("Internal Server Error") == 1, address.name
        assert "test_forced_failure.Broken" in log.getvalue()  # what it was, and where
        assert "line" in log.getvalue()
        assert not Municipality.objects.filter(code=CODE).exists(), address.name
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "no-store" in response.headers["Cache-Control"]
    assert len(ALL) > 100
    assert len(bodies) == 1  # byte for byte the same, whatever broke


def _url(address: Address) -> str:
    """Any address of the kind: the view breaks before it asks what is there."""
    kinds = {name: type(converter).__name__ for name, converter in address.converters.items()}
    given = {
        name: uuid.uuid4() if kind == "UUIDConverter" else CaseEvent.COMMUNICATE
        for name, kind in kinds.items()
    }
    return reverse(address.name, kwargs=given)
