"""Which rights open which tables of a case."""

from avhopp.access.roles import Can
from avhopp.access.walls import (
    ONLY_WITH,
    CaseTable,
    MunicipalityTable,
    OpenTable,
    RuledTable,
    cases_for,
    municipality_for,
    only_with,
    persons_for,
)
from cases.delegation_walls import ORDER_TRIGGERS, POINT_TRIGGERS
from cases.models import (
    AccessRequest,
    Case,
    CaseGroupGrant,
    CaseNumber,
    CaseUserGrant,
    ChildrenPart,
    ChildSafety,
    Decision,
    DecisionProposal,
    DelegationOrder,
    DelegationRule,
    Document,
    DocumentPiece,
    DuplicateFlag,
    EmergencyAccess,
    EmergencyNotice,
    FollowUp,
    HealthPart,
    Intake,
    Investigation,
    JournalEntry,
    LegalProvision,
    LogReview,
    LogReviewItem,
    LogReviewQuestion,
    Person,
    ProtectedContact,
    ProtectedReading,
    Task,
)  # fmt: skip
from cases.models.documents import SEEN_WITH, WRITTEN_WITH, DocumentKind

#: Break-glass comes by `sec.break_glass` alone, and nobody grants in another's name.
NEW_OR_ASSIGNED = (
    "kind <> 'nodatkomst' and granted_by_id = (select sec.actor()) "
    f"and (content_object_id = {cases_for(Can.ASSIGN)} "
    "or ((select sec.able('open_case')) and sec.is_new_case(content_object_id)))"
)
#: Nobody gives access to themselves, but to the case that they open; nor to anybody of another municipality.
TO_SOMEBODY_ELSE = (
    "(user_id <> (select sec.actor()) or sec.is_new_case(content_object_id)) and sec.works_here(user_id) "
    "and kind <> 'enhet'"
)
#: Teams follow a case from its first day, as teams. Later a team gets a grant that ends, from others than its
#: own members.
TO_A_TEAM = (
    "sec.is_team_here(group_id) and case kind when 'enhet' "
    "then sec.is_new_case(content_object_id) or (select sec.able('load_scenario')) "
    "when 'tillfallig' then group_id <> all (array(select sec.groups())) else false end"
)
#: Whoever ends a grant puts the own name to it.
ENDED_BY_ACTOR = (
    "coalesce(ended_by_id, (select sec.actor())) = (select sec.actor()) "
    f"and content_object_id = {cases_for(Can.ASSIGN)}"
)
ONLY_ENDED = (
    "drop trigger if exists keep_grant on {table}",
    "create trigger keep_grant before update on {table} for each row execute function audit.keep_grant()",
)


def answered_once(*columns: str) -> tuple[str, str]:
    """A trigger: these columns are written once, the first tells when, and no other column changes."""
    arguments = ", ".join(f"'{column}'" for column in columns)
    return (
        "drop trigger if exists answer_once on {table}",
        f"create trigger answer_once before update on {{table}} for each row "
        f"execute function audit.answer_once({arguments})",
    )


def kept(what: str, on: str) -> tuple[str, str]:
    """A trigger: audit.keep_<what>() says what of a row may change."""
    return (
        f"drop trigger if exists keep_{what} on {{table}}",
        f"create trigger keep_{what} before {on} on {{table}} for each row "
        f"execute function audit.keep_{what}()",
    )


#: A decision of the committee is written down by whoever may record minutes; nobody changes it afterwards.
MINUTES_RECORDED = (
    ONLY_WITH,
    "drop trigger if exists minutes_added on {table}",
    "create trigger minutes_added before insert on {table} for each row when (new.body <> '') "
    f"execute function audit.only_with('{Can.RECORD_MINUTES.value}')",
)

