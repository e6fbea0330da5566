"""The embedded servers run as long as somebody uses them.

Every user holds a shared lock on `in-use.lock`; who comes first starts the servers, who leaves last stops
them. The kernel frees the lock of a killed user; servers without a user are found and used by the next one.
"""

import contextlib
from collections.abc import Iterator

from avhopp.services.addresses import Endpoints, endpoints, is_embedded
from avhopp.services.binaries import binaries
from avhopp.services.locks import Lock, locked
from avhopp.services.places import Places, make_data_folder, places
from avhopp.services.postgres import Postgres
from avhopp.services.valkey import Valkey


@contextlib.contextmanager
def running() -> Iterator[Endpoints]:
    """The addresses of servers that run for the block; with servers of your own, only the addresses.

    Raises:
        ServiceProblem, OSError: they could not be started.
    """
    found = endpoints()
    if not found.embedded:
        yield found
        return
    site = places()
    make_data_folder(site.data)
    use: Lock | None = None
    try:
        with locked(site.data / "servers.lock"):
            site.make()
            programs = binaries(site)
            Postgres(site).start(programs)
            Valkey(site).start(programs)
            use = Lock.take(site.data / "in-use.lock", shared=True)
        yield found
    finally:
        with locked(site.data / "servers.lock"):
            if use:
                use.release()
            _stop_when_unused(site)


def stop() -> bool:
    """Stops servers that nobody uses (after a kill -9); False when somebody does."""
    if not is_embedded() or not places().data.is_dir():
        return True
    site = places()
    with locked(site.data / "servers.lock"):
        return _stop_when_unused(site)


def database_identity() -> str:
    """Names the embedded database that runs now."""
    site = places()
    return Postgres(site).identity(binaries(site))


def _stop_when_unused(site: Places) -> bool:
    alone = Lock.take(site.data / "in-use.lock", wait=False)
    if alone is None:
        return False
    try:
        Valkey(site).stop()
        database = Postgres(site)
        if database.is_running():
            database.stop(binaries(site))
    finally:
        alone.release()
    return True
