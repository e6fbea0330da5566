"""Events as the timeline component wants them, and those of the operation for the page they belong to."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from avhopp.accounts.models import User
from avhopp.audit.models import Event

SHOWN = 20


def as_timeline(events: Iterable[Event], icons: Mapping[str, str]) -> list[dict[str, Any]]:
    """`icons` by the first word of the event's kind."""
    return [
        {
            "date": event.occurred_on,
            "heading": event.text,
            "text": f"Skäl: {event.reason}" if event.reason else "",
            "by": event.actor_name,
            "icon": icons.get(event.kind.partition("_")[0], "circle-dot"),
        }
        for event in events
    ]


def events_on(things: Iterable[UUID], user: User, icons: Mapping[str, str]) -> dict[str, Any]:
    """The latest events on things of the operation, newest first: `shown`, and whether there are `more`.

    For templates/components/events.html. One query, none without things.
    """
    ids = list(things)
    found = list(Event.objects.visible_to(user).on(ids)[: SHOWN + 1]) if ids else []
    return {"shown": as_timeline(found[:SHOWN], icons), "more": len(found) > SHOWN, "limit": SHOWN}
