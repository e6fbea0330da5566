"""Which rights open the monthly reports, and what of them never changes."""

from avhopp.access.roles import Can
from avhopp.access.walls import MunicipalityTable
from reports.models import MonthlyReport

#: Frozen figures stay what they were; an approved report takes the committee's paragraph and nothing else.
KEEP_FROZEN = (
    """
    create or replace function audit.keep_frozen() returns trigger
    language plpgsql set search_path = '' as $$
    begin
        if (old.municipality_id, old.month, old.version, old.as_of)
           is distinct from (new.municipality_id, new.month, new.version, new.as_of) then
            raise exception 'frozen: a report keeps its month and version'
                using errcode = 'check_violation', constraint = 'report_keeps_its_month';
        end if;
        if old.figures is not null and (old.figures, old.figures_sha256, old.frozen_at)
           is distinct from (new.figures, new.figures_sha256, new.frozen_at) then
            raise exception 'frozen: the figures of a report never change'
                using errcode = 'check_violation', constraint = 'report_figures_are_frozen';
        end if;
        if old.status = 'godkand'
           and (to_jsonb(new) - 'paragraph' - 'paragraph_date')
               <> (to_jsonb(old) - 'paragraph' - 'paragraph_date') then
            raise exception 'approved: an approved report is locked'
                using errcode = 'check_violation', constraint = 'approved_report_is_locked';
        end if;
        return new;
    end $$
    """,
    "drop trigger if exists keep_frozen on {table}",
    "create trigger keep_frozen before update on {table} for each row execute function audit.keep_frozen()",
)

TABLES = [
    MunicipalityTable(
        model=MonthlyReport,
        worker="select, insert, update",
        see=(Can.SEE_REPORT,),
        write=(Can.MAKE_REPORT, Can.APPROVE_REPORT, Can.RECORD_PARAGRAPH),
        extra_triggers=KEEP_FROZEN,
    ),
]
