"""Which rights open the monthly reports."""

from avhopp.access.roles import Can
from avhopp.access.walls import MunicipalityTable
from reports.models import MonthlyReport

TABLES = [
    MunicipalityTable(
        model=MonthlyReport,
        worker="select, insert, update",
        see=(Can.SEE_REPORT,),
        write=(Can.MAKE_REPORT, Can.APPROVE_REPORT, Can.RECORD_PARAGRAPH),
    ),
]
