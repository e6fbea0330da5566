"""The journal: drafts, signed entries, corrections."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.pages.paging import page_of
from cases.actions.journal import correct_entry, edit_draft, remove_draft, sign_entry, write_draft
from cases.forms.journal import CorrectionForm, JournalForm, note_of
from cases.forms.plain import ConfirmForm
from cases.journal import drafts_of_others
from cases.models import Case, JournalEntry
from cases.views.pages import belongs, form_page, refusals_in, today

PER_PAGE = 20


@access(Case, Can.SEE_JOURNAL)
def journal(request: UserRequest, case: Case) -> HttpResponse:
    """The entries, the newest first. Replaced versions stay, marked; drafts are shown to their author."""
    entries = JournalEntry.objects.visible_to(request.user).filter(case=case)
    page = page_of(entries.with_versions(), request, per_page=PER_PAGE)
    context = {
        "case": case,
        "page": page,
        "user_id": request.user.pk,
        "can_write": may(request.user, Can.WRITE_JOURNAL, case),
        "waiting": drafts_of_others(case.pk),
    }
    return render(request, "cases/journal.html", context)


@access(Case, Can.WRITE_JOURNAL, READ_WRITE)
def journal_new(request: UserRequest, case: Case) -> HttpResponse:
    form = JournalForm(request.POST or None, today=today())
    if form.is_valid():
        with refusals_in(form):
            entry = write_draft(case=case, note=form.note, by=request.user, at=timezone.now())
            messages.success(
                request, "Utkastet är sparat. Det blir en journalanteckning när du signerar det."
            )
            return redirect("journal_entry", case.pk, entry.pk)
    return form_page(
        request,
        case,
        form,
        heading="Ny journalanteckning",
        submit="Spara utkast",
        back=reverse("journal", args=[case.pk]),
    )


@access(JournalEntry, Can.SEE_JOURNAL)
def journal_entry(request: UserRequest, entry: JournalEntry, case_id: UUID) -> HttpResponse:
    """One entry, with the versions before and after it."""
    belongs(entry, case_id)
    shown = JournalEntry.objects.visible_to(request.user).with_versions().get(pk=entry.pk)
    can_write = may(request.user, Can.WRITE_JOURNAL, entry.case)
    context = {
        "case": entry.case,
        "entry": shown,
        "can_change": can_write and not shown.is_signed,
        "can_correct": can_write and shown.is_signed and shown.replaced_by is None,
    }
    return render(request, "cases/journal_entry.html", context)


@access(JournalEntry, Can.WRITE_JOURNAL, READ_WRITE)
def journal_edit(request: UserRequest, entry: JournalEntry, case_id: UUID) -> HttpResponse:
    belongs(entry, case_id)
    if entry.is_signed:
        return refuse(request, entry, "Anteckningen är signerad och låst. Skriv en rättelse i stället.")
    form = JournalForm(request.POST or None, today=today(), initial=note_of(entry))
    if form.is_valid():
        with refusals_in(form):
            edit_draft(entry=entry, note=form.note, by=request.user, at=timezone.now())
            messages.success(request, "Utkastet är sparat.")
            return redirect("journal_entry", case_id, entry.pk)
    return form_page(
        request, entry.case, form, heading="Ändra utkast", submit="Spara utkast", back=address(entry)
    )


@access(JournalEntry, Can.WRITE_JOURNAL, READ_WRITE)
def journal_sign(request: UserRequest, entry: JournalEntry, case_id: UUID) -> HttpResponse:
    """Sign after a question: it cannot be undone."""
    belongs(entry, case_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_in(form):
            sign_entry(entry=entry, by=request.user, at=timezone.now())
            messages.success(request, "Anteckningen är signerad och låst.")
            return redirect("journal_entry", case_id, entry.pk)
    return form_page(
        request,
        entry.case,
        form,
        heading="Signera anteckningen?",
        submit="Signera och lås",
        back=address(entry),
        lead="Anteckningen låses i ditt namn. Den kan sedan bara rättas med en ny version.",
    )


@access(JournalEntry, Can.WRITE_JOURNAL, READ_WRITE)
def journal_remove(request: UserRequest, entry: JournalEntry, case_id: UUID) -> HttpResponse:
    """Take away a draft that was never signed."""
    belongs(entry, case_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_in(form):
            remove_draft(entry=entry, by=request.user)
            messages.success(request, "Utkastet är borttaget.")
            return redirect("journal", case_id)
    return form_page(
        request,
        entry.case,
        form,
        heading="Ta bort utkastet?",
        submit="Ta bort utkastet",
        back=address(entry),
        danger=True,
        lead="Utkastet försvinner ur journalen. Det går inte att ångra.",
    )


@access(JournalEntry, Can.WRITE_JOURNAL, READ_WRITE)
def journal_correct(request: UserRequest, entry: JournalEntry, case_id: UUID) -> HttpResponse:
    """A new, signed version with a reason; the old one stays."""
    belongs(entry, case_id)
    form = CorrectionForm(request.POST or None, today=today(), initial=note_of(entry))
    if form.is_valid():
        with refusals_in(form):
            reason = form.cleaned_data["reason"]
            version = correct_entry(
                entry=entry, note=form.note, reason=reason, by=request.user, at=timezone.now()
            )
            messages.success(request, "Rättelsen är signerad. Den tidigare versionen finns kvar.")
            return redirect("journal_entry", case_id, version.pk)
    return form_page(
        request,
        entry.case,
        form,
        heading="Rätta anteckningen",
        submit="Signera rättelsen",
        back=address(entry),
        lead="Du skriver en ny version. Den gamla finns kvar och visas som ersatt.",
    )


def address(entry: JournalEntry) -> str:
    return reverse("journal_entry", args=[entry.case_id, entry.pk])


def refuse(request: UserRequest, entry: JournalEntry, text: str) -> HttpResponse:
    """Back to the entry, with the reason why it cannot be changed."""
    messages.error(request, text)
    return redirect("journal_entry", entry.case_id, entry.pk)
