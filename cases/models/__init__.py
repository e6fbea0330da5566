"""Everything a case consists of in the social services."""

from cases.models.access import AccessRequest, EmergencyAccess, EmergencyNotice
from cases.models.case import Case, CaseNumber
from cases.models.decision import Decision, DecisionProposal, LegalProvision
from cases.models.delegation import DelegationOrder, DelegationRule
from cases.models.documents import Document, DocumentPiece
from cases.models.follow_up import FollowUp
from cases.models.grants import CaseGroupGrant, CaseUserGrant, GrantKind
from cases.models.intake import ChildSafety, Intake
from cases.models.investigation import ChildrenPart, HealthPart, Investigation
from cases.models.journal import JournalEntry
from cases.models.log_review import LogReview, LogReviewItem, LogReviewQuestion
from cases.models.person import DuplicateFlag, Person
from cases.models.protected import ProtectedContact, ProtectedReading
from cases.models.task import Task

__all__ = [
    "AccessRequest",
    "Case",
    "CaseGroupGrant",
    "CaseNumber",
    "CaseUserGrant",
    "ChildSafety",
    "ChildrenPart",
    "Decision",
    "DecisionProposal",
    "DelegationOrder",
    "DelegationRule",
    "Document",
    "DocumentPiece",
    "DuplicateFlag",
    "EmergencyAccess",
    "EmergencyNotice",
    "FollowUp",
    "GrantKind",
    "HealthPart",
    "Intake",
    "Investigation",
    "JournalEntry",
    "LegalProvision",
    "LogReview",
    "LogReviewItem",
    "LogReviewQuestion",
    "Person",
    "ProtectedContact",
    "ProtectedReading",
    "Task",
]
