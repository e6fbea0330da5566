"""Which rights open what passes between the social services and the police."""

from avhopp.access.roles import Can
from avhopp.access.walls import CaseTable, OpenTable, RuledTable, cases_for, only_with
from collaboration.models import (
    AssessmentUse,
    Consent,
    Deviation,
    LegalBasis,
    PoliceAssessment,
    RegisterCheck,
    ReleasePackage,
)  # fmt: skip

# What the police assessed never changes once registered: a correction is a new version.
# A second reader signs once, and for nobody else. A withdrawal is written once, by who may register, in the
# own name; after it nothing changes.
KEEP_REGISTERED = """
create or replace function audit.keep_registered() returns trigger
language plpgsql set search_path = '' as $$
declare
    may_change constant text[] := array['second_reader_id', 'second_read_at', 'withdrawn',
        'withdrawal_reason', 'withdrawal_registry_no', 'withdrawal_document_date', 'withdrawn_by_id',
        'withdrawn_at'];
begin
    if old.withdrawn is not null and to_jsonb(new) <> to_jsonb(old) then
        raise exception 'registered: a withdrawn assessment is closed'
            using errcode = 'check_violation', constraint = 'withdrawn_assessment_is_closed';
    end if;
    if new.withdrawn is not null and old.withdrawn is null
       and (new.withdrawn_by_id is distinct from sec.actor()
            or not new.case_id = any (array(select sec.cases('write_assessment')))) then
        raise exception 'registered: a withdrawal is registered by who may register, in the own name'
            using errcode = 'check_violation', constraint = 'withdrawal_in_the_own_name';
    end if;
    if (to_jsonb(new) - may_change) <> (to_jsonb(old) - may_change) then
        raise exception 'registered: an assessment is frozen'
            using errcode = 'check_violation', constraint = 'assessment_is_frozen';
    end if;
    if (new.second_reader_id, new.second_read_at) is distinct from (old.second_reader_id, old.second_read_at)
       and (old.second_reader_id is not null or new.second_reader_id is distinct from sec.actor()) then
        raise exception 'registered: a second reader signs once, in the own name'
            using errcode = 'check_violation', constraint = 'second_reader_signs_for_themselves';
    end if;
    return new;
end $$"""

TABLES = [
    RuledTable(
        model=PoliceAssessment,
        rows=f"case_id = {cases_for(Can.SEE_ASSESSMENT)}",
        inserts=f"second_reader_id is null and case_id = {cases_for(Can.WRITE_ASSESSMENT)}",
        writes=(
            f"case_id = {cases_for(Can.WRITE_ASSESSMENT)} "
            f"or (second_reader_id = (select sec.actor()) and case_id = {cases_for(Can.CONFIRM_ASSESSMENT)})"
        ),
        extra_triggers=(
            KEEP_REGISTERED,
            "drop trigger if exists keep_registered on {table}",
            "create trigger keep_registered before update on {table} "
            "for each row execute function audit.keep_registered()",
        ),
    ),
    CaseTable(model=AssessmentUse, see=Can.SEE_ASSESSMENT, write=(Can.WRITE_INVESTIGATION, Can.DECIDE)),
    CaseTable(model=Consent, see=Can.SEE_CONSENT, write=(Can.WRITE_CONSENT,)),
    CaseTable(model=RegisterCheck, worker="select", see=Can.SEE_CHECKS, write=(Can.WRITE_CHECKS,)),
    CaseTable(model=Deviation, see=Can.SEE_CHECKS, write=(Can.WRITE_DEVIATIONS,)),
    OpenTable(model=LegalBasis, extra_triggers=only_with(Can.LOAD_SCENARIO)),
    CaseTable(
        model=ReleasePackage,
        see=Can.SEE_RELEASE,
        write=(Can.RELEASE, Can.WRITE_CONSENT),  # a withdrawn consent closes packages
        add=(Can.RELEASE,),
        extra_triggers=(
            "drop trigger if exists keep_released on {table}",
            "create trigger keep_released before update on {table} "
            "for each row execute function audit.keep_released()",
        ),
    ),
]
