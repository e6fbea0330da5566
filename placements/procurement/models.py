"""Asking providers for a place without saying for whom, what they offer, and which was chosen and why."""

import secrets
import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.sealing.fields import SealedTextField
from cases.models import Case
from cases.states import MeasureKind
from cases.visibility import CaseScopedQuerySet
from placements.models import FrameworkAgreement, Placement, Provider

#: Signs that are not taken for one another when they are read aloud.
ALPHABET = "ABCDEFGHJKLMNPRSTUVXYZ23456789"


def new_code() -> str:
    """A random code, which tells nothing of the case and cannot be guessed."""
    return "F-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class AgeSpan(models.TextChoices):
    """Wide enough to point nobody out."""

    UNDER_18 = "under_18", "under 18 år"
    YOUNG = "18_24", "18–24 år"
    ADULT = "25_34", "25–34 år"
    MIDDLE = "35_49", "35–49 år"
    OLDER = "50_plus", "50 år eller äldre"


class Need(models.TextChoices):
    """What the place must be able to give, in words that are everybody's."""

    STAFFED = "bemannat_dygnet_runt", "Bemannat dygnet runt"
    SHIELDED = "skyddat_lage", "Avskilt läge"
    CRIME_PROGRAMME = "program_kriminalitet", "Program mot återfall i brott"
    DEPENDENCY = "beroendebehandling", "Beroendebehandling"
    CONVERSATION = "samtalsstod", "Samtalsstöd"
    STUDIES = "studier_arbete", "Studier eller arbete"
    ACCESSIBLE = "tillganglighet", "Tillgänglighet vid funktionsnedsättning"
    INTERPRETER = "tolk", "Tolk"
    FAMILY = "familj_med", "Plats för familj"


class CountyWish(models.TextChoices):
    INSIDE = "i_lanet", "I länet"
    OUTSIDE = "utanfor_lanet", "Utanför länet"
    ANY = "spelar_ingen_roll", "Spelar ingen roll"


class InquiryQuerySet(CaseScopedQuerySet):
    see = Can.SEE_INVESTIGATION

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def chosen_ones(self) -> Self:
        return self.filter(chosen_on__isnull=False)


class Inquiry(models.Model):
    """What is asked for. What goes out is built from the coded fields and `text`, never from the case.

    Of a place outside the framework agreements it is the procurement trail as well: who was asked, why this
    one (`choice_reason`), who approved it and how long it may last (`approved_to`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="inquiries")
    code = models.CharField("referens", max_length=12, unique=True, default=new_code, editable=False)
    kind = models.CharField("insats", max_length=20, choices=MeasureKind)
    age_span = models.CharField("ålder", max_length=10, choices=AgeSpan)
    needs = ArrayField(models.CharField(max_length=30, choices=Need), verbose_name="behov", default=list)
    start_from = models.DateField("tidigaste ankomst")
    start_to = models.DateField("senaste ankomst")
    months = models.PositiveSmallIntegerField("längd i månader", validators=[MinValueValidator(1)])
    county = models.CharField("län", max_length=20, choices=CountyWish)
    text = SealedTextField("övrigt", blank=True, place="inquiry.text")
    made_on = models.DateField("gjord")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    chosen = models.OneToOneField(
        "Offer", models.PROTECT, null=True, blank=True, related_name="choice", verbose_name="vald plats"
    )
    choice_reason = SealedTextField("skäl för valet", blank=True, place="inquiry.choice_reason")
    chosen_on = models.DateField("vald den", null=True, blank=True)
    chosen_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_on = models.DateField("godkänd den", null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_to = models.DateField("får pågå till", null=True, blank=True)
    placement = models.OneToOneField(
        Placement, models.PROTECT, null=True, blank=True, related_name="inquiry", verbose_name="placering"
    )

    objects = InquiryQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "förfrågan"
        verbose_name_plural = "förfrågningar"
        ordering = ["-made_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_to__gte=F("start_from")), name="inquiry_window_in_order"
            ),
            models.CheckConstraint(
                condition=Q(chosen=None, chosen_on=None, chosen_by=None)
                | Q(chosen__isnull=False, chosen_on__isnull=False, chosen_by__isnull=False),
                name="a_choice_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(approved_on=None, approved_by=None, approved_to=None)
                | Q(approved_on__isnull=False, approved_by__isnull=False, approved_to__isnull=False)
                & Q(chosen__isnull=False, approved_on__gte=F("chosen_on")),
                name="an_approval_is_of_a_choice",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("chosen_by")),
                name="nobody_approves_the_own_choice",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_chosen(self) -> bool:
        return self.chosen_id is not None

    @property
    def is_approved(self) -> bool:
        return self.approved_by_id is not None


class OfferQuerySet(CaseScopedQuerySet):
    see = Can.SEE_INVESTIGATION

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def with_place(self) -> Self:
        return self.select_related("provider", "agreement")


class Offer(models.Model):
    """One provider that was asked, and what it answered."""

    class State(models.TextChoices):
        ASKED = "fragad", "Väntar på svar"
        OFFERED = "erbjuden", "Har erbjudit plats"
        DECLINED = "nej", "Tackade nej"

    class How(models.TextChoices):
        PHONE = "telefon", "Telefon"
        SECURE_MAIL = "saker_epost", "Säker e-post"
        LETTER = "brev", "Brev"
        PORTAL = "upphandling", "Upphandlingsverktyg"

    class Distance(models.TextChoices):
        INSIDE = "i_lanet", "I länet"
        NEXT = "grannlan", "Grannlän"
        FAR = "langre_bort", "Längre bort"
        UNKNOWN = "okant", "Vet inte"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="offers")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="offers")
    agreement = models.ForeignKey(FrameworkAgreement, models.PROTECT, null=True, blank=True, related_name="+")
    asked_on = models.DateField("frågad den")
    asked_how = models.CharField("hur", max_length=20, choices=How)
    state = models.CharField("läge", max_length=10, choices=State, default=State.ASKED)
    answered_on = models.DateField("svar den", null=True, blank=True)
    rate = models.DecimalField(
        "kronor per dygn", max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    start = models.DateField("kan ta emot från", null=True, blank=True)
    fits = models.BooleanField("målgruppen passar", null=True, blank=True)
    distance = models.CharField("läge i landet", max_length=20, choices=Distance, blank=True)
    note = SealedTextField("anteckning", blank=True, place="offer.note")

    objects = OfferQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "tillfrågad utförare"
        verbose_name_plural = "tillfrågade utförare"
        ordering = ["asked_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "provider"], name="a_provider_is_asked_once"),
            models.CheckConstraint(
                condition=Q(state="fragad", answered_on=None, rate=None)
                | Q(state="nej", answered_on__isnull=False, rate=None)
                | Q(state="erbjuden", answered_on__isnull=False, rate__isnull=False, start__isnull=False),
                name="an_offer_has_a_price_and_a_day",
            ),
            models.CheckConstraint(condition=Q(rate=None) | Q(rate__gte=0), name="offered_rate_not_negative"),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=F("asked_on")),
                name="answered_after_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.asked_on}"

    @property
    def is_outside(self) -> bool:
        return self.agreement_id is None
