"""Framework agreements and their price lists. What somebody has stayed under never changes."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.money import format_kr
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from placements.actions.providers import note
from placements.actions.refusals import told
from placements.agreement_rules import relisted
from placements.costs import PricePeriod
from placements.models import AgreementPrice, FrameworkAgreement, Placement, Provider

#: What a stay was agreed under: kept by the database too (migration 0012).
KEPT = {"start", "rate", "charges_departure_day", "absence_full_nights", "absence_share"}


@dataclass(frozen=True)
class AgreementFacts:
    """A framework agreement from `start` to the day before `end`; `rate` in kronor per night.

    Absence: full price for `absence_full_nights` nights, then `absence_share` (0 to 1) of it; both or none.
    Index: each `index_month`, `index_share` (0 to 1) of the price follows `index_name`; all or none.
    """

    start: date
    end: date | None
    rate: Decimal
    charges_departure_day: bool = False
    parties: str = ""
    registry_no: str = ""
    ranking: int | None = None
    notice_months: int | None = None
    absence_full_nights: int | None = None
    absence_share: Decimal | None = None
    index_clause: str = ""
    index_name: str = ""
    index_month: int | None = None
    index_share: Decimal | None = None

    @classmethod
    def of(cls, agreement: FrameworkAgreement) -> "AgreementFacts":
        """What the agreement says now."""
        return cls(**{one.name: getattr(agreement, one.name) for one in fields(cls)})


def add_agreement(
    *, provider: Provider, facts: AgreementFacts, by: User, today: date, ref: str | None = None
) -> FrameworkAgreement:
    """A new agreement with the first row of its price list. Several may be in force at once.

    Raises:
        Refused: not_allowed, end_before_start, absence_rule_incomplete, index_incomplete, ref_taken,
            provider_deactivated.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    _check(facts)
    if Provider.objects.locked().get(pk=provider.pk).deactivated is not None:
        raise Refused("provider_deactivated", "Utföraren är avaktiverad. Aktivera den först.")
    agreement = FrameworkAgreement(municipality_id=by.municipality_id, provider=provider, **_values(facts))
    agreement.ref = ref or str(agreement.pk)
    with told():
        agreement.save(force_insert=True)
        AgreementPrice.first_of(agreement).save(force_insert=True)
    note(provider, by, today, "ramavtal_tillagt", f"Ett ramavtal från {facts.start.isoformat()} lades till.")
    return agreement


def change_agreement(
    *, agreement: FrameworkAgreement, facts: AgreementFacts, reason: str, by: User, today: date
) -> FrameworkAgreement:
    """Correct an agreement. Once somebody has stayed under it, nothing that a stay was agreed under changes.

    The first price follows along.

    Raises:
        Refused: not_allowed, reason_missing, agreement_in_use, end_before_start, absence_rule_incomplete,
            index_incomplete.
    """
    demand(by, Can.WRITE_PROVIDERS, agreement)
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför.", field="reason")
    _check(facts)
    agreement = FrameworkAgreement.objects.locked().get(pk=agreement.pk)
    before = AgreementFacts.of(agreement)
    changed = {one.name for one in fields(facts) if getattr(facts, one.name) != getattr(before, one.name)}
    # Stays that the user may not see count too: those the database knows.
    if changed & KEPT and Placement.objects.filter(agreement=agreement, start__isnull=False).exists():
        raise _in_use(sorted(changed & KEPT)[0])
    for name, value in _values(facts).items():
        setattr(agreement, name, value)
    with told():
        if changed & {"start", "rate"}:
            first = AgreementPrice.objects.locked().of_level().filter(agreement=agreement).earliest("start")
            first.start, first.rate = facts.start, facts.rate
            first.save(update_fields=["start", "rate"])
        agreement.save(update_fields=[one.name for one in fields(facts)])
    text = f"Ramavtalet från {facts.start.isoformat()} ändrades."
    note(agreement.provider, by, today, "ramavtal_andrat", text, reason)
    return agreement


