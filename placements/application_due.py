"""What is due about grant applications, for whoever writes them (DOMAIN.md 4.9)."""

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, CharField, DateField, F, OuterRef, Subquery, Value, When
from django.urls import reverse

from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from cases.due import of_open_cases
from cases.models import Decision
from cases.panels import Due
from placements.models import GrantApplication, GrantRequest
from placements.waiting import PATIENCE_DAYS, Status

#: How long before a programme's day a draft or a final account is called for.
AHEAD = timedelta(days=30)
#: So long after the decision a draft should have been sent. The list of alerts leaves the number open ("N
#: days"); a month leaves room for what the police ask to have enclosed.
SENT_WITHIN = timedelta(days=30)
PATIENCE = timedelta(days=PATIENCE_DAYS)


class _Row(NamedTuple):
    """An application with its programme's days, or an unanswered request whose last day is `day`.

    Of a draft `day` is that of the case's first granted decision.
    """

    status: str
    case_id: UUID
    id: UUID
    day: date | None
    apply_by: date | None
    account_by: date | None


def due_applications(user: User, today: date) -> list[Due]:
    """Completions to send, answers to ask for, drafts and final accounts whose day comes: one query."""
    if not role_can(user.role, Can.WRITE_APPLICATION):
        return []
    open_ones = of_open_cases(user)
    asked = GrantRequest.objects.visible_to(user).unanswered().filter(open_ones).order_by()
    rows = GrantApplication.objects.visible_to(user).filter(open_ones).order_by()
    granted = Decision.objects.visible_to(user).filter(case=OuterRef("case")).exclude(outcome="avslag")
    decided = Subquery(granted.order_by("decided").values("decided")[:1])
    waiting = rows.filter(status__in=[Status.DRAFT, Status.SENT, Status.PAID]).annotate(
        since=Case(When(status=Status.DRAFT, then=decided), default=F("sent"), output_field=DateField())
    )
    none = Value(None, DateField())
    found = asked.values_list(
        Value("komplettering", CharField()), "case_id", "application_id", "due", none, none
    ).union(
        waiting.values_list(
            F("status"), "case_id", "id", "since", "programme__apply_by", "programme__account_by"
        ),
        all=True,
    )
    read = [_Row(*row) for row in found]
    completing = {row.id for row in read if row.status == "komplettering"}
    return [one for row in read for one in _due(row, row.id in completing, today)]


def _to_send(row: _Row, today: date) -> date | None:
    """The day a draft should be sent, once that is near: the programme's, or a while after the decision."""
    days = [row.apply_by] if row.apply_by is not None and row.apply_by <= today + AHEAD else []
    days += [row.day + SENT_WITHIN] if row.day is not None and row.day + SENT_WITHIN <= today else []
    return min(days, default=None)


def _due(row: _Row, completing: bool, today: date) -> list[Due]:
    label, day = "", None
    if row.status == "komplettering":
        label, day = "Besvara polisens begäran om komplettering", row.day
    elif row.status == Status.DRAFT:
        label, day = "Skicka ansökan om statliga medel", _to_send(row, today)
    elif row.status == Status.SENT and row.day is not None and not completing:
        label, day = "Fråga polisen om svaret på ansökan", row.day + PATIENCE
    elif row.status == Status.PAID and row.account_by is not None and row.account_by <= today + AHEAD:
        label, day = "Slutredovisa de statliga medlen", row.account_by
    if day is None:
        return []
    return [Due(row.case_id, label, day, reverse("application", args=[row.case_id, row.id]))]
