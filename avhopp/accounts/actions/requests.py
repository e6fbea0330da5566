"""What gives an account more power needs two: asked for by one, done in the moment that another approves.

Another system manager approves. Where there is none, a head of the municipality's units does, who orders
accounts by the access policy (DOMAIN.md 3.2). The database holds the same: sec.approves_account in walls.py.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.postgres.functions import TransactionNow
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can, Role
from avhopp.accounts.actions.accounts import AccountData, check_data, demand_other, powers_of, stated
from avhopp.accounts.actions.codes import make_code
from avhopp.accounts.models import AccountRequest, User
from avhopp.accounts.powers import POWERS
from avhopp.accounts.teams import place_in_teams
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused

WAITS_FOR = timedelta(days=7)
MOST_WAITING = 50
CONTACT = ("name", "title", "phone", "email", "handle")
Kind, Outcome = AccountRequest.Kind, AccountRequest.Outcome


def ask_for_account(*, data: AccountData, reason: str, by: User, at: datetime) -> AccountRequest:
    """Ask for a new account. It is opened when another person approves.

    Raises:
        Refused: `not_allowed`, `machine_role`, `name_taken`, `provider_id_taken`, `reason_missing`.
    """
    demand_in_general(by, Can.MANAGE_ACCOUNTS)
    handle = data.username.lower()
    user = User(municipality=by.municipality, handle=handle, username=f"{handle}@{by.municipality.code}")
    _free(user)
    stated(user, data)
    return _asked(Kind.OPEN, user, reason, by, at)


def ask_for_change(*, user: User, data: AccountData, reason: str, by: User, at: datetime) -> AccountRequest:
    """Ask that an account gets another role, unit, sign-in or longer time.

    Raises:
        Refused: `not_allowed`, `own_account`, `machine_role`, `provider_id_taken`, `reason_missing`.
    """
    demand_other(user, by)
    wanted = User.objects.select_related("municipality").get(pk=user.pk)
    stated(wanted, data)
    return _asked(Kind.CHANGE, wanted, reason, by, at)


def ask_to_reopen(*, user: User, reason: str, by: User, at: datetime) -> AccountRequest:
    """Ask that an account that was ended works again, without an end date.

    Raises:
        Refused: `not_allowed`, `own_account`, `reason_missing`.
    """
    demand_other(user, by)
    wanted = User.objects.select_related("municipality").get(pk=user.pk)
    wanted.is_active, wanted.valid_to = True, None
    return _asked(Kind.CHANGE, wanted, reason, by, at)


def ask_for_code(*, user: User, reason: str, by: User, at: datetime) -> AccountRequest:
    """Ask for a one-time code to somebody's account. Whoever approves hands it over; the asker never sees it.

    Raises:
        Refused: `not_allowed`, `own_account`, `ended`, `reason_missing`.
    """
    demand_other(user, by)
    if not user.works_on(timezone.localdate(at)):
        raise Refused("ended", "Kontot är avslutat eller har inte börjat gälla. Ändra datumen först.")
    return _asked(Kind.CODE, user, reason, by, at)


def approve(*, request: AccountRequest, by: User, at: datetime) -> str:
    """Do what was asked, in both names. Gives the one-time code where one was asked for, else nothing.

    Raises:
        Refused: `answered`, `expired`, `not_allowed`, `own_request`, `own_account`, `ended`, `name_taken`,
            `provider_id_taken`.
    """
    with transaction.atomic():  # what cannot be done is not approved
        request = _to_answer(request, by, at)
        _answered(request, Outcome.APPROVED, by)
        return DONE[Kind(request.kind)](request, by, at)


def refuse(*, request: AccountRequest, answer: str, by: User, at: datetime) -> None:
    """Say no, with a reason.

    Raises:
        Refused: `answered`, `expired`, `not_allowed`, `own_request`, `own_account`, `reason_missing`.
    """
    request = _to_answer(request, by, at)
    request.answer = _said(answer, "answer")
    _answered(request, Outcome.REFUSED, by)
    _note(request, by, f"{request.get_kind_display()}: begäran avslogs.", "account_request_refused", answer)


def withdraw(*, request: AccountRequest, by: User, at: datetime) -> None:
    """Take back what one has asked for oneself.

    Raises:
        Refused: `answered`, `expired`, `not_allowed`.
    """
    request = _waiting(request, by, at)
    if request.asked_by_id != by.pk:
        raise Refused("not_allowed", "Bara den som har gjort begäran kan ta tillbaka den.")
    _answered(request, Outcome.WITHDRAWN, by)
    _note(request, by, f"{request.get_kind_display()}: begäran togs tillbaka.", "account_request_withdrawn")


def candidates(municipality_id: uuid.UUID, on: date) -> list[User]:
    """Everybody in the municipality who can ever be the second person, and sign in."""
    locked = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX, provider_id="")
    working = User.objects.filter(municipality=municipality_id).working_on(on).exclude(locked)
    return list(working.filter(role__in=(Role.SYSTEM_MANAGER, Role.UNIT_MANAGER)).only("id", "name", "role"))


def second_persons(request: AccountRequest, people: Iterable[User]) -> list[User]:
    """Who of them can answer: another system manager, and where there is none, any head.

    Neither who asked nor whose account it is about answers.
    """
    others = [one for one in people if one.pk not in (request.asked_by_id, request.account)]
    return [one for one in others if one.role == Role.SYSTEM_MANAGER] or others


def may_answer(request: AccountRequest, user: User, at: datetime) -> bool:
    """Whether `user` is the second person for what waits."""
    if not request.waits(at) or request.municipality_id != user.municipality_id:
        return False
    return user in second_persons(request, candidates(request.municipality_id, timezone.localdate(at)))


def _asked(kind: str, user: User, reason: str, by: User, at: datetime) -> AccountRequest:
    waiting = AccountRequest.objects.filter(municipality=by.municipality_id).waiting(at)
    if waiting.filter(account=user.pk, kind=kind).exists():
        raise Refused("already_asked", "Det finns redan en begäran om kontot som väntar på svar.")
    if waiting.count() >= MOST_WAITING:
        raise Refused("too_many", "För många begäranden väntar på svar. Vänta på svaren först.")
    powers = {} if kind == Kind.CODE else {name: plain(value) for name, value in powers_of(user).items()}
    contact = {} if kind == Kind.CODE else {name: getattr(user, name) for name in CONTACT}
    request = AccountRequest(
        municipality_id=by.municipality_id, kind=kind, account=user.pk, name=user.name, powers=powers,
        contact=contact, reason=_said(reason, "reason"), asked_by=by, asked_at=at, expires_at=at + WAITS_FOR,
    )  # fmt: skip
    request.save(force_insert=True)
    _note(request, by, f"{request.get_kind_display()} begärdes.", "account_requested", request.reason)
    return request


def plain(value: Any) -> Any:
    """As JSON keeps it, and as the database's to_jsonb() writes it."""
    return value if value is None or isinstance(value, (bool, str)) else str(value)


