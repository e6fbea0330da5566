"""Providers: what the municipality can choose among. Their agreements are in agreements.py."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.identity import parse_organisation_number
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import sort_key
from placements.actions.operation import one_at_a_time
from placements.actions.refusals import told
from placements.models import Provider


@dataclass(frozen=True)
class ProviderFacts:
    """One home. `organisation_number` is ten digits; `county` a county's code; ages are whole years."""

    name: str
    kind: str
    code: str = ""
    organisation_number: str = ""
    target_groups: tuple[str, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    county: str = ""
    permit_number: str = ""


def add_provider(*, facts: ProviderFacts, by: User, today: date, ref: str | None = None) -> Provider:
    """A new provider in the user's municipality. `ref` is its name in files; by default its id.

    Raises:
        Refused: not_allowed, provider_exists, ages_in_order, ref_taken, and those of
            parse_organisation_number.
    """
    demand_in_general(by, Can.WRITE_PROVIDERS)
    _check_single(facts, by, None)
    provider = Provider(municipality_id=by.municipality_id, **_values(facts))
    provider.ref = ref or str(provider.pk)
    with told():
        provider.save(force_insert=True)
    note(provider, by, today, "utforare_tillagd", "En utförare lades till.")
    return provider


def change_provider(*, provider: Provider, facts: ProviderFacts, by: User, today: date) -> Provider:
    """Correct the facts. The kind of a provider where somebody has been placed never changes.

    Another permit number has not been verified.

    Raises:
        Refused: not_allowed, provider_exists, kind_in_use, ages_in_order, and those of
            parse_organisation_number.
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
    values = _values(facts)
    if values["permit_number"] != provider.permit_number:
        values |= {"permit_verified": None, "permit_verified_by": None}
    for name, value in values.items():
        setattr(provider, name, value)
    provider.save(update_fields=list(values))
    note(provider, by, today, "utforare_andrad", "En utförares uppgifter ändrades.")
    return provider


def _values(facts: ProviderFacts) -> dict[str, Any]:
    if facts.age_from is not None and facts.age_to is not None and facts.age_to < facts.age_from:
        raise Refused("ages_in_order", "Den högsta åldern kan inte vara lägre än den lägsta.", field="age_to")
    number = facts.organisation_number.strip()
    groups = dict.fromkeys(group.strip() for group in facts.target_groups)
    return {
        "name": facts.name.strip(),
        "kind": facts.kind,
        "code": facts.code.strip(),
        "organisation_number": parse_organisation_number(number) if number else "",
        "target_groups": sorted((group for group in groups if group), key=sort_key),
        "age_from": facts.age_from,
        "age_to": facts.age_to,
        "county": facts.county,
        "permit_number": facts.permit_number.strip(),
    }


def close_provider(
    *, provider: Provider, from_day: date | None, reason: str, by: User, today: date
) -> Provider:
    """No new placements from the day; None opens it again. Those who stay there are not touched.

    Raises:
        Refused: not_allowed, reason_missing, provider_deactivated.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    _give_reason(reason)
    provider = Provider.objects.locked().get(pk=provider.pk)
    if provider.deactivated is not None:
        raise Refused("provider_deactivated", "Utföraren är avaktiverad. Aktivera den först.")
    provider.no_new_placements_from = from_day
    provider.save(update_fields=["no_new_placements_from"])
    text = (
        "En utförare tar emot nya placeringar igen."
        if from_day is None
        else f"En utförare tar inte emot nya placeringar från {from_day.isoformat()}."
    )
    note(provider, by, today, "utforare_stangd" if from_day else "utforare_oppnad", text, reason)
    return provider


def verify_permit(*, provider: Provider, permit_number: str, on: date, by: User, today: date) -> Provider:
    """Somebody looked the permit up in the inspectorate's register on the day, and found it in force.

    Raises:
        Refused: not_allowed, permit_missing, in_the_future.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    if not permit_number.strip():
        raise Refused("permit_missing", "Skriv tillståndets nummer hos IVO.", field="permit_number")
    check_not_ahead(on, today, "on")
    provider = Provider.objects.locked().get(pk=provider.pk)
    provider.permit_number = permit_number.strip()
    provider.permit_verified, provider.permit_verified_by = on, by
    provider.save(update_fields=["permit_number", "permit_verified", "permit_verified_by"])
    note(provider, by, on, "utforare_tillstand", "Utförarens tillstånd kontrollerades hos IVO.")
    return provider


def deactivate_provider(*, provider: Provider, reason: str, by: User, today: date) -> Provider:
    """The provider is no longer used, from today: it takes nobody and leaves the list.

    Nothing is deleted, and those who stay there are not touched.

    Raises:
        Refused: not_allowed, reason_missing, already_deactivated.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    _give_reason(reason)
    provider = Provider.objects.locked().get(pk=provider.pk)
    if provider.deactivated is not None:
        raise Refused("already_deactivated", "Utföraren är redan avaktiverad.")
    provider.deactivated = today
    provider.no_new_placements_from = min(provider.no_new_placements_from or today, today)
    with told():
        provider.save(update_fields=["deactivated", "no_new_placements_from"])
    note(provider, by, today, "utforare_avaktiverad", "Utföraren avaktiverades.", reason)
    return provider


def activate_provider(*, provider: Provider, reason: str, by: User, today: date) -> Provider:
    """In the list again, still closed for new placements until it is opened.

    Raises:
        Refused: not_allowed, reason_missing, not_deactivated.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    _give_reason(reason)
    provider = Provider.objects.locked().get(pk=provider.pk)
    if provider.deactivated is None:
        raise Refused("not_deactivated", "Utföraren är inte avaktiverad.")
    provider.deactivated = None
    provider.save(update_fields=["deactivated"])
    note(provider, by, today, "utforare_aktiverad", "Utföraren aktiverades igen.", reason)
    return provider


def check_not_ahead(day: date, today: date, field: str) -> None:
    """What has happened did not happen after today.

    Raises Refused in_the_future.
    """
    if day > today:
        raise Refused("in_the_future", "Dagen kan inte ligga efter i dag.", field=field)


def _give_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför.", field="reason")


def _check_single(facts: ProviderFacts, by: User, itself: Provider | None) -> None:
    one_at_a_time(by)
    same = Provider.objects.filter(
        municipality_id=by.municipality_id, name__iexact=facts.name.strip(), kind=facts.kind
    )
    if same.exclude(pk=itself.pk if itself else None).exists():
        raise Refused(
            "provider_exists", "Det finns redan en utförare med det namnet och slaget.", field="name"
        )


def note(provider: Provider, by: User, on: date, kind: str, text: str, reason: str = "") -> None:
    """The event, for the provider's own page."""
    record(
        by=by,
        kind=kind,
        requires=Can.SEE_PROVIDERS,
        on=on,
        text=text,
        reason=reason,
        object_id=provider.pk,
    )
