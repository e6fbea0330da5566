"""The portal's process of these tests: browsers in the portal, with its settings, login and keys."""

import json
import sys
from typing import Any

import django
from django.conf import settings

settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "ODEFINIERAD VARIABEL: %s"
settings.STATIC_ROOT = None
django.setup()

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402 - Django is set up first
from django.test import Client  # noqa: E402

browsers: dict[str, Client] = {}
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
    browsers.pop(who, None)
    return send(who, "/logga-in/", "POST", {"username": username, "password": password})


def session(who: str) -> str:
    return browser(who).cookies[settings.SESSION_COOKIE_NAME].value


def modules() -> list[str]:
    return sorted(sys.modules)


COMMANDS = {command.__name__: command for command in (send, sign_in, session, modules)}

for line in sys.stdin:
    wanted, given = json.loads(line)
    answer = COMMANDS[wanted](**given)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
