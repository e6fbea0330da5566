"""What is due in a case by itself: tasks, drafts, investigations, follow-ups, appeals, waiting decisions."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse

from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.refusal import Refused
from cases import rules
from cases.models import (
    Case,
    Decision,
    DecisionProposal,
    DelegationRule,
    FollowUp,
    Investigation,
    JournalEntry,
    Task,
)
from cases.models.investigation import ANSWER_TIME
from cases.panels import Due
from cases.visibility import CaseScopedQuerySet, IsAnyOf

TASK_LABELS = dict(Task.Kind.choices)


def among_open(case_ids: Iterable[UUID]) -> IsAnyOf:
    """Rows of those of the cases that are open, by `case_id`.

    Not `case__closed=None`: that is a join, and for each of its rows the wall would go through all the cases
    that the user sees (docs/decisions/0007).
    """
    return IsAnyOf("case_id", Case.objects.filter(id__in=list(case_ids), closed=None).order_by().values("id"))


def due_from_cases(case_ids: Iterable[UUID], user: User, today: date) -> list[Due]:
    """Everything that is due in these cases and that `user` may see: at most three queries.

    An appeal's last day is shown until it has passed; then the decision stands and nothing is due.
    """
    ids = list(case_ids)
    sources = [rows for see, rows in _sources(ids, user, today) if role_can(user.role, see)] if ids else []
    if not sources:
        return []
    first, *others = sources
    found = [_due(*row) for row in (first.union(*others, all=True) if others else first)]
    return found + _proposals(ids, user, today)


def _sources(ids: list[UUID], user: User, today: date) -> list[tuple[Can, QuerySet]]:
    def rows(what: str, source: CaseScopedQuerySet, start: Any, detail: Any = None) -> QuerySet:
        found = source.visible_to(user).filter(case_id__in=ids).order_by()
        return found.annotate(
            due_what=Value(what, CharField()),
            due_detail=Cast(detail or Value(""), CharField()),
            due_from=start,
        ).values_list("case_id", "id", "due_what", "due_detail", "due_from")

    in_open = among_open(ids)
    tasks = Task.objects.open().filter(in_open)
    drafts = JournalEntry.objects.drafts().filter(author=user)
    open_ones = Investigation.objects.filter(in_open, concluded=None)
    asked = open_ones.filter(communicated__gte=today - ANSWER_TIME)
    follow_ups = FollowUp.objects.filter(in_open, held=None)
    appeals = Decision.objects.filter(in_open, notified__gte=due_since(today)).exclude(outcome="bifall")
    return [
        (Can.SEE_TASKS, rows("task", tasks, F("due"), F("kind"))),
        (Can.SEE_JOURNAL, rows("draft", drafts, TruncDate("written_at"))),
        (Can.SEE_INVESTIGATION, rows("investigation", open_ones, F("due"))),
        (Can.SEE_INVESTIGATION, rows("answer", asked, F("communicated"))),
        (Can.SEE_FOLLOW_UP, rows("follow_up", follow_ups, F("planned"))),
        (Can.SEE_DECISION, rows("appeal", appeals, F("notified"))),
    ]


def due_since(today: date) -> date:
    """The earliest day of notice whose time for appeal has not passed (three weeks)."""
    return today - (due(DeadlineKind.APPEAL, today) - today)


def _due(case_id: UUID, id: UUID, what: str, detail: str, start: date) -> Due:
    if what == "task":
        return Due(case_id, TASK_LABELS[detail], start, reverse("task", args=[case_id, id]))
    if what == "draft":
        entry = reverse("journal_entry", args=[case_id, id])
        return Due(case_id, "Signera journalanteckning", due(DeadlineKind.JOURNAL_DRAFT, start), entry)
    if what == "investigation":
        return Due(case_id, "Slutför utredningen", start, reverse("investigation", args=[case_id]))
    if what == "answer":
        return Due(
            case_id,
            "Personens tid att svara går ut",
            start + ANSWER_TIME,
            reverse("investigation", args=[case_id]),
        )
    if what == "follow_up":
        return Due(case_id, "Följ upp insatsen", start, reverse("follow_ups", args=[case_id]))
    decision = reverse("decision", args=[case_id, id])
    return Due(case_id, "Tiden att överklaga går ut", due(DeadlineKind.APPEAL, start), decision)


def _proposals(ids: list[UUID], user: User, today: date) -> list[Due]:
    """Decisions that somebody prepared and that `user` may make."""
    if not role_can(user.role, Can.DECIDE):
        return []
    waiting = list(DecisionProposal.objects.visible_to(user).waiting().filter(among_open(ids)))
    if not waiting:
        return []
    order = [rules.Rule.of(row) for row in DelegationRule.objects.visible_to(user).in_force_on(today)]
    return [
        Due(
            one.case_id,
            "Ta ställning till förslag till beslut",
            one.prepared_on,
            reverse("decide", args=[one.case_id]),
        )
        for one in waiting
        if _may_decide(user, one, order)
    ]


def _may_decide(user: User, proposal: DecisionProposal, order: list[rules.Rule]) -> bool:
    try:
        rules.allowing_rule(user.role, proposal.wanted, order)
    except Refused:
        return False
    return True