def end_agreement(
    *, agreement: FrameworkAgreement, end: date, reason: str, by: User, today: date
) -> FrameworkAgreement:
    """The agreement holds until the day before `end`. Stays that began under it keep its price.

    Raises:
        Refused: not_allowed, reason_missing, end_before_start.
    """
    demand(by, Can.WRITE_PROVIDERS, agreement)
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför.", field="reason")
    agreement = FrameworkAgreement.objects.locked().get(pk=agreement.pk)
    if end < agreement.start:
        raise Refused("end_before_start", "Ramavtalet kan inte sluta före det börjar.", field="end")
    agreement.end = end
    agreement.save(update_fields=["end"])
    text = f"Ett ramavtal gäller till {end.isoformat()}."
    note(agreement.provider, by, today, "ramavtal_avslutat", text, reason)
    return agreement


@dataclass(frozen=True)
class NewPrice:
    """A row of the price list: kronor per night from `start`. `basis` says how it was arrived at."""

    start: date
    rate: Decimal
    level: str = ""
    basis: str = ""


def add_price(*, agreement: FrameworkAgreement, price: NewPrice, by: User, today: date) -> AgreementPrice:
    """A new price from a day until the next that is agreed. Stays keep the prices they were agreed at.

    Raises:
        Refused: not_allowed, price_outside_agreement, price_before_list, price_that_day, negative_rate.
    """
    demand(by, Can.WRITE_PROVIDERS, agreement)
    agreement = FrameworkAgreement.objects.locked().get(pk=agreement.pk)
    if price.start < agreement.start or (agreement.end is not None and price.start >= agreement.end):
        raise Refused(
            "price_outside_agreement", "Priset måste börja en dag då ramavtalet gäller.", field="start"
        )
    level = price.level.strip()
    held = AgreementPrice.objects.locked().of_level(level).filter(agreement=agreement).order_by("start")
    rows = {row.start: row for row in held}
    wanted = relisted((PricePeriod(row.start, row.end, row.rate) for row in held), price.start, price.rate)
    added = AgreementPrice(
        municipality_id=agreement.municipality_id, agreement=agreement, level=level, basis=price.basis.strip()
    )
    with told():
        for one in wanted:
            row = rows.get(one.start, added)
            if (row.start, row.end) != (one.start, one.end):
                row.start, row.end, row.rate = one.start, one.end, one.rate
                row.save(force_insert=row is added)
    amount = format_kr(price.rate, 0 if price.rate == int(price.rate) else 2)
    what = f"Priset för {level}" if level else "Priset i ramavtalet"
    text = f"{what} är {amount} per dygn från {format_day(price.start)}."
    note(agreement.provider, by, today, "ramavtal_pris", text, price.basis)
    return added


def _check(facts: AgreementFacts) -> None:
    if facts.end is not None and facts.end <= facts.start:
        raise Refused("end_before_start", "Ramavtalet måste sluta efter att det börjar.", field="end")
    if (facts.absence_full_nights is None) != (facts.absence_share is None):
        field = "absence_full_nights" if facts.absence_full_nights is None else "absence_share"
        raise Refused(
            "absence_rule_incomplete",
            "Ange både hur många dygn som kostar fullt pris och hur stor andel som betalas därefter.",
            field=field,
        )
    index = (bool(facts.index_name.strip()), facts.index_month is not None, facts.index_share is not None)
    if any(index) and not all(index):
        field = ("index_name", "index_month", "index_share")[index.index(False)]
        raise Refused(
            "index_incomplete", "Ange både index, månad och hur stor del av priset som följer det.", field
        )


def _values(facts: AgreementFacts) -> dict[str, object]:
    said = {one.name: getattr(facts, one.name) for one in fields(facts)}
    return {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}


def _in_use(field: str) -> Refused:
    return Refused(
        "agreement_in_use",
        "Någon har bott där enligt ramavtalet, så priset, datumet och reglerna för avresedag och frånvaro "
        "ligger fast. Lägg till ett nytt pris i prislistan, eller ett nytt ramavtal.",
        field,
    )
