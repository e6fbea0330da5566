"""Sessions in the database, each with its account and browser, so that they can be listed and ended."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone

from avhopp.access.session_times import SEEN, SINCE, seconds_left
from avhopp.accounts.models import Session

DEVICE = "device"
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def digest(session_key: str) -> str:
    """What the table keeps of a session's key."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def device_name(user_agent: str) -> str:
    """The browser and system in words: `Firefox på Windows`. Nothing that identifies a machine is kept."""
    browser = next((name for part, name in BROWSERS if part in user_agent), "Webbläsare")
    system = next((name for part, name in SYSTEMS if part in user_agent), "")
    return f"{browser} på {system}" if system else browser


class SessionStore(DatabaseStore):
    """Django's database sessions, with the key digested and the account beside it."""

    @property
    def key_salt(self) -> str:  # type: ignore[override]
        """Signs a session's content for its own key: copied to another row it is worth nothing."""
        return f"avhopp.accounts.sessions.{digest(self._get_or_create_session_key())}"  # type: ignore[attr-defined]

    @classmethod
    def get_model_class(cls) -> type[Session]:  # type: ignore[override]
        return Session

    def _get_session_from_db(self) -> Session | None:
        try:
            key = digest(self.session_key or "")
            return Session.objects.get(session_key=key, expire_date__gt=timezone.now())
        except (Session.DoesNotExist, SuspiciousOperation):
            self._session_key = None
            return None

    def exists(self, session_key: str) -> bool:
        return super().exists(digest(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(session_key=digest(key)).delete()

    def get_expiry_age(self, **kwargs: Any) -> int:
        if SESSION_KEY in self:
            return seconds_left(self, timezone.now().timestamp())
        return self.get_session_cookie_age()

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return timezone.now() + timedelta(seconds=self.get_expiry_age())

    def create_model_instance(self, data: dict[str, Any]) -> Session:  # type: ignore[override]
        return Session(
            session_key=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            device=data.get(DEVICE, ""),
            signed_in_at=_moment(data.get(SINCE)),
            seen_at=_moment(data.get(SEEN)),
        )


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