def _said(text: str, field: str) -> str:
    if not text.strip():
        raise Refused("reason_missing", "Skriv varför.", field=field)
    return text.strip()


def _waiting(request: AccountRequest, by: User, at: datetime) -> AccountRequest:
    rows = AccountRequest.objects.visible_to(by).select_for_update(of=("self",)).select_related("asked_by")
    found = rows.filter(pk=request.pk).first()
    if found is None:
        raise Refused("not_allowed", "Du får inte besvara den här begäran.")
    if found.is_answered:
        raise Refused("answered", "Begäran är redan besvarad.")
    if not found.waits(at):
        raise Refused("expired", "Begäran har gått ut. Gör en ny.")
    return found


def _to_answer(request: AccountRequest, by: User, at: datetime) -> AccountRequest:
    demand(by, Can.APPROVE_ACCOUNTS, request)
    found = _waiting(request, by, at)
    if found.asked_by_id == by.pk:
        raise Refused("own_request", "Du har gjort begäran själv. Någon annan ska svara på den.")
    if found.account == by.pk:
        raise Refused("own_account", "Begäran gäller ditt eget konto. Någon annan ska svara på den.")
    if not may_answer(found, by, at):
        raise Refused("not_allowed", "En annan systemförvaltare ska svara på begäran.")
    return found


def _answered(request: AccountRequest, outcome: str, by: User) -> None:
    """`answered_at` is the transaction's own time: in it alone the database lets the account change."""
    request.outcome, request.answered_by, request.answered_at = outcome, by, TransactionNow()  # type: ignore[assignment]
    request.save(update_fields=["outcome", "answered_by", "answered_at", "answer"])


def _open(request: AccountRequest, by: User, at: datetime) -> str:
    user = User(pk=request.account)
    _give(user, request)
    _free(user)
    user.set_unusable_password()
    user.save(force_insert=True)
    _placed(user)
    _note(request, by, f"Ett konto öppnades med rollen {user.role_label}.", "account_opened")
    return ""


def _change(request: AccountRequest, by: User, at: datetime) -> str:
    user = User.objects.select_for_update(of=("self",)).get(pk=request.account)
    before = powers_of(user)
    _give(user, request)
    check_data(user)
    user.save()
    _placed(user)
    if before["role"] != user.role:
        _note(request, by, f"Rollen är nu {user.role_label}.", "role_changed")
    elif user.is_active and not before["is_active"]:
        _note(request, by, "Ett avslutat konto öppnades igen.", "account_reopened")
    else:
        _note(request, by, "Ett konto ändrades.", "account_changed")
    return ""


def _code(request: AccountRequest, by: User, at: datetime) -> str:
    user = User.objects.get(pk=request.account)
    code = make_code(user=user, by=by, at=at)
    _note(request, by, "En engångskod togs fram.", "one_time_code_ordered")
    return code


#: What an approved request leads to.
DONE: dict[str, Callable[[AccountRequest, User, datetime], str]] = {
    Kind.OPEN: _open, Kind.CHANGE: _change, Kind.CODE: _code,
}  # fmt: skip


def _give(user: User, request: AccountRequest) -> None:
    for name in POWERS:
        setattr(user, name, _kept(name, request.powers[name]))
    for name in CONTACT:
        setattr(user, name, request.contact[name])


def _kept(name: str, value: Any) -> Any:
    """As the model has it: JSON knows neither days nor ids."""
    if value is None:
        return None
    if name in ("valid_from", "valid_to"):
        return date.fromisoformat(value)
    return uuid.UUID(value) if name.endswith("unit_id") or name == "municipality_id" else value


def _free(user: User) -> None:
    if User.objects.filter(username=user.username).exists():
        raise Refused("name_taken", "Kortnamnet används redan. Välj ett annat.", field="username")


def _placed(user: User) -> None:
    place_in_teams(User.objects.select_related("municipality", "unit").get(pk=user.pk))


def _note(request: AccountRequest, by: User, text: str, kind: str, reason: str = "") -> None:
    """An event on the account. What was done on somebody's asking says both names."""
    both = f" Begärdes av {request.asked_by.name}, godkändes av {by.name}."
    told = text + (both if request.outcome == Outcome.APPROVED else "")
    record(
        by=by, kind=kind, text=told, requires=Can.SEE_ACCOUNTS, on=timezone.localdate(),
        reason=reason or request.reason, object_id=request.account,
    )  # fmt: skip
