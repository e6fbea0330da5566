"""What is due in the operation: agreements that end, providers to visit, days to apply and account by."""

from datetime import date, timedelta

from django.db.models import Max
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
    """At most three queries."""
    found = []
    if may_in_general(user, Can.WRITE_PROVIDERS):
        found += _agreements(user, today) + _visits(user, today)
    if may_in_general(user, Can.WRITE_APPLICATION):
        found += _programmes(user, today)
    return found


def _agreements(user: User, today: date) -> list[Concern]:
    last = today + timedelta(days=ALERTS[-1][0])
    rows = FrameworkAgreement.objects.visible_to(user).ending_within(today, last).select_related("provider")
    return [
        Concern(
            f"Ramavtalet med {row.provider.name} går ut",
            row.end,
            reverse("provider", args=[row.provider_id]) + "#ramavtal",
            alert_tone(row.end, today) or "info",
        )
        for row in rows
        if row.end is not None
    ]


def _visits(user: User, today: date) -> list[Concern]:
    """The newest visit of each provider says when the next one is."""
    rows = ProviderVisit.objects.visible_to(user).filter(provider__deactivated=None).order_by()
    newest = rows.values("provider_id", "provider__name").annotate(last=Max("made_on"), next=Max("next_on"))
    return [
        Concern(
            f"Följ upp {row['provider__name']}",
            row["next"],
            reverse("provider", args=[row["provider_id"]]) + "#uppfoljningar",
            "danger" if row["next"] < today else "info",
        )
        for row in newest
        if row["next"] is not None and row["last"] < row["next"] <= today + VISIT_AHEAD
    ]


def _programmes(user: User, today: date) -> list[Concern]:
    found = []
    for row in GrantProgramme.objects.visible_to(user).in_force_on(today):
        days = (("Sista ansökningsdag", row.apply_by), ("Slutredovisning senast", row.account_by))
        for what, day in days:
            if day is not None and today <= day <= today + PROGRAMME_AHEAD:
                url = reverse("programmes")
                found.append(Concern(f"{what}: {row.name}", day, url, alert_tone(day, today) or "info"))
    return found