#: Who took an emergency ends it before its time, once (sec.end_break_glass); else it takes its review.
ENDED_OR_REVIEWED = (
    "drop trigger if exists answer_once on {table}",
    "create trigger answer_once before update on {table} for each row "
    "when (old.ended_at is not distinct from new.ended_at) execute function "
    "audit.answer_once('reviewed_at', 'reviewed_by_id', 'verdict', 'review_text')",
    "drop trigger if exists end_once on {table}",
    "create trigger end_once before update on {table} for each row "
    "when (old.ended_at is distinct from new.ended_at) execute function audit.answer_once('ended_at')",
    "drop trigger if exists ended_by_taker on {table}",  # and by nobody's own statement, not who reviews it
    "create trigger ended_by_taker before update on {table} for each row "
    "when (old.ended_at is distinct from new.ended_at and current_user in ('avhopp_web', 'avhopp_worker')) "
    "execute function audit.refuse()",
)

HERE = "municipality_id = (select sec.municipality())"
MAY_ANSWER = (
    f"{HERE} and case when (select sec.able('see_requests')) then true "
    "else case_no = any (array(select sec.case_numbers('assign'))) end"
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

#: Whoever may see a person through one case must not point another case at a person who is hidden.
SAME_PERSON = (
    "create or replace function audit.keep_person() returns trigger "
    "language plpgsql set search_path = '' as $$ begin "
    "raise exception 'a case keeps its person' using errcode = 'check_violation', "
    "constraint = 'a_case_keeps_its_person'; end $$",
    "drop trigger if exists keep_person on {table}",
    "create trigger keep_person before update on {table} for each row "
    "when (old.person_id is distinct from new.person_id) execute function audit.keep_person()",
)


def by_kind(rights: dict[DocumentKind, Can]) -> str:
    """SQL: the document's case is open for the right of the document's kind. Only that right is computed."""
    arms = (f"when '{kind.value}' then case_id = {cases_for(right)}" for kind, right in rights.items())
    return f"case kind {' '.join(arms)} else false end"


#: What is not signed yet is its author's alone, also when it was changed or taken away: the history as well.
SIGNED_OR_OWN = "(signed_at is not null or author_id = (select sec.actor()))"

#: A piece is there with its document: the wall of the documents holds inside the question. What is withdrawn
#: gives no content to anybody.
WITH_DOCUMENT = (
    f"case_id = {cases_for(Can.SEE_DOCUMENTS)} and exists (select from app.cases_document d "
    "where d.id = document_id and d.case_id = cases_documentpiece.case_id and d.withdrawn_at is null"
)

TABLES = [
    RuledTable(
        model=Case,
        worker="select",
        rows=f"id = {cases_for(Can.SEE_CASE)}",
        inserts=f"id = {cases_for(Can.OPEN_CASE)} and municipality_id = {municipality_for(Can.OPEN_CASE)} "
        f"and (person_id = {persons_for(Can.SEE_PERSON)} or (select sec.is_new_person(person_id)))",
        writes=f"id = {cases_for(Can.WRITE_CASE, Can.DECIDE, Can.WRITE_PLACEMENT, Can.ASSIGN)}",
        fixed=("case_no",),  # what a request for access and an emergency ask for
        extra_triggers=SAME_PERSON,
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
        inserts=f"{NEW_OR_ASSIGNED} and {TO_SOMEBODY_ELSE}",
        writes=ENDED_BY_ACTOR,
        extra_triggers=ONLY_ENDED,
    ),
    RuledTable(
        model=CaseGroupGrant,
        worker="select",
        rows=OWN_GROUPS_GRANTS,
        inserts=f"{NEW_OR_ASSIGNED} and {TO_A_TEAM}",
        writes=ENDED_BY_ACTOR,
        extra_triggers=ONLY_ENDED,
    ),
    RuledTable(
        model=AccessRequest,
        rows=f"case when asked_by_id = (select sec.actor()) then true else {MAY_ANSWER} end",
        inserts=f"asked_by_id = (select sec.actor()) and answered_at is null "
        f"and municipality_id = {municipality_for(Can.ASK_ACCESS)}",
        writes=f"answered_by_id = (select sec.actor()) and {MAY_ANSWER}",
        extra_triggers=answered_once("answered_at", "answered_by_id", "granted_until", "refusal"),
    ),
    RuledTable(
        model=EmergencyAccess,
        web="select, update",
        worker="select (id, municipality_id, opened_id, taken_at, reviewed_at, verdict)",
        rows=f"case when municipality_id = {municipality_for(Can.SEE_EMERGENCIES)} then true "
        "when taken_by_id = (select sec.actor()) then true "
        "else id = any (array(select sec.told_to_me())) end",
        inserts="false",
        writes="reviewed_by_id = (select sec.actor()) "
        f"and municipality_id = {municipality_for(Can.REVIEW_EMERGENCY)}",
        extra_triggers=ENDED_OR_REVIEWED,
    ),
    RuledTable(
        model=EmergencyNotice,
        web="select, update",
        rows="to_id = (select sec.actor())",
        inserts="false",
        writes="to_id = (select sec.actor())",
        extra_triggers=answered_once("acknowledged_at"),
    ),
    MunicipalityTable(
        model=CaseNumber,
        see=(Can.OPEN_CASE,),
        write=(Can.OPEN_CASE,),
        extra_triggers=(
            "drop trigger if exists only_with on {table}",
            *kept("count", "update"),
        ),
    ),
    MunicipalityTable(
        model=DuplicateFlag, web="select, update", see=(Can.SEE_DUPLICATES,), write=(Can.SEE_DUPLICATES,)
    ),
    CaseTable(
        model=Intake,
        see=Can.SEE_INTAKE,
        write=(Can.WRITE_INTAKE,),
        or_added=f"case_id = {cases_for(Can.OPEN_CASE)} and (select sec.is_first_contact(case_id))",
        extra_triggers=answered_once("child_safety_assessed_on"),
    ),
    CaseTable(model=Investigation, see=Can.SEE_INVESTIGATION, write=(Can.WRITE_INVESTIGATION,)),
    *(
        CaseTable(model=model, see=see, write=(Can.WRITE_INVESTIGATION,), within=("investigation_id",))
        for model, see in ((HealthPart, Can.SEE_HEALTH), (ChildrenPart, Can.SEE_CHILDREN))
    ),
    CaseTable(model=ChildSafety, see=Can.SEE_CHILDREN, write=(Can.WRITE_INTAKE,), within=("intake_id",)),
    OpenTable(model=LegalProvision, worker="select", extra_triggers=only_with(Can.LOAD_SCENARIO)),
    MunicipalityTable(
        model=DelegationOrder,
        web="select, insert",
        see=(Can.SEE_DELEGATION,),
        write=(Can.WRITE_DELEGATION, Can.LOAD_SCENARIO),
        extra_triggers=ORDER_TRIGGERS,
    ),
    MunicipalityTable(
        model=DelegationRule,
        web="select, insert",
        worker="select",
        see=(Can.SEE_DELEGATION,),
        write=(Can.WRITE_DELEGATION, Can.LOAD_SCENARIO),
        extra_triggers=POINT_TRIGGERS,
    ),
    CaseTable(
        model=Decision,
        worker="select",
        see=Can.SEE_DECISION,
        write=(Can.DECIDE, Can.WRITE_PLACEMENT),  # whoever places writes that it is carried out
        extra_triggers=(*kept("decided", "update"), *MINUTES_RECORDED),
    ),
    CaseTable(model=DecisionProposal, see=Can.SEE_DECISION, write=(Can.DECIDE,)),
    CaseTable(
        model=JournalEntry,
        see=Can.SEE_JOURNAL,
        write=(Can.WRITE_JOURNAL,),
        only=SIGNED_OR_OWN,
        signed="author_id = (select sec.actor()) "
        "and coalesce(signed_by_id, (select sec.actor())) = (select sec.actor())",
        web="select, insert, update, delete",
        within=("supersedes_id",),
        extra_triggers=(
            "drop trigger if exists keep_signed on {table}",
            "create trigger keep_signed before update or delete on {table} "
            "for each row execute function audit.keep_signed()",
        ),
    ),
    RuledTable(
        model=Document,
        rows=f"case_id = {cases_for(Can.SEE_DOCUMENTS)} and {by_kind(SEEN_WITH)}",
        inserts=f"added_by_id = (select sec.actor()) and withdrawn_at is null "
        f"and case_id = {cases_for(Can.WRITE_DOCUMENTS)} and {by_kind(WRITTEN_WITH)}",
        writes=f"withdrawn_by_id = (select sec.actor()) "
        f"and case_id = {cases_for(Can.WRITE_DOCUMENTS)} and {by_kind(WRITTEN_WITH)}",
        extra_triggers=answered_once("withdrawn_at", "withdrawn_by_id", "withdrawn_because"),
    ),
    RuledTable(
        model=DocumentPiece,
        web="select, insert",
        rows=f"{WITH_DOCUMENT})",
        inserts=f"{WITH_DOCUMENT} and d.added_by_id = (select sec.actor()))",
    ),
    CaseTable(model=Task, see=Can.SEE_TASKS, write=(Can.WRITE_TASKS, Can.WRITE_CONSENT, Can.DECIDE)),
    CaseTable(model=FollowUp, see=Can.SEE_FOLLOW_UP, write=(Can.WRITE_FOLLOW_UP,)),
    RuledTable(
        model=LogReview,
        web="select, insert, update",
        worker="select (id, municipality_id, month, state, signed_at), insert",
        rows=f"municipality_id = {municipality_for(Can.SEE_LOG_REVIEW)}",
        inserts="drawn_by_id = (select sec.actor()) "
        f"and municipality_id = {municipality_for(Can.DRAW_LOG_REVIEW)}",
        writes=f"municipality_id = {municipality_for(Can.REVIEW_LOG)}",
        extra_triggers=kept("log_review", "update"),
    ),
    RuledTable(
        model=LogReviewItem,
        worker="insert",
        rows=f"case when municipality_id = {municipality_for(Can.REVIEW_LOG)} then true "
        "else id = any (array(select sec.log_items_asked())) end",
        inserts=f"municipality_id = {municipality_for(Can.DRAW_LOG_REVIEW)}",
        writes=f"municipality_id = {municipality_for(Can.REVIEW_LOG)}",
        history_rows=f"municipality_id = {municipality_for(Can.REVIEW_LOG)}",
        extra_triggers=kept("log_item", "insert or update"),
    ),
    RuledTable(
        model=LogReviewQuestion,
        rows=f"case when municipality_id = {municipality_for(Can.REVIEW_LOG)} then true "
        "else to_id = (select sec.actor()) end",
        inserts="asked_by_id = (select sec.actor()) and answered_at is null and sec.works_here(to_id) "
        f"and municipality_id = {municipality_for(Can.REVIEW_LOG)}",
        writes="to_id = (select sec.actor())",
        extra_triggers=answered_once("answered_at", "answer"),
    ),
    RuledTable(
        model=ProtectedContact,
        rows="case_id = any (array(select sec.protected_cases()))",
        inserts="written_by_id = (select sec.actor()) "
        f"and case_id = {cases_for(Can.WRITE_PROTECTED_CONTACT)}",
        history_rows="false",  # no page shows where somebody was
    ),
    RuledTable(
        model=ProtectedReading,
        rows=f"case_id = {cases_for(Can.SEE_ACCESS)}",
        inserts=f"asked_by_id = (select sec.actor()) and case_id = {cases_for(Can.SEE_PROTECTED_CONTACT)} "
        "and answered_by_id is null and case when named then used_at = transaction_timestamp() "
        "and case_id = any (array(select sec.handled_cases())) else used_at is null end",
        writes="case when answered_by_id = (select sec.actor()) "
        f"then case_id = {cases_for(Can.APPROVE_PROTECTED_READ)} "
        f"else asked_by_id = (select sec.actor()) and case_id = {cases_for(Can.SEE_PROTECTED_CONTACT)} end",
        extra_triggers=(
            "drop trigger if exists keep_reading on {table}",
            "create trigger keep_reading before update on {table} "
            "for each row execute function audit.keep_reading()",
        ),
    ),
]
