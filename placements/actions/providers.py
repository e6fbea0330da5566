"""Providers and framework agreements: what the municipality can choose among."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from placements.actions.operation import one_at_a_time
from placements.actions.refusals import told
from placements.models import FrameworkAgreement, Provider


@dataclass(frozen=True)
class ProviderFacts:
    name: str
    kind: str
    code: str = ""


def add_provider(*, facts: ProviderFacts, by: User, today: date, ref: str | None = None) -> Provider:
    """A new provider in the user's municipality. `ref` is its name in files; by default its id.

    Raises:
        Refused: not_allowed, provider_exists, ref_taken.
    """
    demand_in_general(by, Can.WRITE_PROVIDERS)
    _check_single(facts, by, None)
    provider = Provider(
        municipality_id=by.municipality_id, name=facts.name.strip(), kind=facts.kind, code=facts.code.strip()
    )
    provider.ref = ref or str(provider.pk)
    with told():
        provider.save(force_insert=True)
    _note(provider, by, today, "utforare_tillagd", "En utförare lades till.")
    return provider


def change_provider(*, provider: Provider, facts: ProviderFacts, by: User, today: date) -> Provider:
    """Correct name, code or kind. The kind of a provider where somebody has been placed never changes.

    Raises:
        Refused: not_allowed, provider_exists, kind_in_use.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    provider = Provider.objects.locked().get(pk=provider.pk)
    _check_single(facts, by, provider)
    if facts.kind != provider.kind and (provider.placements.exists() or provider.agreements.exists()):
        raise Refused(
            "kind_in_use",
            "Slaget kan inte ändras när det finns ramavtal eller placeringar. Lägg till en ny utförare.",
            field="kind",
        )
    provider.name, provider.kind, provider.code = facts.name.strip(), facts.kind, facts.code.strip()
    provider.save(update_fields=["name", "kind", "code"])
    _note(provider, by, today, "utforare_andrad", "En utförares uppgifter ändrades.")
    return provider


def close_provider(
    *, provider: Provider, from_day: date | None, reason: str, by: User, today: date
) -> Provider:
    """No new placements from the day; None opens it again. Those who stay there are not touched.

    Raises:
        Refused: not_allowed, reason_missing.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför.", field="reason")
    provider = Provider.objects.locked().get(pk=provider.pk)
    provider.no_new_placements_from = from_day
    provider.save(update_fields=["no_new_placements_from"])
    text = (
        "En utförare tar emot nya placeringar igen."
        if from_day is None
        else f"En utförare tar inte emot nya placeringar från {from_day.isoformat()}."
    )
    _note(provider, by, today, "utforare_stangd" if from_day else "utforare_oppnad", text, reason)
    return provider


@dataclass(frozen=True)
class AgreementFacts:
    """A framework agreement from `start` to the day before `end`; `rate` in kronor per night."""

    start: date
    end: date | None
    rate: Decimal
    charges_departure_day: bool = False


def add_agreement(
    *, provider: Provider, facts: AgreementFacts, by: User, today: date, ref: str | None = None
) -> FrameworkAgreement:
    """A new agreement. Several may be in force at once, with different prices.

    Raises:
        Refused: not_allowed, end_before_start, ref_taken.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    if facts.end is not None and facts.end <= facts.start:
        raise Refused("end_before_start", "Ramavtalet måste sluta efter att det börjar.", field="end")
    agreement = FrameworkAgreement(
        municipality_id=by.municipality_id,
        provider=provider,
        start=facts.start,
        end=facts.end,
        rate=facts.rate,
        charges_departure_day=facts.charges_departure_day,
    )
    agreement.ref = ref or str(agreement.pk)
    with told():
        agreement.save(force_insert=True)
    _note(provider, by, today, "ramavtal_tillagt", f"Ett ramavtal från {facts.start.isoformat()} lades till.")
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
    _note(agreement.provider, by, today, "ramavtal_avslutat", text, reason)
    return agreement


def _check_single(facts: ProviderFacts, by: User, itself: Provider | None) -> None:
    one_at_a_time(by)
    same = Provider.objects.filter(
        municipality_id=by.municipality_id, name__iexact=facts.name.strip(), kind=facts.kind
    )
    if same.exclude(pk=itself.pk if itself else None).exists():
        raise Refused(
            "provider_exists", "Det finns redan en utförare med det namnet och slaget.", field="name"
        )


def _note(provider: Provider, by: User, today: date, kind: str, text: str, reason: str = "") -> None:
    record(
        by=by,
        kind=kind,
        requires=Can.SEE_PROVIDERS,
        on=today,
        text=text,
        reason=reason,
        object_id=provider.pk,
    )
