"""What is due in the operation: agreements that end, providers to visit, days to apply and account by."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.urls import reverse

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.panels import Concern
from placements.models import FrameworkAgreement, GrantProgramme, ProviderVisit

#: Days before an agreement ends, the nearest first, and the tone of the alert (DOMAIN.md 4.8).
ALERTS = ((30, "danger"), (90, "warning"), (180, "info"))
PROGRAMME_AHEAD = timedelta(days=60)
VISIT_AHEAD = timedelta(days=30)


def alert_tone(end: date, today: date) -> str | None:
    """The tone of the alert about an agreement's end; None while it is far off, or once it has ended."""
    days = (end - today).days
    return next((tone for limit, tone in ALERTS if 0 <= days <= limit), None)


def concerns(user: User, today: date) -> list[Concern]:
    """What concerns the agreements, providers and programmes that `user` may change: one query."""
    sources: list[QuerySet] = []
    if may_in_general(user, Can.WRITE_PROVIDERS):
        sources += [_agreements(user, today), _visits(user, today)]
    if may_in_general(user, Can.WRITE_APPLICATION):
        sources += [_programmes(user, today, "apply_by"), _programmes(user, today, "account_by")]
    if not sources:
        return []
    first, *others = sources
    rows = first.union(*others, all=True)
    return [_concern(what, id, name, day, today) for what, id, name, day in rows]


def _concern(what: str, id: UUID, name: str, day: date, today: date) -> Concern:
    tone = alert_tone(day, today) or "info"
    if what == "agreement":
        return Concern(
            f"Ramavtalet med {name} går ut", day, reverse("provider", args=[id]) + "#ramavtal", tone
        )
    if what == "visit":
        tone = "danger" if day < today else "info"
        return Concern(f"Följ upp {name}", day, reverse("provider", args=[id]) + "#uppfoljningar", tone)
    label = "Sista ansökningsdag" if what == "apply_by" else "Slutredovisning senast"
    return Concern(f"{label}: {name}", day, reverse("programmes"), tone)


def _named(what: str) -> Value:
    return Value(what, CharField())


def _agreements(user: User, today: date) -> QuerySet:
    last = today + timedelta(days=ALERTS[-1][0])
    rows = FrameworkAgreement.objects.visible_to(user).ending_within(today, last).order_by()
    return rows.values_list(_named("agreement"), "provider_id", "provider__name", "end")


def _visits(user: User, today: date) -> QuerySet:
    """The day that the newest visit of each provider set for the next."""
    newer = ProviderVisit.objects.visible_to(user).filter(
        provider=OuterRef("provider"), made_on__gt=OuterRef("made_on")
    )
    rows = ProviderVisit.objects.visible_to(user).filter(provider__deactivated=None).order_by()
    rows = rows.filter(~Exists(newer), next_on__lte=today + VISIT_AHEAD)
    return rows.values_list(_named("visit"), "provider_id", "provider__name", "next_on")


def _programmes(user: User, today: date, field: str) -> QuerySet:
    rows = GrantProgramme.objects.visible_to(user).in_force_on(today).order_by()
    near = rows.filter(**{f"{field}__gte": today, f"{field}__lte": today + PROGRAMME_AHEAD})
    return near.values_list(_named(field), "id", "name", field)
