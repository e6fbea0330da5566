"""The history of places, prices and money, for the page of the case's history."""

from django.db.models import QuerySet

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.history.kinds import Kind
from cases.visibility import IsAnyOf
from placements.models import (
    ApartQuestion,
    GrantApplication,
    GrantRequest,
    Placement,
    PlacementAbsence,
    PlacementExtension,
    PlacementPrice,
)
from placements.showing import CODED, asks_for_codes

PLACEMENT, MONEY = "Placering", "Pengar"


def of_named_places(rows: QuerySet, user: User) -> QuerySet:
    """Without the cases whose place the reader gets as a code alone: the history names providers."""
    return rows.exclude(IsAnyOf("case_id", CODED)) if asks_for_codes(user) else rows


KINDS = [
    Kind(
        key="placering",
        model=Placement,
        see=Can.SEE_PLACEMENT,
        area=PLACEMENT,
        told_by=("planned_start",),
        readable=of_named_places,
        names={
            "decision": "beslut", "provider": "utförare", "agreement": "ramavtal",
            "moved_from": "flyttad från",
        },
    ),
    Kind(
        key="avresa", model=PlacementExtension, see=Can.SEE_PLACEMENT, area=PLACEMENT, told_by=("made_on",),
        names={"decision": "beslut", "made_by": "av"},
    ),
    Kind(
        key="platsfraga", model=ApartQuestion, see=Can.SEE_APART, area=PLACEMENT, told_by=("asked_at",),
        names={"provider": "utförare", "asked_by": "frågat av", "answered_by": "besvarat av"},
    ),
    Kind(
        key="franvaro", model=PlacementAbsence, see=Can.SEE_PLACEMENT, area=PLACEMENT, told_by=("start",)
    ),
    Kind(key="pris", model=PlacementPrice, see=Can.SEE_MONEY, area=MONEY, told_by=("start",)),
    Kind(
        key="ansokan", model=GrantApplication, see=Can.SEE_APPLICATION, area=MONEY, told_by=("sent",),
        names={"programme": "program"},
    ),
    Kind(
        key="komplettering", model=GrantRequest, see=Can.SEE_APPLICATION, area=MONEY, told_by=("asked",),
        names={"application": "ansökan"},
    ),
]  # fmt: skip
