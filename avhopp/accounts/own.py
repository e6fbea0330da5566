"""What somebody may know and do about the own account."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from avhopp.accounts.actions.codes import note
from avhopp.accounts.models import FormDraft, Session, User
from avhopp.accounts.sessions import digest

MARK = 16  # signs of the digest: names a sign-in on the page and opens nothing


@dataclass(frozen=True)
class SignIn:
    """One browser in which the account is signed in."""

    mark: str
    device: str
    signed_in_at: datetime | None
    seen_at: datetime | None
    is_this: bool


def sign_ins_of(user: User, session_key: str) -> list[SignIn]:
    """The living sign-ins of the account, the latest used first."""
    here = digest(session_key)
    found = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by(
        "-seen_at", "session_key"
    )
    return [
        SignIn(
            s.session_key[:MARK], s.device or "Webbläsare", s.signed_in_at, s.seen_at, s.session_key == here
        )
        for s in found
    ]


def end_session(user: User, mark: str) -> bool:
    """End the account's sign-in with this mark; whether there was one."""
    ended, _ = Session.objects.filter(
        user=user, session_key__startswith=mark[:MARK].ljust(MARK, "-")
    ).delete()
    return bool(ended)


def end_own_sessions(user: User) -> None:
    Session.objects.filter(user=user).delete()


def drafts_of(user: User) -> list[FormDraft]:
    return list(FormDraft.objects.filter(user=user).order_by("-saved_at"))


def change_password(request: HttpRequest, password: str) -> None:
    """A new password for whoever is signed in. Every other sign-in ends at its next request."""
    user: User = request.user  # type: ignore[assignment]
    user.set_password(password)
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    note(user, by=user, kind="password_changed", text="Lösenordet byttes.")
