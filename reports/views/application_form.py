"""The filled application as a file. It is made when it is asked for, and not kept."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from avhopp.access.decorators import access
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.reading import log_read
from avhopp.kernel.refusal import Refused
from placements.models import GrantApplication
from reports.application_form import application_pdf


@access(GrantApplication, Can.SEE_APPLICATION, fresh=True)
def application_file(request: UserRequest, found: GrantApplication, **_: object) -> HttpResponse:
    log_read(request.user, Can.SEE_APPLICATION, found, source="utskrift")
    try:
        content = application_pdf(found, request.user, timezone.localdate())
    except Refused as refused:
        messages.error(request, refused.text)
        return redirect("application", found.case_id, found.pk)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="ansokan.pdf"', "Cache-Control": "no-store"},
    )
