"""An invoice as the provider sent it, and what was decided about it. What was sent never changes."""

import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from simple_history.models import HistoricalRecords

from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.sealing.fields import SealedTextField
from cases.visibility import MunicipalityQuerySet
from placements.invoices.models.accounts import InvoiceExport
from placements.invoices.models.imports import InvoiceImport
from placements.invoices.states import FROZEN, OPEN, TONES, InvoiceState
from placements.models import Provider

S = InvoiceState
#: Nobody has said anything about it yet, or it was turned down.
UNDECIDED = Q(
    reviewed_by=None, reviewed_at=None, expected=None, attested_by=None, attested_at=None,
    export=None, paid_on=None,
)  # fmt: skip
REVIEWED = Q(reviewed_by__isnull=False, reviewed_at__isnull=False, expected__isnull=False)
ATTESTED = REVIEWED & Q(attested_by__isnull=False, attested_at__isnull=False)


def number_key(field: str) -> Func:
    """An invoice number without spaces, signs and leading zeros: what makes two numbers the same."""
    letters = Func(Upper(F(field)), Value("[^0-9A-ZÅÄÖ]"), Value(""), Value("g"), function="regexp_replace")
    return Func(letters, Value("0"), function="ltrim", output_field=models.TextField())


class InvoiceQuerySet(MunicipalityQuerySet):
    see = Can.SEE_INVOICES

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def in_state(self, *states: InvoiceState) -> Self:
        return self.filter(state__in=states)

    def numbered(self, number: str) -> Self:
        """Whose number has the text in it, signs and spaces aside."""
        wanted = "".join(one for one in number.upper() if one.isalnum()).lstrip("0")
        return self.alias(key=number_key("number")).filter(key__contains=wanted)

    def with_names(self) -> Self:
        """All that its page tells of others; not the content of the export."""
        rows = self.select_related(
            "provider", "credited", "registered_by", "reviewed_by", "attested_by", "export"
        )
        return rows.defer("export__content")

    def with_unmatched_lines(self) -> Self:
        return self.in_state(*OPEN).filter(lines__placement=None).distinct()


class Invoice(models.Model):
    class Kind(models.TextChoices):
        INVOICE = "faktura", "Faktura"
        CREDIT = "kredit", "Kreditfaktura"

    class Source(models.TextChoices):
        TYPED = "registrerad", "Registrerad för hand"
        CSV = "csv", "CSV-fil"
        SVEFAKTURA = "svefaktura", "Svefaktura"
        PEPPOL = "peppol", "Peppol"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    number = models.CharField("fakturanummer", max_length=40)
    kind = models.CharField("slag", max_length=10, choices=Kind, default=Kind.INVOICE)
    credited = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="credits")
    invoice_date = models.DateField("fakturadatum")
    due = models.DateField("förfallodag")
    period_start = models.DateField("period från")
    period_end = models.DateField("period till och med dagen före")
    currency = models.CharField("valuta", max_length=3, default="SEK")
    net = models.DecimalField("netto", max_digits=14, decimal_places=2)
    vat = models.DecimalField("moms", max_digits=14, decimal_places=2)
    rounding = models.DecimalField("öresutjämning", max_digits=4, decimal_places=2, default=0)
    total = models.DecimalField("att betala", max_digits=14, decimal_places=2)
    line_count = models.PositiveSmallIntegerField("antal rader")
    source = models.CharField("hur den kom", max_length=12, choices=Source)
    came_in = models.ForeignKey(InvoiceImport, models.PROTECT, null=True, blank=True, related_name="invoices")
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField("registrerad")
    state = models.CharField("läge", max_length=12, choices=InvoiceState, default=S.RECEIVED)
    note = SealedTextField("fråga, skäl eller förklaring", blank=True, place="invoice.note")
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField("granskad", null=True, blank=True)
    expected = models.DecimalField(
        "enligt avtal när den granskades", max_digits=14, decimal_places=2, null=True, blank=True
    )
    attested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    attested_at = models.DateTimeField("attesterad", null=True, blank=True)
    export = models.ForeignKey(InvoiceExport, models.PROTECT, null=True, blank=True, related_name="invoices")
    paid_on = models.DateField("betald", null=True, blank=True)

    objects = InvoiceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "faktura"
        verbose_name_plural = "fakturor"
        ordering = ["due", "id"]
        constraints = [
            models.UniqueConstraint(
                F("provider"),
                number_key("number"),
                condition=~Q(state=S.REJECTED),
                name="invoice_number_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="faktura", credited=None) | Q(kind="kredit", credited__isnull=False),
                name="credit_note_credits_an_invoice",
            ),
            models.CheckConstraint(condition=Q(currency="SEK"), name="invoice_in_kronor"),
            models.CheckConstraint(condition=Q(due__gte=F("invoice_date")), name="due_after_invoice_date"),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="invoice_period_has_days"
            ),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("vat") + F("rounding"), rounding__gt=-1, rounding__lt=1),
                name="invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(kind="faktura", net__gte=0, vat__gte=0, total__gte=0)
                | Q(kind="kredit", net__lte=0, vat__lte=0, total__lte=0),
                name="invoice_signs_by_kind",
            ),
            models.CheckConstraint(condition=Q(line_count__gt=0), name="invoice_has_lines"),
            models.CheckConstraint(
                condition=Q(source="registrerad", came_in=None)
                | (~Q(source="registrerad") & Q(came_in__isnull=False)),
                name="read_in_from_a_file",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*OPEN, S.REJECTED]) & UNDECIDED
                | Q(state=S.APPROVED, attested_by=None, attested_at=None, export=None, paid_on=None)
                & REVIEWED
                | Q(state=S.ATTESTED, export=None, paid_on=None) & ATTESTED
                | Q(state=S.EXPORTED, export__isnull=False, paid_on=None) & ATTESTED
                | Q(state=S.PAID, export__isnull=False, paid_on__isnull=False) & ATTESTED,
                name="invoice_state_follows_facts",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.QUESTION, S.REJECTED]) | ~Q(note=""), name="question_has_words"
            ),
            models.CheckConstraint(
                condition=Q(attested_by=None)
                | (~Q(attested_by=F("registered_by")) & ~Q(attested_by=F("reviewed_by"))),
                name="attested_by_a_second_person",
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "state", "due"], name="invoice_by_state"),
            models.Index(fields=["credited"], name="invoice_by_credited"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().lower()} {self.number}"

    @property
    def is_credit(self) -> bool:
        return self.kind == self.Kind.CREDIT

    @property
    def is_open(self) -> bool:
        """Whether its lines can still be matched and it can be approved."""
        return self.state in OPEN

    @property
    def is_frozen(self) -> bool:
        return self.state in FROZEN

    @property
    def tone(self) -> str:
        return TONES[InvoiceState(self.state)]

    def is_late(self, today: date) -> bool:
        """Whether it is due and has not been taken to the finance system."""
        return self.due < today and self.state in (*OPEN, S.APPROVED, S.ATTESTED)

    def facts(self) -> dict[str, Any]:
        """What was sent: the same for as long as the row is there."""
        return {name: getattr(self, name) for name in ("number", "net", "vat", "rounding", "total")}
