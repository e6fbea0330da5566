"""The read log. It is written before the answer leaves; when it cannot be written, nothing is shown."""

from collections.abc import Iterable
from uuid import UUID

from django.db import DatabaseError, IntegrityError
from django.db.models import Model

from avhopp.access.policy import case_behind, grounds_for
from avhopp.access.roles import Can, GrantKind
from avhopp.access.unlogged import ReadNotLogged
from avhopp.accounts.models import User
from avhopp.audit.models import ReadEntry
from avhopp.audit.volume import ReadingStopped, is_stop

GRANTED = "behorigheter"  # the ground of a list: each row is there because a grant opens it


def log_read(user: User, can: Can, thing: Model, source: str = "web") -> None:
    """Record that `user` opens `thing`.

    Raises:
        ReadNotLogged: it could not be written; the request answers 503 and shows nothing.
        ReadingStopped: the account has read more than it may today (SR-46).
    """
    case_id = thing.pk if hasattr(thing, "grants_to") else getattr(thing, "case_id", None)
    case = case_behind(thing)
    kinds = set(grounds_for(user, can, case)) if case is not None else set()
    _write(
        ReadEntry(
            actor_id=user.pk,
            role=user.role,
            unit_id=user.unit_id,
            municipality_id=user.municipality_id,
            case_id=case_id,
            what=can.value,
            object_type=thing._meta.model_name or "",
            object_id=thing.pk,
            ground=",".join(sorted(kinds, key=lambda kind: (kind != GrantKind.BREAK_GLASS, kind)))[:40]
            or "roll",
            source=source,
        )
    )


def log_list(
    user: User,
    can: Can,
    cases: Iterable[UUID],
    *,
    of: type[Model],
    shown: int | None = None,
    searched_by: str = "",
    source: str = "web",
) -> None:
    """Record that a list of rows of the model `of` shows `user` something about these cases: one entry.

    `can` is the right behind the most telling column. `shown` is the number of rows when a case can have
    several. A search is recorded whether it finds anything or not, by its kind; a list without rows shows
    nothing and leaves nothing.

    Raises:
        ReadNotLogged: it could not be written; the request answers 503 and shows nothing.
        ReadingStopped: the account has read more than it may today (SR-46).
    """
    ids = list(dict.fromkeys(cases))
    if not ids and not searched_by:
        return
    _write(
        ReadEntry(
            actor_id=user.pk,
            role=user.role,
            unit_id=user.unit_id,
            municipality_id=user.municipality_id,
            what=can.value,
            object_type=of._meta.model_name or "",
            ground=GRANTED,
            source=source,
            shown=len(ids) if shown is None else shown,
            case_ids=ids,
            searched_by=searched_by or None,
        )
    )


def _write(entry: ReadEntry) -> None:
    try:
        entry.save(force_insert=True)
    except DatabaseError as error:
        if isinstance(error, IntegrityError) and is_stop(error):
            raise ReadingStopped from None
        raise ReadNotLogged from error
