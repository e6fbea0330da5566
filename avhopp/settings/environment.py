"""What the environment says, read strictly: a bad value stops the start with a sentence."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from avhopp import services

ROOT = Path(__file__).resolve().parent.parent.parent
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def flag(name: str, default: bool = False) -> bool:
    """A yes-or-no variable.

    Raises:
        ImproperlyConfigured: when the value is neither.
    """
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    """A whole number, zero or more.

    Raises:
        ImproperlyConfigured: when the value is not one.
    """
    value = os.environ.get(name, "")
    if not value:
        return default
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty parts."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def data_folder() -> Path:
    """Where the installation keeps files: reports, sockets, logs."""
    return Path(os.environ.get("AVHOPP_DATA") or ROOT / ".data").resolve()


def database(login: str, *, pool: bool = False) -> dict[str, Any]:
    """Django's database settings for one of the logins `web`, `portal`, `worker`, `migrator`.

    The address comes from DATABASE_URL or the embedded server; the user is always `avhopp_<login>`
    with a secret of its own, so that no process can reach the database as somebody else.
    """
    parts = conninfo_to_dict(services.endpoints().database_url)
    options: dict[str, Any] = {"connect_timeout": 10}
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("AVHOPP_DATABASE") or parts.get("dbname", "avhopp"),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "USER": f"avhopp_{login}",
        "PASSWORD": services.read_secret(f"db_{login}"),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pool else 60,
    }
