"""The case: one per time that a person turns to the municipality."""

import uuid
from datetime import date
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery, Value
from django.urls import reverse
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import Municipality, PoliceUnit, Unit
from avhopp.kernel.swedish_sql import SwedishKey
from cases.models.grants import CaseGroupGrant, CaseUserGrant, Grant, GrantKind
from cases.models.person import Person
from cases.search import Query
from cases.states import OPEN_STATES, CaseState, ClosingReason, Source
from cases.visibility import CaseScopedQuerySet, in_force

if TYPE_CHECKING:
    from avhopp.accounts.models import User

#: Which wording of the definition the three criteria refer to.
DEFINITION = "Polismyndigheten, Kriminalvården, SiS, Socialstyrelsen 2024:11"


def _assignments() -> models.QuerySet:
    """The grants in force that make somebody the handler of the outer case, the latest first."""
    grants = CaseUserGrant.objects.filter(in_force(), content_object=OuterRef("pk"))
    return grants.filter(kind=GrantKind.ASSIGNMENT).order_by("-valid_from")


def handler_order() -> Subquery:
    """What a list of cases sorts by when it sorts by its handlers' names."""
    return Subquery(_assignments().values(key=SwedishKey("user__name"))[:1])


class CaseQuerySet(CaseScopedQuerySet):
    case_path = "id"
    see = Can.SEE_CASE

    def open(self) -> Self:
        return self.filter(closed=None)

    def in_state(self, state: str) -> Self:
        """`oppna`, `samtliga`, or one of the states."""
        if state == "oppna":
            return self.open()
        return self if state == "samtliga" else self.filter(state=state)

    def in_unit(self, unit_id: str) -> Self:
        """Cases of the unit; of every unit when it is empty."""
        return self.filter(unit=unit_id) if unit_id else self

    def open_on(self, day: date) -> Self:
        """Cases open on `day`: received by then and not closed by then."""
        return self.filter(received__lte=day).filter(Q(closed=None) | Q(closed__gt=day))

    def assigned_to(self, user: "User") -> Self:
        """Cases that `user` handles now, alone or together with another."""
        kinds = (GrantKind.ASSIGNMENT, GrantKind.CO_HANDLER)
        grants = CaseUserGrant.objects.filter(in_force(), user=user, kind__in=kinds)
        return self.filter(id__in=grants.order_by().values("content_object_id"))

    def with_handler(self) -> Self:
        """Annotate `handler_name` and `handler_id`: the assignment grant is the only source."""
        grants = _assignments()
        return self.annotate(
            handler_id=Subquery(grants.values("user_id")[:1]),
            handler_name=Subquery(grants.values("user__name")[:1]),
        )

    def with_person(self, user: "User") -> Self:
        """With the person, for those who may see who it is. For others the join would hide the case."""
        return self.select_related("person") if role_can(user.role, Can.SEE_PERSON) else self

    def for_page(self, user: "User") -> Self:
        """With everything that the case page names, as far as `user` may see it."""
        return self.with_handler().with_person(user).select_related("unit", "police_owner", "reopened_from")

    def found_for(self, user: "User", query: Query) -> Self:
        """What a search shows `user`: nothing about persons to those who may not see them."""
        if query.about_a_person and not role_can(user.role, Can.SEE_PERSON):
            return self.none()
        return self.visible_to(user).found_by(query, user).with_handler().with_person(user)

    def found_by(self, query: Query, user: "User") -> Self:
        """Cases by the exact number of the case or the person, or by part of the name, and nothing else."""
        if query.case_no:
            return self.filter(case_no=query.case_no)
        if query.identity:
            persons = Person.objects.with_number(query.identity, user.municipality_id)
            return self.filter(person__in=persons)
        starts = Q(person__name_key__startswith=query.name) | Q(person__name_key__contains=f" {query.name}")
        return self.filter(starts)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class Case(models.Model):
    class Definition(models.TextChoices):
        UNKNOWN = "okant", "Inte bedömt"
        PRELIMINARY = "preliminart", "Preliminärt"
        MET = "uppfyller", "Uppfyller definitionen"
        NOT_MET = "uppfyller_inte", "Uppfyller inte definitionen"

    class Outcome(models.TextChoices):
        GOAL_REACHED = "gatt_i_mal", "Gått i mål"
        PARTLY = "delvis", "Delvis"
        INTERRUPTED = "avbrutet", "Avbrutet"
        UNKNOWN = "okant", "Okänt"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="cases")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="cases")
    person = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    ref = models.CharField("beteckning", max_length=60, null=True, blank=True)
    case_no = models.CharField("ärendenummer", max_length=20)
    state = models.CharField("läge", max_length=30, choices=CaseState, default=CaseState.RECEIVED)
    received = models.DateField("aktualiserat")
    source = models.CharField("aktualiseringsväg", max_length=20, choices=Source)
    closed = models.DateField("avslutat", null=True, blank=True)
    closing_reason = models.CharField(
        "avslutsskäl", max_length=20, choices=ClosingReason, null=True, blank=True
    )
    outcome = models.CharField("utfall", max_length=20, choices=Outcome, blank=True)
    reopened_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reopened_as"
    )
    police_owner = models.ForeignKey(PoliceUnit, models.PROTECT, null=True, blank=True, related_name="cases")
    police_contact = models.CharField("polisens samordnare", max_length=120, blank=True)
    definition = models.CharField(
        "definitionen", max_length=20, choices=Definition, default=Definition.UNKNOWN
    )
    chose_to_leave = models.BooleanField("har valt att lämna", null=True, blank=True)
    organised_crime = models.BooleanField("organiserad brottslighet", null=True, blank=True)
    needs_support = models.BooleanField("behov av stöd och skydd", null=True, blank=True)
    definition_version = models.CharField("definitionens lydelse", max_length=80, default=DEFINITION)
    may_return_home = models.BooleanField("kan återvända till hemkommunen", null=True, blank=True)
    hide_handler_names = models.BooleanField("dölj handläggarnas namn i utgående handlingar", default=False)

    objects = CaseQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "ärende"
        verbose_name_plural = "ärenden"
        ordering = ["-received", "-id"]
        permissions = [("read_case", "läsa ärendet"), ("work_case", "arbeta i ärendet")]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "ref"], name="case_ref_once"),
            models.UniqueConstraint(fields=["municipality", "case_no"], name="case_no_once"),
            models.CheckConstraint(
                condition=Q(closed=None, closing_reason=None)
                | Q(closed__isnull=False, closing_reason__isnull=False),
                name="case_closed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed=None, state__in=OPEN_STATES)
                | Q(closed__isnull=False, state=CaseState.CLOSED),
                name="case_state_follows_closing",
            ),
            models.CheckConstraint(
                condition=Q(closed=None) | Q(closed__gte=F("received")), name="case_ends_after_start"
            ),
            ExclusionConstraint(
                name="one_open_case_per_person",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (
                        Func(F("received"), F("closed"), Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_code="one_open_case",
                violation_error_message="Personen har redan ett öppet ärende.",
            ),
        ]
        indexes = [
            models.Index(fields=["-received", "-id"], name="case_newest_first"),
            models.Index(fields=["municipality", "received"], name="case_by_municipality"),
            models.Index(fields=["person"], name="case_by_person"),
        ]

    def __str__(self) -> str:
        return self.case_no

    @property
    def is_open(self) -> bool:
        return self.closed is None

    @property
    def url(self) -> str:
        """The case's page."""
        return reverse("case", args=[self.pk])

    @property
    def page_cases(self) -> list[uuid.UUID]:
        """The cases that the case's page tells of: itself, and the one that it continues."""
        return [self.pk, *([self.reopened_from_id] if self.reopened_from_id else [])]

    def grants_to(self, user: "User") -> list[Grant]:
        """The grants in force that `user` holds on this case: asked now, unless `hold_grants` has."""
        held = self.__dict__.get("_held_grants", {})
        return held[user.pk] if user.pk in held else self._grants_now(user)

    def hold_grants(self, user: "User") -> None:
        """Let this instance remember what `user` holds now. Not where anything is written."""
        self._held_grants = {user.pk: self._grants_now(user)}

    def hold_same_grants(self, other: "Case") -> None:
        """Remember what another instance of the same case remembers."""
        self._held_grants = other._held_grants

    def drop_grants(self) -> None:
        """Forget what `hold_grants` remembered."""
        self.__dict__.pop("_held_grants", None)

    def _grants_now(self, user: "User") -> list[Grant]:
        own = CaseUserGrant.objects.filter(in_force(), content_object=self.pk, user=user)
        group = CaseGroupGrant.objects.filter(in_force(), content_object=self.pk, group__user=user)
        by_user, by_group = (
            grants.order_by().values_list("kind", "permission__codename") for grants in (own, group)
        )
        return [Grant(kind, permission) for kind, permission in by_user.union(by_group)]


class CaseNumber(models.Model):
    """The last case number given in a municipality and year."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("år")
    last = models.PositiveIntegerField("senaste löpnummer", default=0)

    class Meta:
        verbose_name = "nummerserie"
        verbose_name_plural = "nummerserier"
        ordering = ["year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "year"], name="case_number_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
