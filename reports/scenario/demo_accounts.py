"""What waits for a second person among the demonstration's accounts."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from avhopp.accounts.actions.requests import ask_for_code

if TYPE_CHECKING:
    from reports.scenario.demo_extras import Stage


def code_asked_for(stage: "Stage") -> None:
    """Eva asks for a one-time code to Cleo; Bo, the head, is the second person.

    Nobody asks in the future by the database's clock, whatever day the demonstration is made for.
    """
    ask_for_code(
        user=stage.people["cleo"],
        reason="Har bytt telefon och kommer inte åt sin app.",
        by=stage.people["eva"],
        at=min(stage.at, timezone.now()) - timedelta(hours=2),
    )
