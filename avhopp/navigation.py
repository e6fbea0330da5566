"""The head of every page: the municipality, who is signed in, and the menu of what the role may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.access.session_times import IDLE_SECONDS, WARN_SECONDS


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    current: bool


#: Label, URL name, icon, right. The order is the menu's.
MENU = [
    ("Översikt", "dashboard", "layout-dashboard", Can.SEE_DASHBOARD),
    ("Mina ärenden", "my_cases", "folder", Can.SEE_OWN_CASES),
    ("Placeringar", "placements", "bed", Can.SEE_PLACEMENT),
    ("Utförare", "providers", "building-2", Can.SEE_PROVIDERS),
    ("Fakturor", "invoices", "receipt", Can.SEE_INVOICES),
    ("Budget", "budget", "banknote", Can.SEE_BUDGET),
    ("Ansökningar", "applications", "landmark", Can.WRITE_APPLICATION),
    ("Månadsrapporter", "reports", "file-text", Can.SEE_REPORT),
    ("Delegationsordning", "delegation_order", "scale", Can.WRITE_DELEGATION),
    ("Åtkomst", "access_requests", "key-round", Can.ASK_ACCESS),
    ("Nödåtkomst", "emergencies", "shield-alert", Can.SEE_EMERGENCIES),
    ("Loggkontroll", "log_reviews", "scan-eye", Can.SEE_LOG_REVIEW),
    ("Konton", "accounts", "key-round", Can.SEE_ACCOUNTS),
    ("Kontobegäranden", "account_requests", "shield-check", Can.SEE_ACCOUNT_REQUESTS),
]


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Template context for the page's head; nothing for somebody who is not signed in."""
    user = getattr(request, "user", None)  # an error before the sign-in is looked up has none
    if user is None or not user.is_authenticated:
        return {}
    items = []
    for label, name, icon, can in MENU:
        if may_in_general(user, can):
            url = reverse(name)
            items.append(NavItem(label, url, icon, request.path == url or request.path.startswith(url)))
    return {
        "nav": items,
        "municipality_name": user.municipality.name,
        "user_name": user.name,
        "user_role": user.title or user.role_label,
        "account_url": reverse("account"),
        "session_limits": {
            "idle": IDLE_SECONDS,
            "warn": WARN_SECONDS,
            "drafts": bool(request.session.get("drafts")),
        },
    }
