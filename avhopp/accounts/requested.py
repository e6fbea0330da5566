"""What the pages show of requests about accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from avhopp.access.roles import Role
from avhopp.accounts.actions.accounts import powers_of
from avhopp.accounts.actions.requests import candidates, plain, second_persons
from avhopp.accounts.models import AccountRequest, PoliceUnit, Unit, User

#: What the account's powers are called. The municipality and the user name never change here.
LABELS = {
    "role": "Roll",
    "unit_id": "Enhet",
    "police_unit_id": "Polisenhet",
    "is_active": "Får logga in",
    "valid_from": "Gäller från",
    "valid_to": "Gäller till och med",
    "provider_id": "Id hos kommunens inloggning",
}


@dataclass(frozen=True)
class Power:
    """One power of an account, before and after. `before` is empty for a new account."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Waiting:
    """A request that waits, and whether the reader is the one to answer it."""

    request: AccountRequest
    can_answer: bool


def waiting(user: User, at: datetime) -> list[Waiting]:
    """What waits in the municipality, the oldest first, with whether `user` answers it."""
    rows = list(AccountRequest.objects.visible_to(user).waiting(at).with_names().order_by("asked_at", "id"))
    people = candidates(user.municipality_id, timezone.localdate(at)) if rows else []
    return [Waiting(row, user in second_persons(row, people)) for row in rows]


def account_of(asked: AccountRequest) -> User | None:
    """The account that it is about; None before it was opened."""
    return User.objects.select_related("unit", "police_unit").filter(pk=asked.account).first()


def context_of(asked: AccountRequest, user: User, at: datetime) -> dict[str, Any]:
    """For the page of one request."""
    people = candidates(asked.municipality_id, timezone.localdate(at)) if asked.waits(at) else []
    account, second = account_of(asked), second_persons(asked, people)
    return {
        "asked": asked,
        "account": account,
        "username": asked.powers.get("username") or (account.username if account else ""),
        "powers": _powers(asked, account),
        "second": [one.name for one in second],
        "waits": asked.waits(at),
        "is_own": asked.asked_by_id == user.pk,
        "can_answer": user in second,
        "at": at,
    }


def _powers(asked: AccountRequest, account: User | None) -> list[Power]:
    """All of a new account's; of one that is changed while it waits, what differs."""
    if not asked.powers:
        return []
    units = _unit_names(asked)
    after = {name: _in_words(name, value, units) for name, value in asked.powers.items() if name in LABELS}
    changes = asked.kind == AccountRequest.Kind.CHANGE and account is not None and not asked.is_answered
    before: Mapping[str, str] = {}
    if changes and account is not None:
        before = {
            name: _in_words(name, plain(value), units)
            for name, value in powers_of(account).items()
            if name in LABELS
        }
    return [
        Power(LABELS[name], before.get(name, ""), text)
        for name, text in after.items()
        if (before.get(name) != text if changes else text != "–")
    ]


def _unit_names(asked: AccountRequest) -> dict[str, str]:
    found: dict[str, str] = {}
    for model in (Unit, PoliceUnit):
        rows = model.objects.filter(municipality=asked.municipality_id)
        found |= {str(key): name for key, name in rows.values_list("pk", "name")}
    return found


def _in_words(name: str, value: Any, units: dict[str, str]) -> str:
    if value is None or value == "":
        return "–"
    if name == "role":
        return Role(value).label
    if name.endswith("unit_id"):
        return units.get(value, "–")
    if name == "is_active":
        return "Ja" if value else "Nej"
    return str(value)
