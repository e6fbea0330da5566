"""The municipality's own control of a provider: whom to ring, visits, incidents, the inspectorate's remarks.

Texts name no person and no case: whatever happened to somebody is a deviation in that person's case.
"""

from dataclasses import dataclass
from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.refusal import Refused
from placements.actions.providers import check_not_ahead, note
from placements.models import Provider, ProviderContact, ProviderIncident, ProviderRemark, ProviderVisit


def add_contact(
    *, provider: Provider, name: str, role: str, phone: str, email: str, by: User, today: date
) -> ProviderContact:
    """Somebody to ring or write to.

    Raises:
        Refused: not_allowed, no_way_to_reach.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    if not phone.strip() and not email.strip():
        raise Refused("no_way_to_reach", "Ange telefon eller e-post.", field="phone")
    contact = ProviderContact(
        municipality_id=provider.municipality_id,
        provider=provider,
        name=name.strip(),
        role=role.strip(),
        phone=phone.strip(),
        email=email.strip(),
    )
    contact.save(force_insert=True)
    note(provider, by, today, "utforare_kontakt", "En kontaktperson lades till.")
    return contact


def end_contact(*, contact: ProviderContact, by: User, today: date) -> ProviderContact:
    """No longer the one to ring.

    Raises:
        Refused: not_allowed, contact_ended.
    """
    demand(by, Can.WRITE_PROVIDERS, contact)
    contact = ProviderContact.objects.locked().get(pk=contact.pk)
    if contact.ended is not None:
        raise Refused("contact_ended", "Kontaktpersonen är redan borttagen.")
    contact.ended = today
    contact.save(update_fields=["ended"])
    note(contact.provider, by, today, "utforare_kontakt", "En kontaktperson togs bort.")
    return contact


def record_visit(
    *, provider: Provider, made_on: date, result: str, next_on: date | None, by: User, today: date
) -> ProviderVisit:
    """The municipality followed the provider up, and perhaps decided when to do so again.

    Raises:
        Refused: not_allowed, in_the_future, next_before_this.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    check_not_ahead(made_on, today, "made_on")
    if next_on is not None and next_on <= made_on:
        raise Refused("next_before_this", "Nästa uppföljning måste ligga efter den här.", field="next_on")
    visit = ProviderVisit(
        municipality_id=provider.municipality_id,
        provider=provider,
        made_on=made_on,
        made_by=by,
        result=result.strip(),
        next_on=next_on,
    )
    visit.save(force_insert=True)
    note(provider, by, made_on, "utforare_uppfoljning", "Utföraren följdes upp.")
    return visit


def report_incident(
    *, provider: Provider, happened_on: date, severity: str, text: str, by: User, today: date
) -> ProviderIncident:
    """Something went wrong at the provider.

    Raises:
        Refused: not_allowed, in_the_future.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    check_not_ahead(happened_on, today, "happened_on")
    incident = ProviderIncident(
        municipality_id=provider.municipality_id,
        provider=provider,
        happened_on=happened_on,
        severity=severity,
        text=text.strip(),
    )
    incident.save(force_insert=True)
    label = incident.get_severity_display().lower()
    note(provider, by, happened_on, "utforare_handelse", f"En händelse hos utföraren: {label}.")
    return incident


def close_incident(
    *, incident: ProviderIncident, closed_on: date, measure: str, by: User, today: date
) -> ProviderIncident:
    """What was done about it, and when it was settled.

    Raises:
        Refused: not_allowed, in_the_future, closed_before, incident_closed, measure_missing.
    """
    demand(by, Can.WRITE_PROVIDERS, incident)
    check_not_ahead(closed_on, today, "closed_on")
    if not measure.strip():
        raise Refused("measure_missing", "Skriv vad som gjordes.", field="measure")
    incident = ProviderIncident.objects.locked().get(pk=incident.pk)
    if incident.closed_on is not None:
        raise Refused("incident_closed", "Händelsen är redan avslutad.")
    if closed_on < incident.happened_on:
        raise Refused("closed_before", "Händelsen kan inte avslutas före den inträffade.", field="closed_on")
    incident.closed_on, incident.measure = closed_on, measure.strip()
    incident.save(update_fields=["closed_on", "measure"])
    note(incident.provider, by, closed_on, "utforare_handelse", "En händelse hos utföraren avslutades.")
    return incident


@dataclass(frozen=True)
class RemarkFacts:
    """What the inspectorate said, with its reference."""

    made_on: date
    reference: str
    text: str


def record_remark(*, provider: Provider, facts: RemarkFacts, by: User, today: date) -> ProviderRemark:
    """A remark from the inspectorate.

    Raises:
        Refused: not_allowed, in_the_future.
    """
    demand(by, Can.WRITE_PROVIDERS, provider)
    check_not_ahead(facts.made_on, today, "made_on")
    remark = ProviderRemark(
        municipality_id=provider.municipality_id,
        provider=provider,
        made_on=facts.made_on,
        reference=facts.reference.strip(),
        text=facts.text.strip(),
    )
    remark.save(force_insert=True)
    note(provider, by, facts.made_on, "utforare_anmarkning", "IVO har en anmärkning mot utföraren.")
    return remark


def resolve_remark(*, remark: ProviderRemark, resolved_on: date, by: User, today: date) -> ProviderRemark:
    """What the inspectorate remarked on has been put right.

    Raises:
        Refused: not_allowed, in_the_future, resolved_before, remark_resolved.
    """
    demand(by, Can.WRITE_PROVIDERS, remark)
    check_not_ahead(resolved_on, today, "resolved_on")
    remark = ProviderRemark.objects.locked().get(pk=remark.pk)
    if remark.resolved_on is not None:
        raise Refused("remark_resolved", "Anmärkningen är redan åtgärdad.")
    if resolved_on < remark.made_on:
        raise Refused("resolved_before", "Den kan inte åtgärdas före den gjordes.", field="resolved_on")
    remark.resolved_on = resolved_on
    remark.save(update_fields=["resolved_on"])
    note(remark.provider, by, resolved_on, "utforare_anmarkning", "En anmärkning från IVO är åtgärdad.")
    return remark
