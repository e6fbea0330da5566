"""Which rights open the invoices. A line that is matched is information of its case, behind its wall."""

from avhopp.access.roles import Can
from avhopp.access.walls import MunicipalityTable, RuledTable, cases_for, municipality_for
from placements.invoices.models import (
    AccountRule,
    ColumnMapping,
    ImportContent,
    Invoice,
    InvoiceExport,
    InvoiceImport,
    InvoiceLine,
    PaidNight,
)

SEEN = f"municipality_id = {municipality_for(Can.SEE_INVOICES)}"
WRITTEN = f"municipality_id = {municipality_for(Can.WRITE_INVOICES)}"
DECIDED = "municipality_id = " + municipality_for(
    Can.WRITE_INVOICES, Can.ATTEST_INVOICES, Can.EXPORT_INVOICES
)
#: `case` and not `or`: the cases are computed for what is matched, the role is asked for what is not.
LINES_SEEN = f"case when case_id is null then {SEEN} else case_id = {cases_for(Can.SEE_MONEY)} end"
LINES_ADDED = (
    f"{WRITTEN} and account_string = '' and not_nights_by_id is null "
    f"and case when case_id is null then true else case_id = {cases_for(Can.WRITE_INVOICES)} end"
)
#: An invoice comes in received, in the name of whoever registers it: every step after that is an update,
#: which asks who takes it (audit.keep_invoice).
RECEIVED = f"{WRITTEN} and registered_by_id = (select sec.actor()) and state = 'mottagen' and note = ''"
LINES_WRITTEN = (
    f"case when case_id is null then {WRITTEN} "
    f"else case_id = {cases_for(Can.WRITE_INVOICES, Can.ATTEST_INVOICES)} end"
)
#: What was read in may name persons: every line of it must be of a case whose person the reader may see. The
#: count sees no more than the reader does, so that a hidden line makes it too small.
EVERY_PERSON = (
    f"{SEEN} and (select count(*) from app.invoices_invoiceline l join app.invoices_invoice i "
    "on i.id = l.invoice_id where i.came_in_id = invoices_importcontent.came_in_id "
    f"and l.case_id = {cases_for(Can.SEE_PERSON)}) = (select f.line_count from app.invoices_invoiceimport f "
    "where f.id = invoices_importcontent.came_in_id)"
)
KEPT = (
    "drop trigger if exists kept on {table}",
    "create trigger kept before update or delete on {table} for each row execute function audit.refuse()",
)

TABLES = [
    RuledTable(model=Invoice, rows=SEEN, inserts=RECEIVED, writes=DECIDED),
    RuledTable(
        model=InvoiceLine,
        rows=LINES_SEEN,
        inserts=LINES_ADDED,
        writes=LINES_WRITTEN,
        moves=True,  # it is matched, and matched again
    ),
    RuledTable(model=PaidNight, web="select", rows=f"case_id = {cases_for(Can.SEE_MONEY)}", inserts="false"),
    MunicipalityTable(
        model=InvoiceImport,
        web="select, insert",
        see=(Can.SEE_INVOICES,),
        write=(Can.WRITE_INVOICES,),
        extra_triggers=KEPT,
    ),
    RuledTable(
        model=ImportContent, web="select, insert", rows=EVERY_PERSON, inserts=WRITTEN, extra_triggers=KEPT
    ),
    MunicipalityTable(model=ColumnMapping, see=(Can.SEE_INVOICES,), write=(Can.WRITE_INVOICES,)),
    MunicipalityTable(model=AccountRule, see=(Can.SEE_INVOICES,), write=(Can.WRITE_INVOICES,)),
    MunicipalityTable(
        model=InvoiceExport,
        web="select, insert",
        see=(Can.SEE_INVOICES,),
        write=(Can.EXPORT_INVOICES,),
        extra_triggers=KEPT,
    ),
]
