"""Who signed in, who failed to, who signed out: events that the log auditor reads (SR-45).

A view notes what happened, and the middleware writes it when the view is done, in a transaction of its own:
what undoes the request does not undo the event. A sign-in that cannot be written down does not happen. A
failed one is written when the answer has left, so that a known name takes no longer than an unknown one. Of
names that no account has nothing is kept: people type passwords into the wrong field.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.accounts.backends import find_account
from avhopp.accounts.models import User
from avhopp.accounts.proofs import shown_by
from avhopp.audit.events import record

SIGNED_IN, FAILED, SIGNED_OUT = "inloggad", "inloggning_misslyckad", "utloggad"
KINDS = {SIGNED_IN: "Loggade in", FAILED: "Misslyckat försök", SIGNED_OUT: "Loggade ut"}
_NOTES = "_sign_in_notes"


@dataclass(frozen=True)
class Note:
    """Something to write down about an account."""

    kind: str
    account: User
    text: str


def signed_in(request: HttpRequest, user: User) -> None:
    _noted(request, Note(SIGNED_IN, user, f"Loggade in med {' och '.join(shown_by(request, user))}."))


def signed_out(request: HttpRequest, user: User) -> None:
    _noted(request, Note(SIGNED_OUT, user, "Loggade ut."))


def failed(request: HttpRequest, user: User, what: str) -> None:
    """A guess at a secret of this account that was wrong; `what` says which, as in "fel lösenord"."""
    _noted(request, Note(FAILED, user, f"Ett försök att komma in på kontot misslyckades: {what}."))


def failed_as(request: HttpRequest, typed: str, what: str) -> None:
    """The same for a typed user name. When no account that may sign in has it, nothing is kept of it."""
    user = find_account(typed, timezone.localdate())
    if user is not None:
        failed(request, user, what)


def write(notes: Iterable[Note]) -> None:
    for note in notes:
        with transaction.atomic(), acting(note.account, reason="inloggning"):
            record(
                by=note.account,
                kind=note.kind,
                text=note.text,
                requires=Can.SEE_READ_LOG,
                on=timezone.localdate(),
            )


class SignInLogMiddleware:
    """Inside the session's middleware: after an error here the session of the sign-in is not given out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        notes: list[Note] = getattr(request, _NOTES, [])
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            write(note for note in notes if note.kind != FAILED)
        wrong = [note for note in notes if note.kind == FAILED]
        if wrong:
            response._resource_closers.append(lambda: write(wrong))  # type: ignore[attr-defined]
        return response


def _noted(request: HttpRequest, note: Note) -> None:
    notes = getattr(request, _NOTES, [])
    setattr(request, _NOTES, [*notes, note])
