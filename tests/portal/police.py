"""The portal's process of these tests: browsers in the portal, with its settings, login and keys."""

import io
import json
import logging
import sys
import time
import uuid
from collections.abc import Iterator
from functools import wraps
from typing import Any

import django
import time_machine
from django.conf import settings

settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "ODEFINIERAD VARIABEL: %s"
settings.STATIC_ROOT = None
settings.WALLS_WATCHED_EVERY = 0  # these tests take walls down
settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
django.setup()

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402 - Django is set up first
from django.core import mail  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import get_resolver, reverse  # noqa: E402

from avhopp.access import throttle  # noqa: E402
from avhopp.kernel import one_time  # noqa: E402

APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # as in social.py
browsers: dict[str, Client] = {}
clocks: list[time_machine.travel] = []
work = {"hashes": 0}


def counted(method: Any) -> Any:
    def run(*arguments: Any, **more: Any) -> Any:
        work["hashes"] += 1
        return method(*arguments, **more)

    return run


Argon2PasswordHasher.encode = counted(Argon2PasswordHasher.encode)
Argon2PasswordHasher.verify = counted(Argon2PasswordHasher.verify)


def browser(who: str) -> Client:
    return browsers.setdefault(who, Client(raise_request_exception=False, SERVER_NAME="localhost"))


def send(who: str, path: str, method: str = "GET", data: dict[str, str] | None = None) -> dict[str, Any]:
    work["hashes"] = 0
    answer = browser(who).generic(
        method,
        path,
        "&".join(f"{key}={value}" for key, value in (data or {}).items()),
        content_type="application/x-www-form-urlencoded",
    )
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return {
        "status": answer.status_code,
        "headers": sorted(answer.items()),
        "body": body.decode(),
        "hashes": work["hashes"],
    }


def sign_in(who: str, username: str, password: str) -> dict[str, Any]:
    """Both steps; the answer is the password's, so that it can be compared with a failure's."""
    first = password_step(who, username, password)
    if first["status"] == 302:
        forget_guesses()
        second = send(who, "/logga-in/andra-steget/", "POST", {"code": app_code()})
        assert second["status"] == 302, second["body"]
    return first


def password_step(who: str, username: str, password: str) -> dict[str, Any]:
    browsers.pop(who, None)
    forget_guesses()
    return send(who, "/logga-in/", "POST", {"username": username, "password": password})


def app_code(off: int = 0, secret: str = APP_SECRET) -> str:
    """What the officer's app shows, so many steps from now."""
    return one_time.code_at(secret, int(time.time()) // one_time.STEP_SECONDS + off)


def forget_guesses() -> None:
    """Guesses and used codes of earlier tests: Valkey remembers them longer than a test lasts."""
    for key in throttle.valkey().scan_iter(f"{settings.COUNTERS_PREFIX}:*"):
        throttle.valkey().delete(key)


def counters() -> list[str]:
    return [key.decode() for key in throttle.valkey().scan_iter(f"{settings.COUNTERS_PREFIX}:*")]


def travel(seconds: float) -> float:
    """Move this process's clock so far from the real one; zero puts it right."""
    for clock in clocks:
        clock.stop()
    clocks.clear()
    if seconds:
        clocks.append(time_machine.travel(time.time() + seconds, tick=True))
        clocks[0].start()
    return time.time()


def rough(path: str, method: str, extra: dict[str, str]) -> dict[str, Any]:
    """A request that Django itself should refuse: a wrong host, no CSRF token, a cookie that is nonsense."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True, SERVER_NAME="localhost")
    answer = client.generic(
        method, path, "username=x&password=y", "application/x-www-form-urlencoded", **extra
    )
    return {"status": answer.status_code, "headers": sorted(answer.items()), "body": answer.content.decode()}


def addresses() -> dict[str, list[str]]:
    """Every named address of this process, with the keywords of its arguments."""
    found: dict[str, list[str]] = {}

    def walk(patterns: list[Any], keywords: list[str]) -> None:
        for pattern in patterns:
            here = [*keywords, *pattern.pattern.converters]
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, here)
            else:
                found[pattern.name] = here

    walk(get_resolver().url_patterns, [])
    return found


def outbox() -> list[str]:
    """Every mail that this process has sent."""
    return [str(message.message()) for message in getattr(mail, "outbox", [])]


def broken(who: str, canary: str) -> dict[str, dict[str, Any]]:
    """What every address answers and logs when its view raises an exception that quotes `canary`."""

    def breaks(*_: Any, **__: Any) -> None:
        raise ValueError(canary)

    handler = next(found for found in logging.root.handlers if found.filters)
    patterns, answers = list(leaves(get_resolver().url_patterns)), {}
    for pattern in patterns:
        real = pattern.callback
        pattern.callback = wraps(real)(breaks)
        written = io.StringIO()
        before = handler.setStream(written)  # type: ignore[attr-defined]
        path = reverse(pattern.name, kwargs=dict.fromkeys(pattern.pattern.converters, uuid.uuid4()))
        answers[pattern.name] = {**send(who, path), "log": written.getvalue()}
        handler.setStream(before)  # type: ignore[attr-defined]
        pattern.callback = real
    return answers


def leaves(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from leaves(pattern.url_patterns)
        else:
            yield pattern


def session(who: str) -> str:
    return browser(who).cookies[settings.SESSION_COOKIE_NAME].value


def modules() -> list[str]:
    return sorted(sys.modules)


COMMANDS = {
    command.__name__: command
    for command in (
        send,
        rough,
        sign_in,
        session,
        modules,
        addresses,
        outbox,
        password_step,
        app_code,
        forget_guesses,
        counters,
        travel,
        broken,
    )
}

for line in sys.stdin:
    wanted, given = json.loads(line)
    answer = COMMANDS[wanted](**given)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
