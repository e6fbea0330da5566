"""Everything a case consists of in the social services."""

from cases.models.case import Case, CaseNumber
from cases.models.decision import Decision, DecisionProposal, DelegationRule, LegalProvision
from cases.models.follow_up import FollowUp
from cases.models.grants import CaseGroupGrant, CaseUserGrant, GrantKind
from cases.models.intake import Intake
from cases.models.investigation import Investigation
from cases.models.journal import JournalEntry
from cases.models.person import DuplicateFlag, Person
from cases.models.task import Task

__all__ = [
    "Case",
    "CaseGroupGrant",
    "CaseNumber",
    "CaseUserGrant",
    "Decision",
    "DecisionProposal",
    "DelegationRule",
    "DuplicateFlag",
    "FollowUp",
    "GrantKind",
    "Intake",
    "Investigation",
    "JournalEntry",
    "LegalProvision",
    "Person",
    "Task",
]
