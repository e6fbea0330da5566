"""Places, prices and money."""

from placements.models.agreement import AgreementPrice
from placements.models.apart import ApartMark, ApartQuestion, PlaceTried
from placements.models.application import GrantApplication, GrantRequest
from placements.models.assumption import ForecastAssumption
from placements.models.budget import BudgetLine, BudgetReallocation
from placements.models.closing import BookedCost, MonthClosing
from placements.models.extension import PlacementExtension
from placements.models.oversight import ProviderContact, ProviderIncident, ProviderRemark, ProviderVisit
from placements.models.placement import Placement, Stage
from placements.models.programme import GrantProgramme
from placements.models.provider import FrameworkAgreement, Provider
from placements.models.terms import PlacementAbsence, PlacementPrice

__all__ = [
    "AgreementPrice",
    "ApartMark",
    "ApartQuestion",
    "BookedCost",
    "BudgetLine",
    "BudgetReallocation",
    "ForecastAssumption",
    "FrameworkAgreement",
    "GrantApplication",
    "GrantProgramme",
    "GrantRequest",
    "MonthClosing",
    "PlaceTried",
    "Placement",
    "PlacementAbsence",
    "PlacementExtension",
    "PlacementPrice",
    "Provider",
    "ProviderContact",
    "ProviderIncident",
    "ProviderRemark",
    "ProviderVisit",
    "Stage",
]
