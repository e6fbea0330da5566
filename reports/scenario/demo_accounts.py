"""What waits for a second person among the demonstration's accounts."""

from datetime import timedelta
from typing import TYPE_CHECKING

from avhopp.accounts.actions.requests import ask_for_code

if TYPE_CHECKING:
    from reports.scenario.demo_extras import Stage


def code_asked_for(stage: "Stage") -> None:
    """Eva asks for a one-time code to Cleo; Bo, the head, is the second person."""
    ask_for_code(
        user=stage.people["cleo"],
        reason="Har bytt telefon och kommer inte åt sin app.",
        by=stage.people["eva"],
        at=stage.at - timedelta(hours=2),
    )
