"""Write down what an action did and why."""

import uuid
from datetime import date

from django.db.models import Model

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.models import Event


def record(
    *,
    by: User,
    kind: str,
    text: str,
    requires: Can,
    on: date,
    case: Model | None = None,
    reason: str = "",
    object_id: uuid.UUID | None = None,
) -> Event:
    """Add one event in the same transaction as the act it tells of.

    `text` is a Swedish sentence for the timeline, shown to those who hold `requires`; it says no more than
    that right opens. `on` is the day it happened, which may be earlier than today.
    """
    event = Event(
        actor_id=by.pk,
        actor_name=by.name,
        municipality_id=by.municipality_id,
        case_id=case.pk if case else None,
        requires=requires.value,
        kind=kind,
        occurred_on=on,
        text=text,
        reason=reason,
        object_id=object_id,
    )
    event.save(force_insert=True)
    return event
