"""Which fields of a case each right opens: one list, in the matrix's terms (DOMAIN.md 3.2), read by a test.

`app.Model`: its fields. Keys and references between rows of one case are left out. A table's rows are opened
by one right at the second wall (walls.py); the fields that stand here under another right than their table's
are held back by the pages alone.
"""

from avhopp.access.roles import Can

FIELDS: dict[Can, dict[str, str]] = {
    Can.SEE_CASE: {
        "cases.Case": "case_no state unit received closed",
    },
    Can.SEE_PERSON: {
        # The number of children is "yes/no, count", which every role that sees the person has.
        "cases.Person": "name name_key identity identity_index birth_year sex children_count protection",
    },
    Can.SEE_INTAKE: {
        "cases.Case": "source police_owner police_contact",
        "cases.Intake": "kind channel source received informant text concerns_child child_safety_assessed_on",
    },
    Can.SEE_INVESTIGATION: {
        "cases.Case": "closing_reason outcome definition chose_to_leave organised_crime needs_support "
        "definition_version may_return_home",
        "procurement.Inquiry": "code kind age_span needs start_from start_to months county text made_on "
        "made_by chosen choice_reason chosen_on chosen_by approved_on approved_by approved_to placement",
        "procurement.Offer": "inquiry provider agreement distance rate asked_on asked_how state answered_on "
        "start fits note",
        "cases.Investigation": "opened due extended_reason communicated concluded situation motivation needs "
        "own_view conclusion",
    },
    Can.SEE_JOURNAL: {
        "cases.JournalEntry": "kind occurred_on occurred_at informant facts assessment own_view author "
        "author_title written_at signed_at signed_by correction_reason",
    },
    Can.SEE_HEALTH: {"cases.HealthPart": "text"},
    Can.SEE_CHILDREN: {"cases.ChildrenPart": "text", "cases.ChildSafety": "text"},
    Can.SEE_DECISION: {
        "cases.Decision": "kind outcome decided start end enforced notified outside_framework max_rate "
        "delegation provision decided_by body minutes",
        "cases.DecisionProposal": "kind outcome start end outside_framework max_rate provision prepared_by "
        "prepared_on settled_on",
    },
    Can.SEE_REASONS: {"cases.Decision": "reasons", "cases.DecisionProposal": "reasons"},
    Can.SEE_FOLLOW_UP: {"cases.FollowUp": "planned with_police held summary"},
    Can.SEE_TASKS: {"cases.Task": "kind note starts due done_on done_by outcome"},
    Can.SEE_ASSESSMENT: {"collaboration.AssessmentUse": "assessment decision investigation"},
    Can.SEE_CHECKS: {
        "collaboration.Deviation": "check_made origin police_unit received channel text severity assessed "
        "measure closed",
        "collaboration.RegisterCheck": "planned done deviation",
    },
    Can.SEE_CONSENT: {
        "collaboration.Consent": "recipient categories purpose form start end withdrawn withdrawal_note",
    },
    Can.SEE_DOCUMENTS: {  # each row by the right of its kind besides: SEEN_WITH in cases/models/documents.py
        "cases.Document": "kind title dated added_by added_at media_type size sha256 withdrawn_at "
        "withdrawn_by withdrawn_because",
        "cases.DocumentPiece": "document number content",
    },
    Can.SEE_RELEASE: {
        "cases.Case": "hide_handler_names",
        "collaboration.ReleasePackage": "recipient kind reference legal_basis provision purpose harm_test "
        "consent content sections content_sha256 released_by released_at valid_from valid_to closed_at "
        "closed_because",
    },
    Can.SEE_PLACEMENT: {
        "placements.Placement": "decision planned_start start planned_end departed end end_reason "
        "destination resumption care_plan implementation_plan moved_from",
        "placements.PlacementExtension": "kind old_end new_end decision authorised reason made_on made_by",
        "placements.PlacementAbsence": "start end reason",
    },
    Can.SEE_APART: {
        "placements.ApartQuestion": "provider asked_by asked_at too_many allowed answered_by answered_at "
        "used_at",
    },
    Can.SEE_PLACE: {
        "placements.Placement": "provider agreement outside_reason",
    },
    Can.SEE_MONEY: {
        "placements.PlacementPrice": "start end rate",
        "placements.PlacementAbsence": "rate",
        "placements.BookedCost": "closing month nights cost",
    },
    Can.SEE_APPLICATION: {
        "placements.GrantApplication": "sent applied status decided granted paid registry_no programme "
        "period_from period_to paid_on used accounted_on repaid repaid_on",
        "placements.GrantRequest": "application asked due what answered",
    },
}

#: Keys and links within the case.
LINKS = {
    "id", "case", "municipality", "person", "ref", "reopened_from", "investigation", "intake", "placement",
    "supersedes",
}  # fmt: skip


def fields_of(can: Can) -> set[str]:
    """The fields that the right opens: `cases.Person.name`."""
    return {f"{model}.{name}" for model, names in FIELDS.get(can, {}).items() for name in names.split()}


def right_for(field: str) -> Can:
    """The right that opens the field `cases.Person.name`.

    Raises:
        KeyError: the field is not declared.
    """
    for can in FIELDS:
        if field in fields_of(can):
            return can
    raise KeyError(field)
