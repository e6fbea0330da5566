"""Record consent, and withdraw it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from cases.models import Case
from collaboration.actions.consents import record_consent, withdraw_consent
from collaboration.forms.consents import ConsentForm, WithdrawalForm
from collaboration.forms.submit import submit
from collaboration.models import Consent, ReleasePackage
from collaboration.views.case import demand_same_case, form_page


@access(Case, Can.WRITE_CONSENT, READ_WRITE)
def consent_new(request: UserRequest, case: Case) -> HttpResponse:
    today = timezone.localdate()
    form = ConsentForm(request.POST or None, case=case, today=today)
    if (
        request.method == "POST"
        and submit(form, lambda: record_consent(case=case, new=form.new(), by=request.user, today=today))
        is not None
    ):
        messages.success(request, "Samtycket är registrerat.")
        return redirect("case_releases", case_id=case.pk)
    lead = "Samtycket gäller en mottagare, vissa uppgifter, ett ändamål och en tid. Inget lämnas ut än."
    context = form_page(case, form, "Registrera samtycke", "Registrera", "case_releases", lead=lead)
    return render(request, "collaboration/form.html", context)


@access(Consent, Can.WRITE_CONSENT, READ_WRITE, id="consent_id")
def consent_withdraw(request: UserRequest, consent: Consent, case_id: UUID) -> HttpResponse:
    demand_same_case(consent, case_id)
    now = timezone.now()
    form = WithdrawalForm(request.POST or None, initial={"withdrawn": timezone.localdate(now)})
    if request.method == "POST":
        given = submit(
            form, lambda: (withdraw_consent(consent=consent, by=request.user, at=now, **form.cleaned_data),)
        )
        if given is not None:
            messages.success(
                request,
                "Samtycket är återkallat. Det som lämnats ut med stöd av det går inte längre att läsa.",
            )
            return redirect("case_releases", case_id=case_id)
    packages = ReleasePackage.objects.visible_to(request.user).filter(consent=consent).not_ended()
    context = form_page(consent.case, form, "Återkalla samtycke", "Återkalla samtycket", "case_releases")
    return render(
        request, "collaboration/withdraw.html", {**context, "consent": consent, "packages": packages}
    )
