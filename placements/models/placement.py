"""Placements: half-open stays [start, end); expected and actual dates stand in columns of their own."""

import uuid
from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Min, Q, Value
from django.db.models.functions import Coalesce
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.sealing.fields import SealedTextField
from cases.models import Case, Decision, Person
from cases.visibility import CaseScopedQuerySet
from placements.costs import Absence, PricePeriod, Stay
from placements.forecast import Placing
from placements.marks import latest_cover
from placements.models.provider import FrameworkAgreement, Provider

if TYPE_CHECKING:
    from placements.models.extension import PlacementExtension
    from placements.models.terms import PlacementAbsence, PlacementPrice


def as_range(start: str, end: str) -> Func:
    """SQL: the half-open range of two columns."""
    return Func(F(start), F(end), Value("[)"), function="daterange")


class Stage(Enum):
    """Where a stay is, seen from a day: label and tone of its chip."""

    PLANNED = ("Planerad", "info")
    ONGOING = ("Pågår", "success")
    OVERDUE = ("Avresan är inte bekräftad", "warning")
    ENDED = ("Avslutad", "neutral")
    WITHDRAWN = ("Påbörjades inte", "neutral")

    def __init__(self, label: str, tone: str) -> None:
        self.label = label
        self.tone = tone


class PlacementQuerySet(CaseScopedQuerySet):
    see = Can.SEE_PLACEMENT

    def with_terms(self) -> Self:
        """Everything that a cost needs, in a constant number of queries."""
        return self.select_related("agreement", "decision").prefetch_related("prices", "absences")

    def with_place(self) -> Self:
        """The provider as well: only for those who may see providers, since the join drops what is hidden."""
        return self.select_related("provider")

    def with_extensions(self) -> Self:
        """What `covered_to` needs: the changes of the departure, and the decisions that they rest on."""
        return self.prefetch_related("extensions__decision")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def standing(self) -> Self:
        """Without the plans that were withdrawn."""
        return self.exclude(end_reason="paborjades_inte")

    def ongoing_on(self, day: date) -> Self:
        """Stays with a night on `day`."""
        return self.filter(start__lte=day).filter(Q(end=None) | Q(end__gt=day))

    def planned_on(self, day: date) -> Self:
        """Plans that still stand: no arrival by `day`."""
        return self.standing().filter(Q(start=None) | Q(start__gt=day))

    def ended_by(self, day: date) -> Self:
        """Stays whose departure lies on or before `day`, and plans that were withdrawn."""
        return self.filter(Q(start__lte=day, end__lte=day) | Q(end_reason="paborjades_inte"))

    def charged_between(self, first: date, last: date) -> Self:
        """Stays that may cost something on the days [first, last): a departure can cost on its own day."""
        return self.filter(start__lt=last).filter(Q(end=None) | Q(end__gte=first))

    def earliest_day(self) -> date | None:
        """The first arrival, or planned arrival, of all."""
        found: date | None = self.aggregate(day=Min(Coalesce("start", "planned_start")))["day"]
        return found

    def touching(self, first: date | None, last: date | None) -> Self:
        """Stays and plans with a day from `first` to `last`, both included; None leaves that side open."""
        rows = self.annotate(first_day_at=Coalesce("start", "planned_start"))
        if last is not None:
            rows = rows.filter(first_day_at__lte=last)
        if first is not None:
            rows = rows.filter(Q(end=None) | Q(end__gt=first))
        return rows


