"""Who may see and do what. The whole authorisation model stands in this file, to be read by anyone.

Source: the matrix of the municipality's access policy (DOMAIN.md 3.2).
A role opens no case. Access to a case is a grant row (to a person or a group, from and to a time); the role
then says which kinds of information that grant opens. The database holds the same rules by itself:
`setup_database` copies this table there, and row-level security asks it (see walls.py).
"""

from enum import Enum

from django.db import models


class Role(models.TextChoices):
    CASE_WORKER = "socialsekreterare", "Socialsekreterare"
    SENIOR_CASE_WORKER = "forste_socialsekreterare", "Förste socialsekreterare"
    COORDINATOR = "samordnare", "Avhopparsamordnare"
    UNIT_MANAGER = "enhetschef", "Enhetschef"
    FINANCE_OFFICER = "ekonom", "Ekonom"
    POLICE = "polis", "Polis"
    LOG_AUDITOR = "logggranskare", "Logggranskare"
    BOARD_SECRETARY = "namndsekreterare", "Nämndsekreterare"
    SYSTEM_MANAGER = "systemforvaltare", "Systemförvaltare"
    IMPORTER = "inlasning", "Inläsning"  # no sign-in: the command that loads a scenario
    REPORTER = "rapportering", "Rapportering"  # no sign-in: counts for the monthly report


POLICE_ROLES = [Role.POLICE.value]
MACHINE_ROLES = [Role.IMPORTER.value, Role.REPORTER.value]


#: The permissions that a grant carries: to read the case, or to work in it.
READ, WORK = "read_case", "work_case"


class GrantKind(models.TextChoices):
    """Why somebody may open a case."""

    ASSIGNMENT = "handlaggare", "Handläggare"
    CO_HANDLER = "medhandlaggare", "Medhandläggare"
    UNIT = "enhet", "Enhet eller funktion"
    TEMPORARY = "tillfallig", "Tillfällig behörighet"
    BREAK_GLASS = "nodatkomst", "Nödåtkomst"


