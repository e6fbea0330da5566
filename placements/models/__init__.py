"""Places, prices and money."""

from placements.models.application import GrantApplication
from placements.models.budget import BudgetLine
from placements.models.placement import Placement, PlacementAbsence, PlacementPrice, Stage
from placements.models.provider import FrameworkAgreement, Provider

__all__ = [
    "BudgetLine",
    "FrameworkAgreement",
    "GrantApplication",
    "Placement",
    "PlacementAbsence",
    "PlacementPrice",
    "Provider",
    "Stage",
]
