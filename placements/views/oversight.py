"""The municipality's own control of a provider: contacts, visits, incidents, remarks."""

from django.http import HttpResponse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from placements.actions import oversight as actions
from placements.forms.oversight import (
    CloseIncidentForm,
    ContactForm,
    EndContactForm,
    IncidentForm,
    RemarkForm,
    ResolveRemarkForm,
    VisitForm,
)
from placements.models import Provider, ProviderContact, ProviderIncident, ProviderRemark
from placements.views.providers import about


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_contact(request: UserRequest, found: Provider) -> HttpResponse:
    form = ContactForm(request.POST or None)
    return about(
        request, found, form, "Ny kontaktperson", "Lägg till", "Kontaktpersonen är tillagd.",
        lambda **on: actions.add_contact(provider=found, **form.cleaned_data, **on),
    )  # fmt: skip


@access(ProviderContact, Can.WRITE_PROVIDERS, READ_WRITE)
def contact_end(request: UserRequest, found: ProviderContact) -> HttpResponse:
    form = EndContactForm(request.POST if request.method == "POST" else None)
    return about(
        request, found.provider, form, "Ta bort kontaktpersonen", "Ta bort", "Kontaktpersonen är borttagen.",
        lambda **on: actions.end_contact(contact=found, **on),
        lead=f"{found.name} visas inte längre som kontaktperson.", tone="danger",
    )  # fmt: skip


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_visit(request: UserRequest, found: Provider) -> HttpResponse:
    form = VisitForm(request.POST or None, initial={"made_on": timezone.localdate()})
    return about(
        request, found, form, "Ny uppföljning", "Spara", "Uppföljningen är sparad.",
        lambda **on: actions.record_visit(provider=found, **form.cleaned_data, **on),
    )  # fmt: skip


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_incident(request: UserRequest, found: Provider) -> HttpResponse:
    form = IncidentForm(request.POST or None, initial={"happened_on": timezone.localdate()})
    return about(
        request, found, form, "Ny händelse", "Spara", "Händelsen är sparad.",
        lambda **on: actions.report_incident(provider=found, **form.cleaned_data, **on),
    )  # fmt: skip


@access(ProviderIncident, Can.WRITE_PROVIDERS, READ_WRITE)
def incident_close(request: UserRequest, found: ProviderIncident) -> HttpResponse:
    form = CloseIncidentForm(request.POST or None, initial={"closed_on": timezone.localdate()})
    return about(
        request, found.provider, form, "Avsluta händelsen", "Avsluta", "Händelsen är avslutad.",
        lambda **on: actions.close_incident(incident=found, **form.cleaned_data, **on),
    )  # fmt: skip


@access(Provider, Can.WRITE_PROVIDERS, READ_WRITE)
def provider_remark(request: UserRequest, found: Provider) -> HttpResponse:
    form = RemarkForm(request.POST or None, initial={"made_on": timezone.localdate()})
    return about(
        request, found, form, "Ny anmärkning från IVO", "Spara", "Anmärkningen är sparad.",
        lambda **on: actions.record_remark(provider=found, facts=form.facts(), **on),
    )  # fmt: skip


@access(ProviderRemark, Can.WRITE_PROVIDERS, READ_WRITE)
def remark_resolve(request: UserRequest, found: ProviderRemark) -> HttpResponse:
    form = ResolveRemarkForm(request.POST or None, initial={"resolved_on": timezone.localdate()})
    return about(
        request, found.provider, form, "Anmärkningen är åtgärdad", "Spara", "Anmärkningen är åtgärdad.",
        lambda **on: actions.resolve_remark(remark=found, **form.cleaned_data, **on),
    )  # fmt: skip
