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


class Can(Enum):
    """Everything that can be seen or done. `SEE_` reads, every other right writes or acts."""

    SEE_CASE = "see_case"  # the case exists, its number, handler, state
    SEE_PERSON = "see_person"  # name and identity number
    SEE_INTAKE = "see_intake"
    SEE_INVESTIGATION = "see_investigation"
    SEE_JOURNAL = "see_journal"
    SEE_ASSESSMENT = "see_assessment"  # the police's threat assessment
    SEE_CHECKS = "see_checks"  # register checks and deviations
    SEE_DECISION = "see_decision"
    SEE_PLACEMENT = "see_placement"  # kind and period
    SEE_PLACE = "see_place"  # provider and precise place
    SEE_MONEY = "see_money"  # prices and costs
    SEE_APPLICATION = "see_application"  # grant applications to the police
    SEE_CONSENT = "see_consent"
    SEE_RELEASE = "see_release"  # what was released to the police
    SEE_FOLLOW_UP = "see_follow_up"
    SEE_TASKS = "see_tasks"
    SEE_ACCESS = "see_access"  # who holds grants on the case

    OPEN_CASE = "open_case"
    WRITE_CASE = "write_case"  # state, closure, definition, person
    WRITE_INTAKE = "write_intake"
    WRITE_INVESTIGATION = "write_investigation"
    WRITE_JOURNAL = "write_journal"
    WRITE_ASSESSMENT = "write_assessment"
    WRITE_CHECKS = "write_checks"
    DECIDE = "decide"
    WRITE_PLACEMENT = "write_placement"
    WRITE_APPLICATION = "write_application"
    WRITE_CONSENT = "write_consent"
    RELEASE = "release"
    WRITE_FOLLOW_UP = "write_follow_up"
    WRITE_TASKS = "write_tasks"
    ASSIGN = "assign"

    # About the operation, not about one case
    SEE_OWN_CASES = "see_own_cases"  # the work list
    SEE_DASHBOARD = "see_dashboard"
    SEE_DUPLICATES = "see_duplicates"  # two persons with one identity number
    SEE_PROVIDERS = "see_providers"
    WRITE_PROVIDERS = "write_providers"
    SEE_BUDGET = "see_budget"
    WRITE_BUDGET = "write_budget"
    SEE_REPORT = "see_report"  # monthly reports and their progress; both PDFs once approved
    SEE_DRAFT_REPORT = "see_draft_report"  # both PDFs before approval
    MAKE_REPORT = "make_report"
    APPROVE_REPORT = "approve_report"
    RECORD_PARAGRAPH = "record_paragraph"  # the committee's decision on the report
    SEE_READ_LOG = "see_read_log"
    MANAGE_ACCOUNTS = "manage_accounts"
    LOAD_SCENARIO = "load_scenario"

    @property
    def writes(self) -> bool:
        return not self.value.startswith("see_")


SEE_FILE = {
    Can.SEE_CASE, Can.SEE_PERSON, Can.SEE_INTAKE, Can.SEE_INVESTIGATION, Can.SEE_JOURNAL, Can.SEE_ASSESSMENT,
    Can.SEE_CHECKS, Can.SEE_DECISION, Can.SEE_PLACEMENT, Can.SEE_PLACE, Can.SEE_MONEY, Can.SEE_APPLICATION,
    Can.SEE_CONSENT, Can.SEE_RELEASE, Can.SEE_FOLLOW_UP, Can.SEE_TASKS, Can.SEE_ACCESS,
}  # fmt: skip

