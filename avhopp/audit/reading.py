"""The read log. It is written before the answer leaves; when it cannot be written, nothing is shown."""

from django.db.models import Model

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.models import ReadEntry


def log_read(user: User, can: Can, thing: Model, source: str = "web") -> None:
    """Record that `user` opens `thing`. A database error here stops the request."""
    case_id = thing.pk if hasattr(thing, "grants_to") else getattr(thing, "case_id", None)
    grants = thing.grants_to(user) if hasattr(thing, "grants_to") else ()
    ReadEntry(
        actor_id=user.pk,
        role=user.role,
        unit_id=user.unit_id,
        municipality_id=user.municipality_id,
        case_id=case_id,
        what=can.value,
        object_type=thing._meta.model_name or "",
        object_id=thing.pk,
        ground=",".join(sorted({grant.kind for grant in grants}))[:40] or "roll",
        source=source,
    ).save(force_insert=True)
