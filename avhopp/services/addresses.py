"""The addresses of the database and the queue: from the environment, or the embedded servers' sockets."""

import os
import urllib.parse
from dataclasses import dataclass

from avhopp.services.messages import ServiceProblem
from avhopp.services.places import Places, places
from avhopp.services.secrets import optional_secret, read_secret

DATABASE = "avhopp"
ADMIN = "avhopp_admin"


@dataclass(frozen=True)
class Endpoints:
    """Where the servers answer.

    Attributes:
        database_url: for psycopg; with the embedded server it holds the administrator's login.
        redis_url: for redis-py (`unix:///path` with the embedded server).
        broker_url: the same server for Celery (`redis+socket:///path`).
        embedded: whether this tree starts the servers itself.
    """

    database_url: str
    redis_url: str
    broker_url: str
    embedded: bool


def is_embedded() -> bool:
    """Whether the embedded servers are used: neither DATABASE_URL nor REDIS_URL is set.

    Raises:
        ServiceProblem: only one of them is.
    """
    given = {name: bool(os.environ.get(name)) for name in ("DATABASE_URL", "REDIS_URL")}
    if all(given.values()):
        return False
    if any(given.values()):
        missing = next(name for name, there in given.items() if not there)
        present = next(name for name, there in given.items() if there)
        raise ServiceProblem(
            f"{present} is set but {missing} is not. Set both to use your own servers, "
            "or neither to use the embedded ones."
        )
    return True


def endpoints() -> Endpoints:
    """The addresses; nothing is started.

    Raises:
        ServiceProblem: only one of DATABASE_URL and REDIS_URL is set, or no secret can be made.
    """
    if not is_embedded():
        redis = _with_password(os.environ["REDIS_URL"])
        return Endpoints(os.environ["DATABASE_URL"], redis, _for_celery(redis), embedded=False)
    site = places()
    socket = urllib.parse.quote(str(site.valkey_socket))
    return Endpoints(
        embedded_database_url(site), f"unix://{socket}", f"redis+socket://{socket}", embedded=True
    )


def embedded_database_url(site: Places) -> str:
    """The administrator's login over the socket."""
    host = urllib.parse.quote(str(site.sockets), safe="")
    return f"postgresql://{ADMIN}:{read_secret('db_admin')}@/{DATABASE}?host={host}"


def admin_url() -> str:
    """DATABASE_URL as the administrator, for `setup_database` only.

    A URL that already names a user is used as it is; otherwise the user is avhopp_admin and the password the
    secret `db_admin`, so that no password needs to stand in an environment variable.
    """
    url = endpoints().database_url
    parts = urllib.parse.urlsplit(url)
    if parts.username:
        return url
    login = f"{ADMIN}:{urllib.parse.quote(read_secret('db_admin'), safe='')}"
    return urllib.parse.urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


def _with_password(url: str) -> str:
    """REDIS_URL with the password of the secret file `valkey`, when there is one and the URL has none."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ServiceProblem("REDIS_URL must begin with redis://, rediss:// or unix://.")
    password = optional_secret("valkey")
    if parts.password or not password:
        return url
    login = f"{parts.username or ''}:{urllib.parse.quote(password, safe='')}"
    return urllib.parse.urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}"))


def _for_celery(url: str) -> str:
    return f"redis+socket{url.removeprefix('unix')}" if url.startswith("unix:") else url
