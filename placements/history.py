"""The history of places, prices and money, for the page of the case's history."""

from avhopp.access.roles import Can
from cases.history.kinds import Kind
from placements.models import GrantApplication, Placement, PlacementAbsence, PlacementPrice

PLACEMENT, MONEY = "Placering", "Pengar"

KINDS = [
    Kind(
        key="placering",
        model=Placement,
        see=Can.SEE_PLACEMENT,
        area=PLACEMENT,
        told_by=("planned_start",),
        names={
            "decision": "beslut", "provider": "utförare", "agreement": "ramavtal",
            "moved_from": "flyttad från",
        },
    ),
    Kind(
        key="franvaro", model=PlacementAbsence, see=Can.SEE_PLACEMENT, area=PLACEMENT, told_by=("start",)
    ),
    Kind(key="pris", model=PlacementPrice, see=Can.SEE_MONEY, area=MONEY, told_by=("start",)),
    Kind(key="ansokan", model=GrantApplication, see=Can.SEE_APPLICATION, area=MONEY, told_by=("sent",)),
]  # fmt: skip
