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

#: A changed threat level waits for its second reader, and so does what replaces a version that still waits
#: (collaboration/rules.py, needs_second_reading). What a file is read in with was read before.
READ_TWICE = f"""
create or replace function audit.read_twice() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    before app.collaboration_policeassessment;
begin
    select a.* into before from app.collaboration_policeassessment a
    where a.case_id = new.case_id and a.id <> new.id order by a.version desc limit 1;
    if found and not sec.able('{Can.LOAD_SCENARIO.value}')
       and (new.replaces_id is distinct from before.id or new.version <= before.version
            or not new.needs_second_reading and (new.threat <> before.threat
                or before.needs_second_reading and before.second_reader_id is null)) then
        raise exception 'registered: a changed threat level takes a second reader'
            using errcode = 'check_violation', constraint = 'changed_threat_is_read_twice';
    end if;
    return null;
end $$"""

#: The first of the two readers too: who registers is not the one who reads it a second time.
IN_THE_OWN_NAME = "registered_by_id = (select sec.actor())"

TABLES = [
    RuledTable(
        model=PoliceAssessment,
        rows=f"case_id = {cases_for(Can.SEE_ASSESSMENT)}",
        inserts=f"second_reader_id is null and withdrawn is null and {IN_THE_OWN_NAME} "
        f"and case_id = {cases_for(Can.WRITE_ASSESSMENT)}",
        writes=(
            f"case_id = {cases_for(Can.WRITE_ASSESSMENT)} "
            f"or (second_reader_id = (select sec.actor()) and case_id = {cases_for(Can.CONFIRM_ASSESSMENT)})"
        ),
        within=("replaces_id",),
        extra_triggers=(
            KEEP_REGISTERED,
            READ_TWICE,
            "drop trigger if exists read_twice on {table}",
            "create trigger read_twice after insert on {table} "
            "for each row execute function audit.read_twice()",
            "drop trigger if exists keep_registered on {table}",
            "create trigger keep_registered before update on {table} "
            "for each row execute function audit.keep_registered()",
        ),
    ),
    CaseTable(
        model=AssessmentUse,
        see=Can.SEE_ASSESSMENT,
        write=(Can.WRITE_INVESTIGATION, Can.DECIDE),
        within=("assessment_id", "decision_id", "investigation_id"),
    ),
    CaseTable(model=Consent, see=Can.SEE_CONSENT, write=(Can.WRITE_CONSENT,)),
    CaseTable(model=RegisterCheck, worker="select", see=Can.SEE_CHECKS, write=(Can.WRITE_CHECKS,)),
    CaseTable(model=Deviation, see=Can.SEE_CHECKS, write=(Can.WRITE_DEVIATIONS,), within=("check_made_id",)),
    OpenTable(model=LegalBasis, extra_triggers=only_with(Can.LOAD_SCENARIO)),
    CaseTable(
        model=ReleasePackage,
        see=Can.SEE_RELEASE,
        write=(Can.RELEASE, Can.WRITE_CONSENT),  # a withdrawn consent closes packages
        add=(Can.RELEASE,),
        within=("consent_id",),
        extra_triggers=(
            "drop trigger if exists keep_released on {table}",
            "create trigger keep_released before update on {table} "
            "for each row execute function audit.keep_released()",
        ),
    ),
]
