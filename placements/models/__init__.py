"""Places, prices and money."""

from placements.models.application import GrantApplication
from placements.models.budget import BudgetLine, BudgetReallocation
from placements.models.closing import BookedCost, MonthClosing
from placements.models.placement import Placement, PlacementAbsence, PlacementPrice, Stage
from placements.models.provider import FrameworkAgreement, Provider

__all__ = [
    "BookedCost",
    "BudgetLine",
    "BudgetReallocation",
    "FrameworkAgreement",
    "GrantApplication",
    "MonthClosing",
    "Placement",
    "PlacementAbsence",
    "PlacementPrice",
    "Provider",
    "Stage",
]
