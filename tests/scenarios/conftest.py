"""The golden scenario, loaded once for the tests of a file that read it or lay something on top."""

import pytest

from reports.scenario.loading import Loaded
from tests.scenarios.loaded import loaded


@pytest.fixture(scope="module")
def golden_file(kept: None) -> Loaded:
    return loaded()


@pytest.fixture
def stored(db: None, golden_file: Loaded) -> Loaded:
    """What loading the golden file gave; the file is in the database."""
    return golden_file