class Can(Enum):
    """Everything that can be seen or done. `SEE_` reads, every other right writes or acts."""

    SEE_CASE = "see_case"  # the case exists, its number, handler, state
    SEE_PERSON = "see_person"  # name and identity number
    SEE_INTAKE = "see_intake"
    SEE_INVESTIGATION = "see_investigation"
    SEE_JOURNAL = "see_journal"
    SEE_HEALTH = "see_health"  # health and dependency
    SEE_CHILDREN = "see_children"  # what is written of children and family; their number is SEE_PERSON
    SEE_ASSESSMENT = "see_assessment"  # the police's threat assessment
    SEE_CHECKS = "see_checks"  # register checks and deviations
    SEE_DECISION = "see_decision"
    SEE_REASONS = "see_reasons"  # why it was decided so
    SEE_PLACEMENT = "see_placement"  # kind and period
    SEE_PLACE = "see_place"  # provider and precise place
    SEE_APART = "see_apart"  # who must not be in the same place, and who was told to ask about it
    SEE_MONEY = "see_money"  # prices and costs
    SEE_APPLICATION = "see_application"  # grant applications to the police
    SEE_CONSENT = "see_consent"
    SEE_RELEASE = "see_release"  # what was released to the police
    SEE_FOLLOW_UP = "see_follow_up"
    SEE_TASKS = "see_tasks"
    SEE_DOCUMENTS = "see_documents"  # that there are files; each opens by the right of its kind as well
    SEE_ACCESS = "see_access"  # who holds grants on the case
    SEE_READERS = "see_readers"  # who has read the case: its handlers and its unit's head
    SEE_PROTECTED_CONTACT = "see_protected_contact"  # address and whereabouts: a handler, or once by approval

    OPEN_CASE = "open_case"
    WRITE_CASE = "write_case"  # state, closure, definition, person
    WRITE_INTAKE = "write_intake"
    WRITE_INVESTIGATION = "write_investigation"
    WRITE_JOURNAL = "write_journal"
    WRITE_ASSESSMENT = "write_assessment"
    CONFIRM_ASSESSMENT = "confirm_assessment"  # read another's registration against the police's document
    WRITE_CHECKS = "write_checks"  # the register of the police's checks: planned, made
    WRITE_DEVIATIONS = "write_deviations"  # register, assess and close what deviates
    DECIDE = "decide"
    RECORD_MINUTES = "record_minutes"  # write down what the committee decided in the case, from its minutes
    WRITE_PLACEMENT = "write_placement"
    MARK_APART = "mark_apart"  # mark two cases, and let a place through once
    WRITE_APPLICATION = "write_application"
    WRITE_CONSENT = "write_consent"
    RELEASE = "release"
    WRITE_FOLLOW_UP = "write_follow_up"
    WRITE_TASKS = "write_tasks"
    WRITE_DOCUMENTS = "write_documents"  # add and withdraw files, of the kinds whose own right is held
    ASSIGN = "assign"
    WRITE_PROTECTED_CONTACT = "write_protected_contact"
    APPROVE_PROTECTED_READ = "approve_protected_read"  # let somebody else read the protected contact once

    # About the operation, not about one case
    SEE_OWN_CASES = "see_own_cases"  # the work list
    SEE_DASHBOARD = "see_dashboard"
    SEE_DUPLICATES = "see_duplicates"  # two persons with one identity number
    SEE_DELEGATION = "see_delegation"  # the delegation order: who may decide what
    WRITE_DELEGATION = "write_delegation"  # register what the committee delegated: nobody whom it gives power
    ASK_ACCESS = "ask_access"  # ask for a case by its number
    SEE_REQUESTS = "see_requests"  # every request of the municipality, also about numbers that no case has
    BREAK_GLASS = "break_glass"  # open a case of the own unit in an emergency, for at most an hour
    BREAK_GLASS_ANY_UNIT = "break_glass_any_unit"  # likewise a case of another unit
    SEE_EMERGENCIES = "see_emergencies"  # who broke the glass, when and why
    REVIEW_EMERGENCY = "review_emergency"
    SEE_PROVIDERS = "see_providers"
    WRITE_PROVIDERS = "write_providers"
    SEE_BUDGET = "see_budget"
    WRITE_BUDGET = "write_budget"
    SEE_INVOICES = (
        "see_invoices"  # the providers' invoices; a line that is matched to a case also needs its money
    )
    WRITE_INVOICES = "write_invoices"  # register, read in, match, approve, ask, turn down
    ATTEST_INVOICES = "attest_invoices"  # the second person's word that it is to be paid
    EXPORT_INVOICES = "export_invoices"  # take what is attested to the finance system
    CLOSE_MONTH = "close_month"  # book a month's nights and kronor for good: by somebody who sees every case
    SEE_REPORT = "see_report"  # monthly reports and their progress; both PDFs once approved
    SEE_DRAFT_REPORT = "see_draft_report"  # both PDFs before approval
    MAKE_REPORT = "make_report"
    APPROVE_REPORT = "approve_report"
    RECORD_PARAGRAPH = "record_paragraph"  # the committee's decision on the report
    SEE_READ_LOG = "see_read_log"
    SEE_LOG_REVIEW = "see_log_review"  # the reviews of the read log in numbers, and alarms of much reading
    DRAW_LOG_REVIEW = "draw_log_review"  # draw the month's reads
    REVIEW_LOG = "review_log"  # mark what was drawn, ask the manager, sign
    LIFT_READ_BLOCK = "lift_read_block"  # let somebody read on who was stopped for having read much
    ERASE_HISTORY = "erase_history"  # take a row's content out of the history; no role holds it yet
    SEE_ACCOUNTS = "see_accounts"  # who has an account, and what was done to it
    MANAGE_ACCOUNTS = "manage_accounts"  # ask for accounts, and end them
    SEE_ACCOUNT_REQUESTS = "see_account_requests"  # which accounts and codes were asked for, and the answers
    APPROVE_ACCOUNTS = (
        "approve_accounts"  # be the second person for them; a head only without another manager
    )
    LOAD_SCENARIO = "load_scenario"

    @property
    def writes(self) -> bool:
        return not self.value.startswith("see_")


SEE_FILE = {
    Can.SEE_CASE, Can.SEE_PERSON, Can.SEE_INTAKE, Can.SEE_INVESTIGATION, Can.SEE_JOURNAL, Can.SEE_ASSESSMENT,
    Can.SEE_CHECKS, Can.SEE_DECISION, Can.SEE_PLACEMENT, Can.SEE_PLACE, Can.SEE_MONEY, Can.SEE_APPLICATION,
    Can.SEE_CONSENT, Can.SEE_RELEASE, Can.SEE_FOLLOW_UP, Can.SEE_TASKS, Can.SEE_ACCESS, Can.SEE_HEALTH,
    Can.SEE_CHILDREN, Can.SEE_REASONS, Can.SEE_DOCUMENTS,
}  # fmt: skip

