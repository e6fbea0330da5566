"""The portal's two views, as models. It knows no table of the social services."""

import uuid
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import Q


class PoliceUserManager(BaseUserManager):
    def working_on(self, day: date) -> models.QuerySet:
        """Accounts that may sign in on `day`."""
        return (
            self.get_queryset()
            .filter(is_active=True)
            .filter(Q(valid_from=None) | Q(valid_from__lte=day))
            .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        )


class PoliceUser(AbstractBaseUser):
    id = models.UUIDField(primary_key=True)
    username = models.CharField(max_length=80, unique=True)
    handle = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    is_active = models.BooleanField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    police_unit_id = models.UUIDField()
    police_unit_name = models.CharField(max_length=100)
    municipality_id = models.UUIDField()
    municipality_name = models.CharField(max_length=100)
    last_login = None  # the portal writes nothing but the read log

    USERNAME_FIELD = "username"
    objects = PoliceUserManager()

    class Meta:
        managed = False
        db_table = "account"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def role_label(self) -> str:
        return f"Polis, {self.police_unit_name}"

    def check_password(self, raw_password: str | None) -> bool:
        return raw_password is not None and check_password(raw_password, self.password)


class Package(models.Model):
    """A release package, as the recipient's unit may read it now."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField("referens", max_length=20)
    kind = models.CharField("slag", max_length=20)
    provision = models.CharField("bestämmelse", max_length=80)
    purpose = models.CharField("ändamål", max_length=300)
    content = models.JSONField("innehåll")
    content_sha256 = models.CharField("kontrollsumma", max_length=64)
    released_at = models.DateTimeField("utlämnat")
    valid_from = models.DateTimeField("gäller från")
    valid_to = models.DateTimeField("gäller till")

    class Meta:
        managed = False
        db_table = "package"
        ordering = ["-released_at", "id"]

    def __str__(self) -> str:
        return self.reference
