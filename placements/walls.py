"""Which rights open places, prices and money."""

from avhopp.access.roles import Can
from avhopp.access.walls import CaseTable, MunicipalityTable, RuledTable, cases_for
from placements.models import (
    AgreementPrice,
    ApartMark,
    ApartQuestion,
    BookedCost,
    BudgetLine,
    BudgetReallocation,
    ForecastAssumption,
    FrameworkAgreement,
    GrantApplication,
    GrantProgramme,
    GrantRequest,
    MonthClosing,
    Placement,
    PlacementAbsence,
    PlacementExtension,
    PlacementPrice,
    PlaceTried,
    Provider,
    ProviderContact,
    ProviderIncident,
    ProviderRemark,
    ProviderVisit,
)

#: Nothing of a question changes but its answer, once, and that it has been used (sec.ask_apart).
ANSWERED_OR_USED = (
    "drop trigger if exists answer_once on {table}",
    "create trigger answer_once before update on {table} for each row "
    "when (old.used_at is not distinct from new.used_at) execute function "
    "audit.answer_once('answered_at', 'answered_by_id', 'allowed')",
    "drop trigger if exists use_once on {table}",
    "create trigger use_once before update on {table} for each row "
    "when (old.used_at is distinct from new.used_at) execute function audit.answer_once('used_at')",
)


def _both(right: Can) -> str:
    return f"first_case_id = {cases_for(right)} and second_case_id = {cases_for(right)}"


TABLES = [
    RuledTable(
        model=ApartMark,
        rows=_both(Can.SEE_APART),
        inserts=f"municipality_id = (select sec.municipality()) and {_both(Can.MARK_APART)}",
    ),
    CaseTable(
        model=ApartQuestion,
        web="select, update",
        see=Can.SEE_APART,
        write=(Can.MARK_APART,),
        extra_triggers=ANSWERED_OR_USED,
    ),
    RuledTable(model=PlaceTried, web="", rows="false", inserts="false"),
    MunicipalityTable(
        model=Provider, worker="select", see=(Can.SEE_PROVIDERS,), write=(Can.WRITE_PROVIDERS,)
    ),
    MunicipalityTable(
        model=FrameworkAgreement,
        worker="select",
        see=(Can.SEE_PROVIDERS, Can.SEE_REPORT),
        write=(Can.WRITE_PROVIDERS,),
    ),
    MunicipalityTable(
        model=AgreementPrice, worker="select", see=(Can.SEE_PROVIDERS,), write=(Can.WRITE_PROVIDERS,)
    ),
    *(
        MunicipalityTable(model=model, see=(Can.SEE_PROVIDERS,), write=(Can.WRITE_PROVIDERS,))
        for model in (ProviderContact, ProviderVisit, ProviderIncident, ProviderRemark)
    ),
    CaseTable(
        model=Placement,
        worker="select",
        see=Can.SEE_PLACEMENT,
        write=(Can.WRITE_PLACEMENT,),
        fixed=("decision_id",),  # what its prices were held against
        within=("moved_from_id",),
    ),
    CaseTable(
        model=PlacementPrice,
        web="select, insert, update, delete",
        worker="select",
        see=Can.SEE_MONEY,
        write=(Can.WRITE_PLACEMENT,),
        fixed=("placement_id",),
    ),
    CaseTable(
        model=PlacementAbsence,
        web="select, insert, update, delete",
        worker="select",
        see=Can.SEE_PLACEMENT,
        write=(Can.WRITE_PLACEMENT,),
        fixed=("placement_id",),
    ),
    CaseTable(
        model=PlacementExtension,
        web="select, insert",
        see=Can.SEE_PLACEMENT,
        write=(Can.WRITE_PLACEMENT,),
    ),
    MunicipalityTable(model=BudgetLine, worker="select", see=(Can.SEE_BUDGET,), write=(Can.WRITE_BUDGET,)),
    MunicipalityTable(
        model=ForecastAssumption, worker="select", see=(Can.SEE_BUDGET,), write=(Can.WRITE_BUDGET,)
    ),
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
    CaseTable(model=GrantRequest, see=Can.SEE_APPLICATION, write=(Can.WRITE_APPLICATION,)),
    MunicipalityTable(model=GrantProgramme, see=(Can.SEE_APPLICATION,), write=(Can.WRITE_APPLICATION,)),
]