#: What a grant on a case opens for each role, and what the role may do in the operation.
ROLES: dict[Role, set[Can]] = {
    Role.CASE_WORKER: SEE_FILE | {
        Can.OPEN_CASE, Can.WRITE_CASE, Can.WRITE_INTAKE, Can.WRITE_INVESTIGATION, Can.WRITE_JOURNAL,
        Can.WRITE_DEVIATIONS, Can.DECIDE, Can.WRITE_PLACEMENT, Can.WRITE_CONSENT, Can.WRITE_FOLLOW_UP,
        Can.WRITE_TASKS, Can.SEE_OWN_CASES, Can.SEE_PROVIDERS, Can.ASK_ACCESS, Can.BREAK_GLASS,
        Can.CONFIRM_ASSESSMENT, Can.SEE_PROTECTED_CONTACT, Can.APPROVE_PROTECTED_READ, Can.SEE_READERS,
        Can.WRITE_DOCUMENTS, Can.SEE_DELEGATION,
    },
    Role.SENIOR_CASE_WORKER: SEE_FILE | {
        Can.OPEN_CASE, Can.WRITE_CASE, Can.WRITE_INTAKE, Can.DECIDE, Can.WRITE_TASKS, Can.ASSIGN,
        Can.SEE_OWN_CASES, Can.SEE_DASHBOARD, Can.SEE_PROVIDERS, Can.SEE_BUDGET, Can.ASK_ACCESS,
        Can.BREAK_GLASS, Can.BREAK_GLASS_ANY_UNIT, Can.APPROVE_PROTECTED_READ, Can.WRITE_DOCUMENTS,
        Can.CONFIRM_ASSESSMENT, Can.SEE_INVOICES, Can.SEE_DELEGATION,
    },
    Role.COORDINATOR: SEE_FILE - {Can.SEE_JOURNAL, Can.SEE_HEALTH, Can.SEE_CHILDREN} | {
        Can.OPEN_CASE, Can.WRITE_ASSESSMENT, Can.CONFIRM_ASSESSMENT, Can.WRITE_CHECKS, Can.WRITE_DEVIATIONS,
        Can.WRITE_APPLICATION, Can.WRITE_CONSENT, Can.RELEASE, Can.WRITE_TASKS, Can.ASSIGN, Can.SEE_OWN_CASES,
        Can.SEE_DASHBOARD, Can.SEE_DUPLICATES, Can.SEE_PROVIDERS, Can.WRITE_PROVIDERS, Can.SEE_BUDGET,
        Can.SEE_REPORT, Can.SEE_DRAFT_REPORT, Can.MAKE_REPORT, Can.SEE_REQUESTS, Can.ASK_ACCESS,
        Can.SEE_PROTECTED_CONTACT, Can.APPROVE_PROTECTED_READ, Can.WRITE_DOCUMENTS, Can.SEE_INVOICES,
        Can.SEE_APART, Can.MARK_APART, Can.SEE_DELEGATION,
    },
    Role.UNIT_MANAGER: SEE_FILE - {Can.SEE_JOURNAL, Can.SEE_HEALTH} | {
        Can.OPEN_CASE, Can.DECIDE, Can.WRITE_TASKS, Can.ASSIGN, Can.SEE_OWN_CASES, Can.SEE_DASHBOARD,
        Can.SEE_PROVIDERS, Can.WRITE_PROVIDERS, Can.SEE_BUDGET, Can.WRITE_BUDGET, Can.SEE_REPORT,
        Can.SEE_DRAFT_REPORT, Can.MAKE_REPORT, Can.APPROVE_REPORT, Can.ASK_ACCESS, Can.BREAK_GLASS,
        Can.BREAK_GLASS_ANY_UNIT, Can.SEE_EMERGENCIES, Can.REVIEW_EMERGENCY, Can.SEE_LOG_REVIEW,
        Can.LIFT_READ_BLOCK, Can.APPROVE_PROTECTED_READ, Can.SEE_READERS, Can.WRITE_DOCUMENTS,
        Can.CONFIRM_ASSESSMENT, Can.SEE_INVOICES, Can.ATTEST_INVOICES, Can.SEE_ACCOUNT_REQUESTS,
        Can.APPROVE_ACCOUNTS, Can.SEE_DELEGATION, Can.RECORD_MINUTES,
    },
    Role.FINANCE_OFFICER: {
        Can.SEE_CASE, Can.SEE_DECISION, Can.SEE_PLACEMENT, Can.SEE_PLACE, Can.SEE_MONEY, Can.SEE_APPLICATION,
        Can.WRITE_APPLICATION, Can.SEE_OWN_CASES, Can.SEE_PROVIDERS, Can.WRITE_PROVIDERS, Can.SEE_BUDGET,
        Can.WRITE_BUDGET, Can.CLOSE_MONTH, Can.SEE_REPORT, Can.SEE_DRAFT_REPORT, Can.SEE_INVOICES,
        Can.WRITE_INVOICES, Can.ATTEST_INVOICES, Can.EXPORT_INVOICES, Can.SEE_DELEGATION,
    },
    Role.POLICE: set(),  # nothing here: the police have a portal of their own, with what was released to them
    Role.LOG_AUDITOR: {
        Can.SEE_READ_LOG, Can.SEE_EMERGENCIES, Can.SEE_LOG_REVIEW, Can.DRAW_LOG_REVIEW, Can.REVIEW_LOG,
        Can.SEE_ACCOUNTS, Can.SEE_ACCOUNT_REQUESTS, Can.SEE_DELEGATION,
    },
    Role.BOARD_SECRETARY: {
        Can.SEE_REPORT, Can.MAKE_REPORT, Can.RECORD_PARAGRAPH, Can.SEE_DELEGATION, Can.WRITE_DELEGATION,
    },
    Role.SYSTEM_MANAGER: {
        Can.SEE_ACCOUNTS, Can.MANAGE_ACCOUNTS, Can.SEE_ACCOUNT_REQUESTS, Can.APPROVE_ACCOUNTS,
    },
    Role.IMPORTER: SEE_FILE | {
        Can.OPEN_CASE, Can.WRITE_CASE, Can.WRITE_INTAKE, Can.WRITE_INVESTIGATION, Can.WRITE_JOURNAL,
        Can.WRITE_ASSESSMENT, Can.WRITE_CHECKS, Can.WRITE_DEVIATIONS, Can.DECIDE,
        Can.WRITE_PLACEMENT, Can.WRITE_APPLICATION, Can.WRITE_CONSENT, Can.RELEASE, Can.WRITE_FOLLOW_UP,
        Can.WRITE_TASKS, Can.ASSIGN, Can.SEE_PROVIDERS, Can.WRITE_PROVIDERS, Can.SEE_BUDGET, Can.WRITE_BUDGET,
        Can.LOAD_SCENARIO, Can.WRITE_DOCUMENTS, Can.SEE_DELEGATION,
    },
    Role.REPORTER: {
        Can.SEE_CASE, Can.SEE_PERSON, Can.SEE_DECISION, Can.SEE_PLACEMENT, Can.SEE_MONEY, Can.SEE_APPLICATION,
        Can.SEE_CHECKS, Can.SEE_BUDGET, Can.SEE_REPORT, Can.SEE_DRAFT_REPORT, Can.MAKE_REPORT,
        Can.SEE_EMERGENCIES, Can.SEE_LOG_REVIEW, Can.DRAW_LOG_REVIEW,
    },
}  # fmt: skip

