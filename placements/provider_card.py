"""What one provider is like: what its control lacks, its stays, its price against the others."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.periods import ONE_DAY, Period, add_months
from cases.states import MeasureKind
from cases.visibility import IsAnyOf
from placements.comparing import MONTHS_COMPARED, Comparison, Record, compared
from placements.costs import nights
from placements.models import (
    Placement,
    PlacementPrice,
    Provider,
    ProviderIncident,
    ProviderRemark,
    ProviderVisit,
)
from placements.models.provider import ProviderQuerySet
from placements.showing import CODED

#: Residential care that nobody may run without the inspectorate's permit.
NEEDS_PERMIT = (MeasureKind.HVB, MeasureKind.SUPPORTED_HOUSING, MeasureKind.PROTECTED_HOUSING)
VERIFIED_FOR_MONTHS = 12
VISITED_WITHIN_MONTHS = 12


@dataclass(frozen=True)
class Lack:
    """Something that the municipality's control of the provider lacks, or has found."""

    text: str
    tone: str = "warning"


def with_signs(rows: ProviderQuerySet, user: User, today: date) -> ProviderQuerySet:
    """Providers with what `lacks_of` asks: `last_visit`, `open_incident`, `open_remark`."""
    here = {"provider": OuterRef("pk")}
    visits = ProviderVisit.objects.visible_to(user).filter(**here).order_by("-made_on")
    incidents = ProviderIncident.objects.visible_to(user).filter(closed_on=None, **here)
    remarks = ProviderRemark.objects.visible_to(user).filter(resolved_on=None, **here)
    return rows.annotate(
        last_visit=Subquery(visits.values("made_on")[:1], output_field=DateField()),
        open_incident=Exists(incidents),
        open_remark=Exists(remarks),
    )


def sign(
    provider: Provider,
    visits: Iterable[ProviderVisit],
    incidents: Iterable[ProviderIncident],
    remarks: Iterable[ProviderRemark],
) -> Provider:
    """One provider as `with_signs` gives it, from rows that are read already."""
    provider.last_visit = max((row.made_on for row in visits), default=None)  # type: ignore[attr-defined]
    provider.open_incident = any(row.closed_on is None for row in incidents)  # type: ignore[attr-defined]
    provider.open_remark = any(row.resolved_on is None for row in remarks)  # type: ignore[attr-defined]
    return provider


def lacking(rows: QuerySet, today: date) -> QuerySet:
    """Those of the providers `with_signs` about which `lacks_of` has something to say."""
    unverified = Q(permit_verified=None) | Q(permit_verified__lt=add_months(today, -VERIFIED_FOR_MONTHS))
    return rows.filter(deactivated=None).filter(
        Q(open_incident=True)
        | Q(open_remark=True)
        | Q(last_visit=None)
        | Q(last_visit__lt=add_months(today, -VISITED_WITHIN_MONTHS))
        | (unverified & (Q(kind__in=NEEDS_PERMIT) | ~Q(permit_number="")))
    )


def lacks_of(provider: Provider, today: date) -> list[Lack]:
    """What a provider `with_signs` lacks; nothing is asked of one that is no longer used."""
    if provider.deactivated is not None:
        return []
    found = _permit(provider, today)
    visited = provider.last_visit  # type: ignore[attr-defined]
    if visited is None:
        found.append(Lack("Kommunen har inte följt upp utföraren."))
    elif visited < add_months(today, -VISITED_WITHIN_MONTHS):
        found.append(Lack(f"Senaste egna uppföljningen är från {visited.isoformat()}."))
    if provider.open_incident:  # type: ignore[attr-defined]
        found.append(Lack("En händelse är inte avslutad.", "danger"))
    if provider.open_remark:  # type: ignore[attr-defined]
        found.append(Lack("En anmärkning från IVO är inte åtgärdad.", "danger"))
    return found


def _permit(provider: Provider, today: date) -> list[Lack]:
    if not provider.permit_number:
        needed = provider.kind in NEEDS_PERMIT
        return [Lack("Tillstånd hos IVO är inte registrerat.", "danger")] if needed else []
    if provider.permit_verified is None:
        return [Lack("Tillståndet är inte kontrollerat hos IVO.", "danger")]
    if provider.permit_verified < add_months(today, -VERIFIED_FOR_MONTHS):
        return [Lack(f"Tillståndet kontrollerades senast {provider.permit_verified.isoformat()}.")]
    return []


@dataclass(frozen=True)
class Use:
    """How the provider has been used, as far as the reader may see it."""

    ongoing: int
    record: Record
    comparison: Comparison | None


def use_of(provider: Provider, user: User, today: date) -> Use | None:
    """Stays and price, from the cases that the user may see; None for whoever may not see places.

    Whoever is told a code instead of the provider's name is not told by a number either.
    """
    if not may_in_general(user, Can.SEE_PLACE):
        return None
    window = Period(add_months(today, -MONTHS_COMPARED), today + ONE_DAY)
    begun = Placement.objects.visible_to(user).standing().filter(start__lte=today)
    if not may_in_general(user, Can.SEE_PERSON):
        begun = begun.exclude(IsAnyOf("case_id", CODED))
    recent = Q(end=None) | Q(end__gt=window.start)
    rows = begun.filter(Q(provider=provider) | Q(provider__kind=provider.kind) & recent)
    stays = list(rows.order_by().select_related("agreement"))
    priced: dict[UUID, list[PlacementPrice]] = defaultdict(list)
    for price in PlacementPrice.objects.filter(placement__in=[row.pk for row in stays]):
        priced[price.placement_id].append(price)
    for row in stays:
        row.give_terms(priced[row.pk], ())  # nights are compared at the price of being there
    own = [row for row in stays if row.provider_id == provider.pk]
    others = [row.as_stay() for row in stays if row.provider_id != provider.pk]
    sees_money = may_in_general(user, Can.SEE_MONEY)
    return Use(
        ongoing=sum(row.end is None or row.end > today for row in own),
        record=_record(own, today),
        comparison=compared((row.as_stay() for row in own), others, window) if sees_money else None,
    )


def _record(stays: Iterable[Placement], today: date) -> Record:
    rows = list(stays)
    past = Period(date.min, today + ONE_DAY)
    lived = {row.pk: nights(row.as_stay(), past) for row in rows}
    ended = [row for row in rows if row.end is not None and row.end <= today]
    return Record(
        stays=len(rows),
        nights=sum(lived.values()),
        ended=len(ended),
        ended_nights=sum(lived[row.pk] for row in ended),
        ended_by_plan=sum(row.end_reason == Placement.EndReason.PLANNED for row in ended),
    )


def target_groups_of(user: User) -> list[str]:
    """Every target group that some provider of the municipality has."""
    named = Provider.objects.visible_to(user).exclude(target_groups=[]).order_by()
    return sorted({group for groups in named.values_list("target_groups", flat=True) for group in groups})


def with_siblings(provider: Provider, user: User) -> tuple[Provider, list[Provider]]:
    """The provider with who verified its permit, and the other homes of the same company: one query."""
    seen = Provider.objects.visible_to(user)
    same = seen.filter(pk=provider.pk) | seen.of_organisation(provider.organisation_number)
    homes = list(same.select_related("permit_verified_by"))
    own = next((row for row in homes if row.pk == provider.pk), provider)
    return own, [row for row in homes if row is not own]
