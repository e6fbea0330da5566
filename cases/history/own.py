"""The history of the case's own tables."""

from typing import Any

from django.db.models import Q, QuerySet

from avhopp.access.roles import Can, kinds_opening
from avhopp.accounts.models import User
from cases.history.kinds import Kind
from cases.models import (
    Case,
    CaseGroupGrant,
    CaseUserGrant,
    ChildrenPart,
    ChildSafety,
    Decision,
    DecisionProposal,
    Document,
    FollowUp,
    HealthPart,
    Intake,
    Investigation,
    JournalEntry,
    Person,
    ProtectedReading,
    Task,
)
from cases.models.documents import SEEN_WITH
from cases.visibility import opened_to

INVESTIGATION, DECISION, ACCESS = "Utredning", "Beslut", "Behörigheter"
GRANT_NAMES = {
    "user": "vem", "group": "enhet eller funktion", "permission": "rätt att", "granted_by": "gavs av",
    "ended_by": "avslutades av",
}  # fmt: skip


def itself(case: Case) -> dict[str, Any]:
    return {"id": case.pk}


def its_person(case: Case) -> dict[str, Any]:
    return {"id": case.person_id}


def on_it(case: Case) -> dict[str, Any]:
    return {"content_object_id": case.pk}


def signed_or_own(rows: QuerySet, user: User) -> QuerySet:
    """A draft is its author's working material: to others an entry begins when it is signed."""
    return rows.filter(Q(signed_at__isnull=False) | Q(author_id=user.pk))


def of_opened_kinds(rows: QuerySet, user: User) -> QuerySet:
    """Documents open by the right of their kind."""
    opened = Q(pk=None)
    for right in dict.fromkeys(SEEN_WITH.values()):
        if kinds_opening(user.role, right):
            kinds = [kind.value for kind, one in SEEN_WITH.items() if one == right]
            opened |= Q(opened_to(user, right, "case_id"), kind__in=kinds)
    return rows.filter(opened)


KINDS = [
    Kind(
        key="arende",
        model=Case,
        see=Can.SEE_CASE,
        area="Ärendet",
        rows=itself,
        names={"unit": "enhet", "police_owner": "polisens enhet"},
    ),
    Kind(
        key="person",
        model=Person,
        see=Can.SEE_PERSON,
        area="Person",
        rows=its_person,
        hidden={"name_key", "identity_index"},
    ),
    Kind(key="kontakt", model=Intake, see=Can.SEE_INTAKE, area="Aktualisering", told_by=("kind", "received")),
    Kind(key="skyddsbedomning", model=ChildSafety, see=Can.SEE_CHILDREN, area="Aktualisering"),
    Kind(
        key="utredning",
        model=Investigation,
        see=Can.SEE_INVESTIGATION,
        area=INVESTIGATION,
        told_by=("opened",),
    ),
    Kind(key="halsa", model=HealthPart, see=Can.SEE_HEALTH, area=INVESTIGATION),
    Kind(key="barn", model=ChildrenPart, see=Can.SEE_CHILDREN, area=INVESTIGATION),
    Kind(
        key="beslut",
        model=Decision,
        see=Can.SEE_DECISION,
        area=DECISION,
        told_by=("kind", "decided"),
        names={"delegation": "delegationspunkt", "provision": "lagrum", "decided_by": "beslutat av"},
    ),
    Kind(
        key="forslag",
        model=DecisionProposal,
        see=Can.SEE_DECISION,
        area=DECISION,
        told_by=("kind", "prepared_on"),
        names={"provision": "lagrum", "prepared_by": "förberett av"},
    ),
    Kind(
        key="journal",
        model=JournalEntry,
        see=Can.SEE_JOURNAL,
        area="Journal",
        told_by=("kind", "occurred_on"),
        names={"author": "skriven av", "signed_by": "signerad av"},
        readable=signed_or_own,
    ),
    Kind(
        key="handling",
        model=Document,
        see=Can.SEE_DOCUMENTS,
        area="Handlingar",
        told_by=("kind", "dated"),
        names={"added_by": "tillagd av", "withdrawn_by": "borttagen av"},
        hidden={"sha256"},
        readable=of_opened_kinds,
    ),
    Kind(
        key="uppgift",
        model=Task,
        see=Can.SEE_TASKS,
        area="Uppgifter",
        told_by=("kind",),
        names={"done_by": "utförd av"},
    ),
    Kind(key="uppfoljning", model=FollowUp, see=Can.SEE_FOLLOW_UP, area="Uppföljning", told_by=("planned",)),
    Kind(
        key="behorighet",
        model=CaseUserGrant,
        see=Can.SEE_ACCESS,
        area=ACCESS,
        told_by=("user", "kind"),
        rows=on_it,
        why=("ended_because", "reason"),
        names=GRANT_NAMES,
        hidden={"content_object"},
    ),
    Kind(
        key="gruppbehorighet",
        model=CaseGroupGrant,
        see=Can.SEE_ACCESS,
        area=ACCESS,
        told_by=("group",),
        rows=on_it,
        why=("ended_because", "reason"),
        names=GRANT_NAMES,
        hidden={"content_object"},
    ),
    Kind(
        key="skyddslasning",
        model=ProtectedReading,
        see=Can.SEE_ACCESS,
        area="Skydd",
        told_by=("asked_by",),
        names={"asked_by": "begärd av", "answered_by": "besvarad av"},
        opens=False,  # the reason is read on the page Skydd, by those who answer
    ),
]
