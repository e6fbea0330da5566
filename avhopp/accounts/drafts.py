"""What was typed when the session ended, kept for its author for seven days."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from avhopp.accounts.models import FormDraft, User

DAYS = 7
#: Never kept: what proves who one is, and what belongs to one page load.
LEFT_OUT = (
    "csrfmiddlewaretoken",
    "password",
    "losenord",
    "kod",
    "code",
    "bekrafta",
    "credential",
    "checksum",
)
MOST_BYTES = 200_000


def save(*, by: User, path: str, fields: dict[str, list[str]], at: datetime) -> FormDraft | None:
    """Keep what `by` has typed on the page `path`, instead of what was kept of it before.

    None when nothing was typed, or far more than a form holds.
    """
    kept = {name: values for name, values in fields.items() if not _is_left_out(name)}
    typed = [value for values in kept.values() for value in values]
    if not any(typed) or sum(map(len, typed)) > MOST_BYTES:
        return None
    FormDraft.objects.filter(user=by, path=path).delete()
    draft = FormDraft(user=by, path=path, fields=kept, saved_at=at)
    draft.save(force_insert=True)
    return draft


def find(user: User, path: str, at: datetime) -> FormDraft | None:
    return FormDraft.objects.filter(user=user, path=path, saved_at__gt=at - timedelta(days=DAYS)).first()


def discard(user: User, path: str) -> None:
    FormDraft.objects.filter(user=user, path=path).delete()


def has_drafts(user: User) -> bool:
    return FormDraft.objects.filter(user=user).exists()


def forget_old() -> None:
    """Delete everybody's drafts that are older than seven days, unread."""
    with connection.cursor() as cursor:
        cursor.execute("select sec.forget_drafts()")


def _is_left_out(name: str) -> bool:
    return any(word in name.lower() for word in LEFT_OUT)


def as_json(draft: FormDraft) -> dict[str, Any]:
    return {"fields": draft.fields, "saved": draft.saved_at.isoformat()}