class Placement(models.Model):
    """One stay, or the plan of one.

    Expected and actual dates are columns of their own: `planned_start` and `start`, `planned_end` and
    `departed`. `end` is the one that counts, and says nothing of its own: the departure once it has happened,
    else the expected one (`end_is_the_departure_or_the_expected_one`). Nights and costs need know no more.

    A plan that is withdrawn stays as an empty period without prices (`what_never_began_is_empty`): it has no
    night and no cost wherever it is counted, and its history tells what was planned.
    """

    class EndReason(models.TextChoices):
        PLANNED = "planerat", "Planerat avslut"
        MOVED = "flyttad", "Flyttad till annan plats"
        INTERRUPTED = "avbrott", "Avbrott"
        OWN_REQUEST = "egen_begaran", "Egen begäran"
        PROVIDER = "utforaren", "Utföraren avslutade"
        SECURITY = "sakerhet", "Av säkerhetsskäl"
        NEVER_BEGAN = "paborjades_inte", "Påbörjades aldrig"
        OTHER = "annat", "Annat"

    class Destination(models.TextChoices):
        """Where the person went: what a step-down led to."""

        OWN_HOME = "eget_boende", "Eget boende"
        SUPPORTED_HOUSING = "stodboende", "Stödboende"
        TRAINING_FLAT = "traningslagenhet", "Träningslägenhet"
        OPEN_CARE = "oppenvard", "Öppenvård"
        OTHER_HOME = "annan_hvb", "Annat HVB"
        FAMILY_HOME = "familjehem", "Familjehem"
        RELATIVE = "anhorig", "Hos anhörig"
        CUSTODY = "hakte_anstalt", "Häkte eller anstalt"
        OTHER_MUNICIPALITY = "annan_kommun", "Annan kommun tog över"
        DECEASED = "avliden", "Avliden"
        OTHER = "annat", "Annat"
        UNKNOWN = "okand", "Okänt"

    class Resumption(models.TextChoices):
        """Whether an interrupted stay is to begin again."""

        YES = "ja", "Ja, vården ska återupptas"
        NO = "nej", "Nej"
        UNKNOWN = "okant", "Vet inte ännu"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="placements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="placements")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="placements")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="placements")
    agreement = models.ForeignKey(
        FrameworkAgreement, models.PROTECT, null=True, blank=True, related_name="placements"
    )
    outside_reason = SealedTextField(
        "skäl för plats utanför ramavtal", blank=True, place="placement.outside_reason"
    )
    ref = models.CharField("beteckning", max_length=60, null=True, blank=True)
    planned_start = models.DateField("planerad ankomst")
    start = models.DateField("ankomst", null=True, blank=True)
    planned_end = models.DateField("planerad avresa", null=True, blank=True)
    departed = models.DateField("avresan bekräftad", null=True, blank=True)
    end = models.DateField("avresa", null=True, blank=True)
    end_reason = models.CharField("skäl för avslut", max_length=20, choices=EndReason, blank=True)
    destination = models.CharField("vart personen tog vägen", max_length=20, choices=Destination, blank=True)
    resumption = models.CharField("återupptas vården", max_length=10, choices=Resumption, blank=True)
    care_plan = models.DateField("vårdplan", null=True, blank=True)
    implementation_plan = models.DateField("genomförandeplan", null=True, blank=True)
    moved_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="moved_to")

    objects = PlacementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "placering"
        verbose_name_plural = "placeringar"
        ordering = ["-planned_start", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "ref"], name="placement_ref_once"),
            models.CheckConstraint(
                condition=Q(agreement__isnull=False, outside_reason="")
                | (Q(agreement=None) & ~Q(outside_reason="")),
                name="outside_framework_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(end=None) | Q(start=None) | Q(end__gte=F("start")),
                name="placement_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(end=None) | Q(start__isnull=False) | Q(end__gte=F("planned_start")),
                name="planned_placement_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(departed=None, end=None, planned_end=None)
                | Q(departed=None, end__isnull=False, planned_end__isnull=False, end=F("planned_end"))
                | Q(departed__isnull=False, end__isnull=False, start__isnull=False, end=F("departed")),
                name="end_is_the_departure_or_the_expected_one",
            ),
            models.CheckConstraint(
                condition=Q(resumption="") | Q(end_reason="avbrott"), name="only_what_is_interrupted_resumes"
            ),
            models.CheckConstraint(
                condition=~Q(end_reason="paborjades_inte")
                | Q(start=None, moved_from=None, end=F("planned_start")),
                name="what_never_began_is_empty",
            ),
            ExclusionConstraint(
                name="no_overlapping_stays_of_one_person",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (as_range("start", "end"), RangeOperators.OVERLAPS),
                ],
                condition=Q(start__isnull=False),
                violation_error_code="overlapping_stay",
                violation_error_message="Personen är redan placerad under en del av perioden.",
            ),
        ]
        indexes = [
            models.Index(fields=["case"], name="placement_by_case"),
            models.Index(fields=["start", "end"], name="placement_by_period"),
        ]

    def __str__(self) -> str:
        return f"placering {self.start or self.planned_start}"

    @property
    def is_inside_framework(self) -> bool:
        return self.agreement_id is not None

    @property
    def has_begun(self) -> bool:
        return self.start is not None

    @property
    def has_left(self) -> bool:
        return self.departed is not None

    @property
    def never_began(self) -> bool:
        return self.end_reason == self.EndReason.NEVER_BEGAN

    @property
    def covered_to(self) -> date | None:
        """The first night that no decision covers; None when the decisions run on. Needs `with_extensions()`.

        Nights without a decision that somebody has let pass count as covered.
        """
        return latest_cover(
            self.decision.end,
            [
                row.new_end if row.authorised is not None else row.decision and row.decision.end
                for row in self.extensions.all()
                if row.authorised or row.decision
            ],
        )

    def stage(self, today: date) -> Stage:
        """Where the stay is on the day."""
        if self.never_began:
            return Stage.WITHDRAWN
        if self.start is None or self.start > today:
            return Stage.PLANNED
        if self.end is None or self.end > today:
            return Stage.ONGOING
        return Stage.ENDED if self.departed else Stage.OVERDUE

    def set_end(self, end: date | None, today: date) -> None:
        """The departure that counts. A day that has come is a real departure; a later one is expected."""
        self.end = end
        if end is not None and end <= today and self.start is not None:
            self.departed = end
        else:
            self.departed, self.planned_end = None, end

    @property
    def first_day(self) -> date:
        """The day of arrival, or the planned one."""
        return self.start or self.planned_start

    def give_terms(
        self,
        prices: "Iterable[PlacementPrice]",
        absences: "Iterable[PlacementAbsence]",
        extensions: "Iterable[PlacementExtension]" = (),
    ) -> None:
        """The terms out of rows that are read already, instead of `with_terms()` and `with_extensions()`."""
        self._prefetched_objects_cache = {
            "prices": [row for row in prices if row.placement_id == self.pk],
            "absences": [row for row in absences if row.placement_id == self.pk],
            "extensions": [row for row in extensions if row.placement_id == self.pk],
        }

    def as_stay(self) -> Stay:
        """The stay as the pure cost rules take it; needs `with_terms()` or `give_terms()`."""
        return Stay(
            key=self.pk,
            start=self.first_day,
            end=self.end,
            prices=tuple(PricePeriod(p.start, p.end, p.rate) for p in self.prices.all()),
            absences=tuple(Absence(a.start, a.end, a.rate) for a in self.absences.all()),
            charges_departure_day=bool(self.agreement and self.agreement.charges_departure_day),
        )

    def as_placing(self) -> Placing:
        """The placement as the forecasts take it; needs `with_terms()`."""
        stay = self.as_stay()
        return Placing(
            key=self.pk,
            planned_start=self.planned_start,
            start=self.start,
            end=self.end,
            prices=stay.prices,
            absences=stay.absences,
            charges_departure_day=stay.charges_departure_day,
            moved_from=self.moved_from_id,
        )
