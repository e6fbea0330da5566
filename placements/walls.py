"""Which rights open places, prices and money."""

from avhopp.access.roles import Can
from avhopp.access.walls import CaseTable, MunicipalityTable
from placements.models import (
    BookedCost,
    BudgetLine,
    BudgetReallocation,
    FrameworkAgreement,
    GrantApplication,
    MonthClosing,
    Placement,
    PlacementAbsence,
    PlacementPrice,
    Provider,
)

TABLES = [
    MunicipalityTable(
        model=Provider, worker="select", see=(Can.SEE_PROVIDERS,), write=(Can.WRITE_PROVIDERS,)
    ),
    MunicipalityTable(
        model=FrameworkAgreement,
        worker="select",
        see=(Can.SEE_PROVIDERS, Can.SEE_REPORT),
        write=(Can.WRITE_PROVIDERS,),
    ),
    CaseTable(model=Placement, worker="select", see=Can.SEE_PLACEMENT, write=(Can.WRITE_PLACEMENT,)),
    CaseTable(
        model=PlacementPrice,
        web="select, insert, update, delete",
        worker="select",
        see=Can.SEE_MONEY,
        write=(Can.WRITE_PLACEMENT,),
    ),
    CaseTable(
        model=PlacementAbsence,
        web="select, insert, update, delete",
        worker="select",
        see=Can.SEE_PLACEMENT,
        write=(Can.WRITE_PLACEMENT,),
    ),
    MunicipalityTable(model=BudgetLine, worker="select", see=(Can.SEE_BUDGET,), write=(Can.WRITE_BUDGET,)),
    MunicipalityTable(
        model=BudgetReallocation,
        web="select, insert",
        worker="select",
        see=(Can.SEE_BUDGET,),
        write=(Can.WRITE_BUDGET,),
    ),
    MunicipalityTable(
        model=MonthClosing,
        web="select, insert",
        see=(Can.SEE_BUDGET,),
        write=(Can.CLOSE_MONTH,),
        in_ledger=True,
    ),
    CaseTable(
        model=BookedCost, web="select, insert", see=Can.SEE_MONEY, write=(Can.CLOSE_MONTH,), in_ledger=True
    ),
    CaseTable(
        model=GrantApplication, worker="select", see=Can.SEE_APPLICATION, write=(Can.WRITE_APPLICATION,)
    ),
]
