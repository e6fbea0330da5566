"""Every test here has servers of its own in a short private folder, whoever runs the suite."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from avhopp.services import lifecycle, running
from avhopp.services.places import places

ADDRESSES = ("DATABASE_URL", "REDIS_URL", "AVHOPP_SECRETS", "DJANGO_SETTINGS_MODULE")


def private_folder() -> Path:
    """A folder that the servers' user can reach, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="avhopp-test-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


def use(folder: Path, patch: pytest.MonkeyPatch) -> None:
    for name in ADDRESSES:
        patch.delenv(name, raising=False)
    patch.setenv("AVHOPP_DATA", str(folder))
    patch.setenv("AVHOPP_EPHEMERAL", "1")


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """A folder where the servers have run once and are stopped."""
    folder = private_folder()
    with pytest.MonkeyPatch.context() as patch:
        use(folder, patch)
        with running():
            pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty $AVHOPP_DATA."""
    folder = private_folder()
    use(folder, monkeypatch)
    yield folder
    use(folder, monkeypatch)
    assert lifecycle.stop(), "a test left its servers in use"
    if places().sockets.parent == Path("/tmp"):
        shutil.rmtree(places().sockets, ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def warm(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """$AVHOPP_DATA with a cluster that is made already; shared, and left stopped."""
    use(made, monkeypatch)
    yield made
    use(made, monkeypatch)
    assert lifecycle.stop(), "a test left its servers in use"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment for a child process of a test that has `data` or `warm`."""
    request.getfixturevalue("warm" if "warm" in request.fixturenames else "data")
    return dict(os.environ)