#: What a grant on a case opens for each role, and what the role may do in the operation.
ROLES: dict[Role, set[Can]] = {
    Role.CASE_WORKER: SEE_FILE | {
        Can.OPEN_CASE, Can.WRITE_CASE, Can.WRITE_INTAKE, Can.WRITE_INVESTIGATION, Can.WRITE_JOURNAL,
        Can.WRITE_CHECKS, Can.DECIDE, Can.WRITE_PLACEMENT, Can.WRITE_CONSENT, Can.WRITE_FOLLOW_UP,
        Can.WRITE_TASKS, Can.SEE_OWN_CASES, Can.SEE_PROVIDERS,
    },
    Role.SENIOR_CASE_WORKER: SEE_FILE | {
        Can.OPEN_CASE, Can.WRITE_CASE, Can.WRITE_INTAKE, Can.DECIDE, Can.WRITE_TASKS, Can.ASSIGN,
        Can.SEE_OWN_CASES, Can.SEE_DASHBOARD, Can.SEE_PROVIDERS,
    },
    Role.COORDINATOR: SEE_FILE - {Can.SEE_JOURNAL} | {
        Can.OPEN_CASE, Can.WRITE_ASSESSMENT, Can.WRITE_CHECKS, Can.WRITE_APPLICATION, Can.WRITE_CONSENT,
        Can.RELEASE, Can.WRITE_TASKS, Can.ASSIGN, Can.SEE_OWN_CASES, Can.SEE_DASHBOARD, Can.SEE_DUPLICATES,
        Can.SEE_PROVIDERS, Can.WRITE_PROVIDERS, Can.SEE_BUDGET, Can.WRITE_BUDGET, Can.SEE_REPORT,
        Can.SEE_DRAFT_REPORT, Can.MAKE_REPORT,
    },
    Role.UNIT_MANAGER: SEE_FILE - {Can.SEE_JOURNAL} | {
        Can.OPEN_CASE, Can.DECIDE, Can.WRITE_TASKS, Can.ASSIGN, Can.SEE_OWN_CASES, Can.SEE_DASHBOARD,
        Can.SEE_PROVIDERS, Can.WRITE_PROVIDERS, Can.SEE_BUDGET, Can.WRITE_BUDGET, Can.SEE_REPORT,
        Can.SEE_DRAFT_REPORT, Can.MAKE_REPORT, Can.APPROVE_REPORT,
    },
    Role.FINANCE_OFFICER: {
        Can.SEE_CASE, Can.SEE_DECISION, Can.SEE_PLACEMENT, Can.SEE_PLACE, Can.SEE_MONEY, Can.SEE_APPLICATION,
        Can.WRITE_APPLICATION, Can.SEE_OWN_CASES, Can.SEE_PROVIDERS, Can.WRITE_PROVIDERS, Can.SEE_BUDGET,
        Can.WRITE_BUDGET, Can.SEE_REPORT, Can.SEE_DRAFT_REPORT,
    },
    Role.POLICE: set(),  # nothing here: the police have a portal of their own, with what was released to them
    Role.LOG_AUDITOR: {Can.SEE_READ_LOG},
    Role.BOARD_SECRETARY: {Can.SEE_REPORT, Can.MAKE_REPORT, Can.RECORD_PARAGRAPH},
    Role.SYSTEM_MANAGER: {Can.MANAGE_ACCOUNTS},
    Role.IMPORTER: SEE_FILE | {
        Can.OPEN_CASE, Can.WRITE_CASE, Can.WRITE_INTAKE, Can.WRITE_INVESTIGATION, Can.WRITE_JOURNAL,
        Can.WRITE_ASSESSMENT, Can.WRITE_CHECKS, Can.DECIDE, Can.WRITE_PLACEMENT, Can.WRITE_APPLICATION,
        Can.WRITE_CONSENT, Can.RELEASE, Can.WRITE_FOLLOW_UP, Can.WRITE_TASKS, Can.ASSIGN, Can.SEE_PROVIDERS,
        Can.WRITE_PROVIDERS, Can.SEE_BUDGET, Can.WRITE_BUDGET, Can.LOAD_SCENARIO,
    },
    Role.REPORTER: {
        Can.SEE_CASE, Can.SEE_PERSON, Can.SEE_DECISION, Can.SEE_PLACEMENT, Can.SEE_MONEY, Can.SEE_APPLICATION,
        Can.SEE_CHECKS, Can.SEE_BUDGET, Can.SEE_REPORT, Can.SEE_DRAFT_REPORT, Can.MAKE_REPORT,
    },
}  # fmt: skip


def role_can(role: str, can: Can) -> bool:
    """Whether `role` has the right at all; a case also needs a grant."""
    return can in ROLES.get(Role(role), set())
