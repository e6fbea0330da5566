"""Who works here: the municipality, its units, the police units it meets, and their accounts."""

import uuid
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from simple_history.models import HistoricalRecords

from avhopp.access.policy import may_in_general
from avhopp.access.roles import MACHINE_ROLES, POLICE_ROLES, Can, Role
from avhopp.accounts.powers import POWERS
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.sealing.fields import SealedJSONField


class Municipality(models.Model):
    """One committee's operation, and so one controller of personal data (förordning 2001:637 11 §)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField("kommunkod", max_length=4, unique=True)
    name = models.CharField("namn", max_length=100)
    board = models.CharField("nämnd", max_length=100)
    registry_prefix = models.CharField("diarieprefix", max_length=5)
    is_demo = models.BooleanField("demonstration", default=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "kommun"
        verbose_name_plural = "kommuner"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{4}$"), name="municipality_code_is_four_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A unit of the social services, for example Beroendeenheten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="units")
    ref = models.CharField("beteckning", max_length=60)
    name = models.CharField("namn", max_length=100)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "enhet"
        verbose_name_plural = "enheter"
        ordering = [SwedishKey("name"), "id"]
        constraints = [models.UniqueConstraint(fields=["municipality", "ref"], name="unit_ref_once")]

    def __str__(self) -> str:
        return self.name


class PoliceUnit(models.Model):
    """A police unit that the municipality shares cases with. Releases go to the unit, never to a person."""

    class Kind(models.TextChoices):
        LPO = "lpo", "lokalpolisområde"
        REGION = "region", "polisregion"
        NOA = "noa", "Nationella operativa avdelningen"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="police_units")
    ref = models.CharField("beteckning", max_length=60)
    name = models.CharField("namn", max_length=100)
    kind = models.CharField("slag", max_length=10, choices=Kind)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "polisenhet"
        verbose_name_plural = "polisenheter"
        ordering = [SwedishKey("name"), "id"]
        constraints = [models.UniqueConstraint(fields=["municipality", "ref"], name="police_unit_ref_once")]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet):
    def of(self, municipality: Municipality) -> "UserQuerySet":
        return self.filter(municipality=municipality)

    def visible_to(self, user: "User") -> "UserQuerySet":
        """The people's accounts of the municipality, for whoever manages them or follows it."""
        if not may_in_general(user, Can.SEE_ACCOUNTS):
            return self.none()
        return self.filter(municipality=user.municipality_id).exclude(role__in=MACHINE_ROLES)

    def working_on(self, day: date) -> "UserQuerySet":
        """Accounts that may sign in on `day`."""
        return (
            self.filter(is_active=True)
            .filter(Q(valid_from=None) | Q(valid_from__lte=day))
            .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    pass


class User(AbstractBaseUser):
    """One account has one role. Whoever has two roles has two accounts: each read shows in which role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField("användarnamn", max_length=80, unique=True)
    handle = models.CharField("kortnamn", max_length=60)
    name = models.CharField("namn", max_length=100)
    title = models.CharField("befattning", max_length=100, blank=True)
    phone = models.CharField("telefon", max_length=30, blank=True)
    email = models.EmailField("e-post", blank=True)
    role = models.CharField("roll", max_length=30, choices=Role)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="users")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="users")
    police_unit = models.ForeignKey(PoliceUnit, models.PROTECT, null=True, blank=True, related_name="users")
    groups = models.ManyToManyField(Group, blank=True, related_name="user_set", related_query_name="user")
    is_active = models.BooleanField("får logga in", default=True)
    valid_from = models.DateField("gäller från", null=True, blank=True)
    valid_to = models.DateField("gäller till och med", null=True, blank=True)
    provider_id = models.CharField("id hos kommunens inloggning", max_length=200, blank=True)

    is_superuser = False  # there is none; guardian and Django ask for the attribute
    is_staff = False

    USERNAME_FIELD = "username"
    objects = UserManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = "konto"
        verbose_name_plural = "konton"
        ordering = [SwedishKey("name"), "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "handle"], name="user_handle_once"),
            models.UniqueConstraint(
                fields=["provider_id"], condition=~Q(provider_id=""), name="user_provider_id_once"
            ),
            models.CheckConstraint(
                condition=Q(role__in=POLICE_ROLES, police_unit__isnull=False, unit=None)
                | (~Q(role__in=POLICE_ROLES) & Q(police_unit=None)),
                name="police_users_have_a_police_unit_and_no_other",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gte=models.F("valid_from")),
                name="user_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_police(self) -> bool:
        return self.role in POLICE_ROLES

    @property
    def role_label(self) -> str:
        return Role(self.role).label

    def works_on(self, day: date) -> bool:
        """Whether the account may be used on `day`; `UserQuerySet.working_on` says the same of many."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.is_active and begun and (self.valid_to is None or self.valid_to >= day)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to: a new password or another role ends all of them at the next request."""
        bound = f"{self.password}|{self.role}|{self.unit_id}|{self.police_unit_id}"
        return salted_hmac("avhopp.accounts.session", bound, secret=secret, algorithm="sha256").hexdigest()


class Session(AbstractBaseSession):
    """One sign-in in one browser. The key is kept as a digest: who reads the table cannot use it."""

    session_key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    device = models.CharField("webbläsare", max_length=60, blank=True)
    signed_in_at = models.DateTimeField("inloggad", null=True)
    seen_at = models.DateTimeField("senast använd", null=True)

    class Meta:
        verbose_name = "inloggning"
        verbose_name_plural = "inloggningar"
        ordering = ["-seen_at", "session_key"]


class OneTimeCode(models.Model):
    """A code that the system manager orders: with it somebody sets a password, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="one_time_codes")
    digest = models.CharField(max_length=64, unique=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # null: at the console
    ordered_at = models.DateTimeField("beställd")
    valid_to = models.DateTimeField("gäller till")
    used_at = models.DateTimeField("använd", null=True, blank=True)

    class Meta:
        verbose_name = "engångskod"
        verbose_name_plural = "engångskoder"
        ordering = ["-ordered_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ordered_by=None) | ~Q(user=models.F("ordered_by")),
                name="code_is_for_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"engångskod, gäller till {self.valid_to:%Y-%m-%d}"


class AccountRequestQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AccountRequestQuerySet":
        """The municipality's, for those who answer them and those who follow it."""
        if not may_in_general(user, Can.SEE_ACCOUNT_REQUESTS):
            return self.none()
        return self.filter(municipality=user.municipality_id)

    def waiting(self, at: datetime) -> "AccountRequestQuerySet":
        return self.filter(answered_at=None, expires_at__gt=at)

    def with_names(self) -> "AccountRequestQuerySet":
        return self.select_related("asked_by", "answered_by")


class AccountRequest(models.Model):
    """What makes an account able to more: asked for by one, answered by another, done in the same moment.

    `account` is the account's id, which is not there yet when it shall be opened. `powers` are the columns of
    the account as they shall be (avhopp/accounts/powers.py), `contact` the rest.
    """

    class Kind(models.TextChoices):
        OPEN = "konto", "Nytt konto"
        CHANGE = "andring", "Ändrat konto"
        CODE = "kod", "Engångskod"

    class Outcome(models.TextChoices):
        APPROVED = "godkand", "Godkänd"
        REFUSED = "avslagen", "Avslagen"
        WITHDRAWN = "aterkallad", "Återkallad"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    kind = models.CharField("slag", max_length=10, choices=Kind)
    account = models.UUIDField("konto")
    name = models.CharField("namn", max_length=100)
    powers = models.JSONField("behörighet", default=dict)
    contact = models.JSONField("kontaktuppgifter", default=dict)
    reason = models.CharField("varför", max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("begärd")
    expires_at = models.DateTimeField("går ut")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField("besvarad", null=True, blank=True)
    outcome = models.CharField("svar", max_length=12, choices=Outcome, blank=True)
    answer = models.CharField("skäl för svaret", max_length=200, blank=True)

    objects = AccountRequestQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "begäran om konto"
        verbose_name_plural = "begäranden om konton"
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None, outcome="")
                | Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(outcome=""),
                name="account_request_is_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(account=F("asked_by")) & ~Q(account=F("answered_by"), answered_by__isnull=False),
                name="account_request_is_about_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(outcome="aterkallad", answered_by=F("asked_by"))
                | ~Q(outcome="aterkallad") & (Q(answered_by=None) | ~Q(answered_by=F("asked_by"))),
                name="nobody_answers_the_own_account_request",
            ),
            models.CheckConstraint(
                condition=Q(kind="kod") | Q(powers__has_keys=list(POWERS)),
                name="account_request_names_every_power",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    def waits(self, at: datetime) -> bool:
        """Whether somebody can still answer it."""
        return self.answered_at is None and self.expires_at > at


class FormDraft(models.Model):
    """What somebody had typed when the session ended. Only its author reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    path = models.CharField("sida", max_length=300)
    fields = SealedJSONField("fält", ring="protected", place="formdraft.fields")  # may hold an address
    saved_at = models.DateTimeField("sparat")

    class Meta:
        verbose_name = "utkast"
        verbose_name_plural = "utkast"
        ordering = ["-saved_at", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "path"], name="draft_once_per_page")]

    def __str__(self) -> str:
        return f"utkast, {self.saved_at:%Y-%m-%d}"
