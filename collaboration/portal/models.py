"""The portal's two views, as models. It knows no table of the social services."""

import json
import uuid
from datetime import date, timedelta
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from avhopp.kernel.sealing import Sealed, Unreadable, unseal
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.sealing.keyfiles import unwrapped
from collaboration.portal.blocks import ACKNOWLEDGEMENT, KIND_LABELS
from collaboration.portal.seal import checksum

#: Where the content was sealed: as collaboration.models.ReleasePackage says.
RING, PLACE = "release", "releasepackage.content"


class PoliceUserManager(BaseUserManager["PoliceUser"]):
    def working_on(self, day: date) -> "models.QuerySet[PoliceUser]":
        """Accounts that may sign in on `day`."""
        return (
            self.get_queryset()
            .filter(is_active=True)
            .filter(Q(valid_from=None) | Q(valid_from__lte=day))
            .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        )


class PoliceUser(AbstractBaseUser):
    id = models.UUIDField(primary_key=True)
    username = models.CharField("användarnamn", max_length=80, unique=True)
    handle = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    is_active = models.BooleanField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    police_unit_id = models.UUIDField()
    police_unit_name = models.CharField(max_length=100)
    municipality_id = models.UUIDField()
    municipality_name = models.CharField(max_length=100)
    is_demo = models.BooleanField()
    last_login = None  # the portal writes nothing but the read log

    USERNAME_FIELD = "username"
    objects = PoliceUserManager()

    class Meta:
        managed = False
        db_table = "account"
        ordering = [SwedishKey("name"), "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def role_label(self) -> str:
        return f"Polis, {self.police_unit_name}"

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to: a new password or another unit ends all of them at the next request."""
        bound = f"{self.password}|{self.police_unit_id}"
        return salted_hmac(
            "collaboration.portal.session", bound, secret=secret, algorithm="sha256"
        ).hexdigest()

    def check_password(self, raw_password: str | None) -> bool:
        return raw_password is not None and check_password(raw_password, self.password)


class ContentChanged(Exception):
    """The content does not match the checksum that it was released with: nothing of it is shown."""


class PackageQuerySet(models.QuerySet):
    def visible_to(self, user: PoliceUser) -> Self:
        """What was released to the user's unit. The database's view says the same, from who acts."""
        return self.filter(recipient_id=user.police_unit_id)

    def newest_first(self) -> Self:
        return self.order_by("-released_at", "id")


class Package(models.Model):
    """A release package, as the recipient's unit may read it now."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    recipient_id = models.UUIDField()
    reference = models.CharField("referens", max_length=20)
    kind = models.CharField("slag", max_length=20)
    provision = models.CharField("bestämmelse", max_length=80)
    purpose = models.CharField("ändamål", max_length=300)
    sealed_content = models.TextField("förseglat innehåll")
    data_key = models.CharField(max_length=20, null=True)
    wrapped_key = models.TextField(null=True)
    content_sha256 = models.CharField("kontrollsumma", max_length=64)
    released_at = models.DateTimeField("utlämnat")
    valid_from = models.DateTimeField("gäller från")
    valid_to = models.DateTimeField("gäller till")

    objects = PackageQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "package"
        ordering = ["-released_at", "id"]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_acknowledgement(self) -> bool:
        return self.kind == ACKNOWLEDGEMENT

    @property
    def kind_label(self) -> str:
        return KIND_LABELS[self.kind]

    @property
    def person_name(self) -> str:
        """The person's name when identity was released; otherwise empty."""
        return self.verified_content().get("identity", {}).get("name", "")

    @property
    def police_reference(self) -> str:
        """The unit's own registry number for the case; empty when it has given none."""
        return self.verified_content()["police_reference"]

    @property
    def last_day(self) -> date:
        """The last day on which it can be read; an end at midnight belongs to the day before."""
        return timezone.localdate(self.valid_to - timedelta(microseconds=1))

    def verified_content(self) -> dict[str, Any]:
        """The content, opened and proved to be what was released.

        Raises:
            ContentChanged: it does not open, or the checksum does not match.
            KeyMissing: this process lacks the key.
        """
        content = self._opened()
        if checksum(content) != self.content_sha256:
            raise ContentChanged(str(self.pk))
        return content

    def _opened(self) -> dict[str, Any]:
        if self.data_key is None or self.wrapped_key is None:
            raise ContentChanged(str(self.pk))
        key = unwrapped(self.wrapped_key, RING, self.data_key)
        try:
            return json.loads(unseal(Sealed(self.sealed_content), key, place=PLACE, row=self.pk))
        except Unreadable:
            raise ContentChanged(str(self.pk)) from None

    def log_read(self, what: str) -> None:
        """Write the read log: `see_release` when opened, `list_release` when shown in the list.

        A database error here stops the request: nothing is shown that is not logged.
        """
        with connection.cursor() as cursor:
            cursor.execute("select log_read(%s, %s)", [self.pk, what])
