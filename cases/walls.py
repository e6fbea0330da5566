"""Which rights open which tables of a case."""

from avhopp.access.roles import Can
from avhopp.access.walls import (
    CaseTable,
    MunicipalityTable,
    OpenTable,
    RuledTable,
    cases_for,
    municipality_for,
    persons_for,
)
from cases.models import (
    Case,
    CaseGroupGrant,
    CaseNumber,
    CaseUserGrant,
    Decision,
    DecisionProposal,
    DelegationRule,
    DuplicateFlag,
    FollowUp,
    Intake,
    Investigation,
    JournalEntry,
    LegalProvision,
    Person,
    Task,
)  # fmt: skip

NEW_OR_ASSIGNED = (
    f"content_object_id = {cases_for(Can.ASSIGN)} "
    "or ((select sec.able('open_case')) and sec.is_new_case(content_object_id))"
)

# `case` and not `or`: the planner then keeps to the index of the question asked (by user, or by case), and
# for the application's list, which asks for the own grants, the second half is never computed.
OWN_GRANTS = (
    "case when user_id = (select sec.actor()) then true "
    f"else content_object_id = {cases_for(Can.SEE_CASE)} end"
)
OWN_GROUPS_GRANTS = (
    "case when group_id = any (array(select sec.groups())) then true "
    f"else content_object_id = {cases_for(Can.SEE_CASE)} end"
)

TABLES = [
    RuledTable(
        model=Case,
        worker="select",
        rows=f"id = {cases_for(Can.SEE_CASE)}",
        inserts=f"id = {cases_for(Can.OPEN_CASE)} and municipality_id = {municipality_for(Can.OPEN_CASE)}",
        writes=f"id = {cases_for(Can.WRITE_CASE, Can.DECIDE, Can.WRITE_PLACEMENT, Can.ASSIGN)}",
    ),
    RuledTable(
        model=Person,
        worker="select (id, municipality_id, birth_year, identity, children_count)",
        rows=f"id = {persons_for(Can.SEE_PERSON)}",
        inserts=f"municipality_id = {municipality_for(Can.OPEN_CASE)}",
        writes=f"id = {persons_for(Can.WRITE_CASE)}",
    ),
    RuledTable(
        model=CaseUserGrant,
        worker="select",
        rows=OWN_GRANTS,
        inserts=NEW_OR_ASSIGNED,
        writes=f"content_object_id = {cases_for(Can.ASSIGN)}",
    ),
    RuledTable(
        model=CaseGroupGrant,
        worker="select",
        rows=OWN_GROUPS_GRANTS,
        inserts=NEW_OR_ASSIGNED,
        writes=f"content_object_id = {cases_for(Can.ASSIGN)}",
    ),
    OpenTable(model=CaseNumber),
    MunicipalityTable(
        model=DuplicateFlag, web="select, update", see=(Can.SEE_DUPLICATES,), write=(Can.SEE_DUPLICATES,)
    ),
    CaseTable(model=Intake, see=Can.SEE_INTAKE, write=(Can.WRITE_INTAKE, Can.OPEN_CASE)),
    CaseTable(model=Investigation, see=Can.SEE_INVESTIGATION, write=(Can.WRITE_INVESTIGATION,)),
    OpenTable(model=LegalProvision, worker="select"),
    OpenTable(model=DelegationRule, worker="select"),
    CaseTable(
        model=Decision,
        worker="select",
        see=Can.SEE_DECISION,
        write=(Can.DECIDE, Can.WRITE_PLACEMENT),
    ),
    CaseTable(model=DecisionProposal, see=Can.SEE_DECISION, write=(Can.DECIDE,)),
    CaseTable(
        model=JournalEntry,
        see=Can.SEE_JOURNAL,
        write=(Can.WRITE_JOURNAL,),
        web="select, insert, update, delete",
        extra_triggers=(
            "drop trigger if exists keep_signed on {table}",
            "create trigger keep_signed before update or delete on {table} "
            "for each row execute function audit.keep_signed()",
        ),
    ),
    CaseTable(model=Task, see=Can.SEE_TASKS, write=(Can.WRITE_TASKS, Can.WRITE_CONSENT, Can.DECIDE)),
    CaseTable(model=FollowUp, see=Can.SEE_FOLLOW_UP, write=(Can.WRITE_FOLLOW_UP,)),
]
