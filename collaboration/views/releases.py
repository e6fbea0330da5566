"""Release to the police: form, preview of exactly what they will see, the frozen package, its recall."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.reading import log_list
from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting
from cases.models import Case
from cases.together import alone
from collaboration.actions.releases import prepare_release, recall_package, release_package
from collaboration.facts import possible_categories
from collaboration.forms.releases import RecallForm, ReleaseForm
from collaboration.forms.submit import submit
from collaboration.models import ReleasePackage
from collaboration.panels import load_sharing, release_rows, sharing_rows
from collaboration.portal.blocks import KIND_LABELS, blocks
from collaboration.views.case import demand_same_case, form_page, page
from collaboration.views.selection import Selection

ALL_PACKAGES = 200
COLUMNS = (
    Column("Referens", "referens", ("reference",)),
    Column("Ärende", "arende", ("case__case_no", "-released_at")),
    Column("Slag", "slag", ("kind", "-released_at")),
    Column("Mottagare", "mottagare", (SwedishKey("recipient__name"), "-released_at")),
    Column("Utlämnat", "utlamnat", ("released_at",)),
    Column("Kan läsas till", "till", ("valid_to",)),
    Column("Läge"),
    Column("Läst av polisen"),
)
SHOW = [("oppna", "Öppna"), ("stangda", "Stängda och utgångna"), ("alla", "Alla")]


@access(Case, Can.RELEASE, READ_WRITE, fresh=True)
def release_new(request: UserRequest, case: Case) -> HttpResponse:
    """The steps: fill in (GET), review (`steg=granska`), change again (`andra`), release (`lamna-ut`)."""
    step = request.POST.get("steg", "")
    form = _form(request, case)
    if step == "lamna-ut":
        return _release(request, case, form)
    if step == "granska":
        return _preview(request, case, form)
    return _fill_in(request, case, form)


def _form(request: UserRequest, case: Case) -> ReleaseForm:
    today = timezone.localdate()
    available = possible_categories(case=case, contact=request.user, today=today)
    return ReleaseForm(request.POST or None, case=case, available=available, today=today)


def _fill_in(request: UserRequest, case: Case, form: ReleaseForm) -> HttpResponse:
    lead = "Mottagaren får en fryst kopia. Inget annat i ärendet blir synligt, och inget ändras i efterhand."
    context = form_page(
        case, form, "Lämna ut till polisen", "Granska utlämnandet", "case_releases", lead=lead
    )
    return render(request, "collaboration/release_form.html", context)


def _preview(request: UserRequest, case: Case, form: ReleaseForm) -> HttpResponse:
    today = timezone.localdate()
    ready = submit(form, lambda: prepare_release(case=case, wish=form.wish(), by=request.user, today=today))
    if ready is None:
        return _fill_in(request, case, form)
    context = form_page(case, form, "Granska utlämnandet", "Lämna ut", "case_releases")
    return render(
        request,
        "collaboration/release_preview.html",
        {**context, "wish": form.wish(), "checksum": ready.checksum, "blocks": blocks(ready.content, today)},
    )


def _release(request: UserRequest, case: Case, form: ReleaseForm) -> HttpResponse:
    seen, at = request.POST.get("checksum", ""), timezone.now()
    package = submit(
        form, lambda: release_package(case=case, wish=form.wish(), seen=seen, by=request.user, at=at)
    )
    if package is None:
        return _fill_in(request, case, form)
    messages.success(request, "Uppgifterna är utlämnade. Mottagaren kan läsa dem i polisportalen nu.")
    return redirect("release", case_id=case.pk, release_id=package.pk)


@access(Case, Can.SEE_RELEASE)
def case_releases(request: UserRequest, case: Case) -> HttpResponse:
    found = alone(case, sharing_rows(case, request.user, ALL_PACKAGES))
    shown = load_sharing(case, request.user, timezone.localdate(), found, ALL_PACKAGES)
    return render(request, "collaboration/sharing.html", page(case, "case_releases", **shown))


@access(ReleasePackage, Can.SEE_RELEASE, id="release_id")
def release(request: UserRequest, package: ReleasePackage, case_id: UUID) -> HttpResponse:
    demand_same_case(package, case_id)
    context = {
        "row": release_rows([package])[0],
        "blocks": blocks(package.content, timezone.localdate()),
        "kind": KIND_LABELS[package.kind],
        "can_recall": not package.has_ended_at(timezone.now()) and may(request.user, Can.RELEASE, package),
    }
    return render(request, "collaboration/release.html", page(package.case, "case_releases", **context))


@access(ReleasePackage, Can.RELEASE, READ_WRITE, id="release_id")
def release_recall(request: UserRequest, package: ReleasePackage, case_id: UUID) -> HttpResponse:
    demand_same_case(package, case_id)
    form = RecallForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and submit(form, lambda: recall_package(package=package, by=request.user, at=timezone.now()))
        is not None
    ):
        messages.success(request, "Utlämnandet är stängt. Mottagaren ser inte längre något av det.")
        return redirect("case_releases", case_id=case_id)
    context = form_page(package.case, form, "Återkalla utlämnande", "Återkalla utlämnandet", "case_releases")
    return render(request, "collaboration/recall.html", {**context, "package": package})


@access_page(Can.SEE_RELEASE)
def releases(request: UserRequest) -> HttpResponse:
    selection = Selection(request, SHOW, default="oppna")
    rows = ReleasePackage.objects.visible_to(request.user).with_names()
    chosen = {"oppna": rows.open(), "stangda": rows.ended(), "alla": rows}[selection.chosen]
    order = sorting(COLUMNS, request, default="-utlamnat")
    found = page_of(chosen.order_by(*order.order_by), request)
    shown = [one.case_id for one in found]
    log_list(request.user, Can.SEE_RELEASE, shown, of=ReleasePackage, shown=len(found))
    context = {
        "columns": order.columns,
        "page": found,
        "rows": release_rows(found.rows),
        "tabs": selection.tabs,
        "protected": True,
    }
    return render(request, "collaboration/release_list.html", context)
