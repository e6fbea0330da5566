"""Migrating a new database in seconds.

Before each operation Django makes anew the class of the changed model and of every model that any chain of
relations leads to: here all of them, since everything hangs on the case and the account. That is nine tenths
of the time. An operation on a table needs the changed model alone. Django has a way of saying that the other
classes may be older (`is_delayed`): what runs Python with the models gets all of them made anew first.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.migrations.state import ProjectState


def _only_itself(
    state: ProjectState, app_label: str, model_name: str, delay: bool = False
) -> set[tuple[str, str]]:
    state.is_delayed = True
    return {(app_label, model_name)}


@contextmanager
def quick_states() -> Iterator[None]:
    """Inside the block, an operation of a migration makes anew the model that it changes and no other."""
    before = ProjectState._find_reload_model  # type: ignore[attr-defined]
    ProjectState._find_reload_model = _only_itself  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._find_reload_model = before  # type: ignore[attr-defined]