#: What being the handler or a co-handler opens besides (matrix, note 7: the coordinator's journal).
#: The protected contact is the handlers' own (matrix, "Protected address/contact").
ASSIGNED: dict[Role, set[Can]] = {
    Role.CASE_WORKER: {Can.WRITE_PROTECTED_CONTACT},
    Role.SENIOR_CASE_WORKER: {Can.SEE_PROTECTED_CONTACT, Can.WRITE_PROTECTED_CONTACT, Can.SEE_READERS},
    Role.COORDINATOR: {Can.SEE_JOURNAL, Can.SEE_READERS},
}

#: Rights that no temporary grant opens: nobody passes on an access that will end, nor who reads.
LASTING = {Can.ASSIGN, Can.SEE_READERS}

#: All that a break-glass grant opens: the role's own cells of the matrix and its B cells, for reading only.
#: A case worker is "same unit, not on case" there, and has no more than the B cells of that column.
BREAK_GLASS: dict[Role, set[Can]] = {
    Role.CASE_WORKER: {Can.SEE_CASE, Can.SEE_PERSON, Can.SEE_JOURNAL, Can.SEE_DOCUMENTS},
    Role.SENIOR_CASE_WORKER: SEE_FILE | {Can.SEE_PROTECTED_CONTACT},
    Role.UNIT_MANAGER: SEE_FILE | {Can.SEE_PROTECTED_CONTACT},
}


def role_can(role: str, can: Can) -> bool:
    """Whether `role` has the right at all; a case also needs a grant."""
    return can in ROLES.get(Role(role), set())


def opened_by(role: str, kind: str) -> set[Can]:
    """What a grant of this kind opens for the role; a grant to read opens no right that writes."""
    held = Role(role)
    if kind == GrantKind.BREAK_GLASS:
        return BREAK_GLASS.get(held, set())
    if kind == GrantKind.TEMPORARY:
        return ROLES[held] - LASTING
    if kind in (GrantKind.ASSIGNMENT, GrantKind.CO_HANDLER):
        return ROLES[held] | ASSIGNED.get(held, set())
    return ROLES[held]


def opens(role: str, can: Can, kind: str, *, works: bool) -> bool:
    """Whether a grant of this kind, to work or only to read (`works`), gives the role the right."""
    return can in opened_by(role, kind) and (works or not can.writes)


def kinds_opening(role: str, can: Can) -> list[GrantKind]:
    """The kinds of grant that can give the role the right."""
    return [kind for kind in GrantKind if can in opened_by(role, kind)]


def opens_alike(role: str, one: Can, other: Can) -> bool:
    """Whether the same grants give the role either right, so that it holds both on the same cases."""
    return one.writes == other.writes and kinds_opening(role, one) == kinds_opening(role, other)
