"""What is due in a case by itself: tasks, drafts, investigations, follow-ups, appeals, waiting decisions."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Now, TruncDate
from django.urls import reverse

from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.refusal import Refused
from cases import rules
from cases.models import (
    AccessRequest,
    Case,
    Decision,
    DecisionProposal,
    DelegationRule,
    FollowUp,
    Investigation,
    JournalEntry,
    ProtectedReading,
    Task,
)
from cases.models.access import ANSWERED_WITHIN
from cases.models.investigation import ANSWER_TIME
from cases.panels import Due
from cases.visibility import CaseScopedQuerySet, IsAnyOf

TASK_LABELS = dict(Task.Kind.choices)


def of_open_cases(user: User) -> IsAnyOf:
    """Rows of the open cases that `user` may see, by `case_id`.

    Not `case__closed=None`: that is a join, and for each of its rows the wall would go through all the cases
    that the user sees (docs/decisions/0007).
    """
    return IsAnyOf("case_id", Case.objects.visible_to(user).open().order_by().values("id"))


def due_from_cases(user: User, today: date) -> list[Due]:
    """Everything that is due in the cases and that `user` may see: at most three queries.

    An appeal's last day is shown until it has passed; then the decision stands and nothing is due.
    """
    sources = [rows for see, rows in _sources(user, today) if role_can(user.role, see)]
    if not sources:
        return []
    first, *others = sources
    found = [_due(*row) for row in (first.union(*others, all=True) if others else first)]
    return found + _proposals(user, today)


def _sources(user: User, today: date) -> list[tuple[Can, QuerySet]]:
    def rows(what: str, source: CaseScopedQuerySet, start: Any, detail: Any = None) -> QuerySet:
        found = source.visible_to(user).order_by()
        return found.annotate(
            due_what=Value(what, CharField()),
            due_detail=Cast(detail or Value(""), CharField()),
            due_from=start,
        ).values_list("case_id", "id", "due_what", "due_detail", "due_from")

    in_open = of_open_cases(user)
    tasks = Task.objects.open().filter(in_open)
    drafts = JournalEntry.objects.drafts().filter(author=user)
    open_ones = Investigation.objects.filter(in_open, concluded=None)
    asked = open_ones.filter(communicated__gte=today - ANSWER_TIME)
    follow_ups = FollowUp.objects.filter(in_open, held=None)
    appeals = Decision.objects.filter(in_open, notified__gte=due_since(today)).exclude(outcome="bifall")
    readings = ProtectedReading.objects.waiting(Now()).exclude(asked_by=user)
    return [
        (Can.SEE_TASKS, rows("task", tasks, F("due"), F("kind"))),
        (Can.SEE_JOURNAL, rows("draft", drafts, TruncDate("written_at"))),
        (Can.SEE_INVESTIGATION, rows("investigation", open_ones, F("due"))),
        (Can.SEE_INVESTIGATION, rows("answer", asked, F("communicated"))),
        (Can.SEE_FOLLOW_UP, rows("follow_up", follow_ups, F("planned"))),
        (Can.SEE_DECISION, rows("appeal", appeals, F("notified"))),
        (Can.ASSIGN, _requests(user)),
        (Can.APPROVE_PROTECTED_READ, rows("reading", readings, TruncDate("asked_at"))),
    ]


def _requests(user: User) -> QuerySet:
    """Requests for access to the cases that `user` may answer, as the other sources' rows."""
    numbered = Case.objects.visible_to(user).filter(
        case_no=OuterRef("case_no"), municipality=OuterRef("municipality")
    )
    waiting = AccessRequest.objects.visible_to(user).to_answer(user, Now()).order_by()
    return (
        waiting.annotate(
            case_id=Subquery(numbered.order_by().values("id")[:1]),
            due_what=Value("request", CharField()),
            due_detail=Value("", CharField()),
            due_from=TruncDate(F("asked_at")),
        )
        .filter(case_id__isnull=False)
        .values_list("case_id", "id", "due_what", "due_detail", "due_from")
    )


def due_since(today: date) -> date:
    """The earliest day of notice whose time for appeal has not passed (three weeks)."""
    return today - (due(DeadlineKind.APPEAL, today) - today)


def _due(case_id: UUID, id: UUID, what: str, detail: str, start: date) -> Due:
    if what == "task":
        return Due(case_id, TASK_LABELS[detail], start, reverse("task", args=[case_id, id]))
    if what == "reading":
        answer = reverse("protected_answer", args=[case_id, id])
        return Due(case_id, "Svara på begäran om skyddade uppgifter", start, answer)
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
    if what == "request":
        url = reverse("access_request", args=[id])
        return Due(case_id, "Svara på begäran om åtkomst", start + ANSWERED_WITHIN, url)
    decision = reverse("decision", args=[case_id, id])
    return Due(case_id, "Tiden att överklaga går ut", due(DeadlineKind.APPEAL, start), decision)


def _proposals(user: User, today: date) -> list[Due]:
    """Decisions that somebody prepared and that `user` may make, or has to lay before the committee."""
    if not role_can(user.role, Can.DECIDE):
        return []
    waiting = list(DecisionProposal.objects.visible_to(user).waiting().filter(of_open_cases(user)))
    if not waiting:
        return []
    order = [rules.Rule.of(row) for row in DelegationRule.objects.visible_to(user).in_force_on(today)]
    return [
        Due(one.case_id, what, one.prepared_on, reverse("decide", args=[one.case_id]))
        for one in waiting
        if (what := _asked_of(user, one, order))
    ]


def _asked_of(user: User, proposal: DecisionProposal, order: list[rules.Rule]) -> str:
    """What `user` is to do with the proposal, nothing when it is another's to decide."""
    try:
        rules.allowing_rule(user.role, proposal.wanted, order)
    except Refused as refused:
        highest = user.role == rules.RANK[-1] and refused.code == "no_delegation"
        return "Lägg fram förslag till beslut för utskottet" if highest else ""
    return "Ta ställning till förslag till beslut"
