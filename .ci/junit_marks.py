"""A pytest plugin: writes the kind of each test into the JUnit file, for .ci/verify.py."""

from collections.abc import Iterable

import pytest

KINDS = ("browser", "worker", "roles")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        item.user_properties.extend(("kind", kind) for kind in KINDS if item.get_closest_marker(kind))
