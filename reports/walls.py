"""Which rights open the monthly reports, and what of them never changes."""

from avhopp.access.roles import Can
from avhopp.access.walls import RuledTable, municipality_for
from reports.models import MonthlyReport

#: Frozen figures stay what they were; an approved report takes the committee's paragraph and nothing else.
#: Whoever writes in it prepares it, in the own name, and somebody else approves it, in theirs.
KEEP_FROZEN = (
    """
    create or replace function audit.keep_frozen() returns trigger
    language plpgsql set search_path = '' as $$
    declare
        by_people constant boolean := current_user in ('avhopp_web', 'avhopp_worker')
            and not sec.able('load_scenario');
        approves constant boolean := new.status = 'godkand' and old.status <> 'godkand';
        prepared constant boolean := (new.requested_by_id, new.views, new.registry_no)
            is distinct from (old.requested_by_id, old.views, old.registry_no);
        decided constant boolean := (new.paragraph, new.paragraph_date)
            is distinct from (old.paragraph, old.paragraph_date);
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
        if by_people and (
            approves and (not sec.able('approve_report') or new.approved_by_id is distinct from sec.actor()
                          or new.requested_by_id is not distinct from sec.actor())
            or prepared and (new.requested_by_id is distinct from sec.actor() or not sec.able('make_report'))
            or decided and not sec.able('record_paragraph')) then
            raise exception 'who: the step is not this account''s to take'
                using errcode = 'check_violation', constraint = 'report_steps_by_those_who_may';
        end if;
        return new;
    end $$
    """,
    "drop trigger if exists keep_frozen on {table}",
    "create trigger keep_frozen before update on {table} for each row execute function audit.keep_frozen()",
)

#: A report begins as asked for, by oneself or by the calendar: it is approved by a step that asks by whom.
ASKED_FOR = (
    "status <> 'godkand' and coalesce(requested_by_id, (select sec.actor())) = (select sec.actor()) "
    f"and municipality_id = {municipality_for(Can.MAKE_REPORT)}"
)

TABLES = [
    RuledTable(
        model=MonthlyReport,
        worker="select, insert, update",
        rows=f"municipality_id = {municipality_for(Can.SEE_REPORT)}",
        inserts=ASKED_FOR,
        writes="municipality_id = "
        + municipality_for(Can.MAKE_REPORT, Can.APPROVE_REPORT, Can.RECORD_PARAGRAPH),
        extra_triggers=KEEP_FROZEN,
    ),
]
