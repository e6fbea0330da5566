"""What static/js/session.js asks: how long the sign-in lasts, and to keep and give back what was typed."""

import time

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone

from avhopp.access.declaration import READ_WRITE, WRITE
from avhopp.access.decorators import access_page
from avhopp.access.requests import UserRequest
from avhopp.access.session_times import seconds_left
from avhopp.accounts import drafts


@access_page(None)
def session_time(request: UserRequest) -> HttpResponse:
    """How many seconds are left. Asking is no sign of life."""
    request.is_automatic = True  # type: ignore[attr-defined]
    return JsonResponse({"seconds": seconds_left(request.session, time.time())})


@access_page(None, WRITE)
def stay(request: UserRequest) -> HttpResponse:
    """ "Jag är kvar": the answer to the warning."""
    return JsonResponse({"seconds": seconds_left(request.session, time.time())})


@access_page(None, READ_WRITE)
def draft(request: UserRequest) -> HttpResponseBase:
    """GET: what is kept of a page's form. POST: keep it; `_path` says which page. It is no sign of life."""
    request.is_automatic = True  # type: ignore[attr-defined]
    path = request.POST.get("_path", request.GET.get("path", ""))
    if not _is_ours(path):
        return JsonResponse({}, status=404)
    if request.method != "POST":
        found = drafts.find(request.user, path, timezone.now())
        return JsonResponse(drafts.as_json(found) if found else {})
    fields = {name: values for name, values in request.POST.lists() if name != "_path"}
    saved = drafts.save(by=request.user, path=path, fields=fields, at=timezone.now())
    request.session["drafts"] = True
    return JsonResponse({"saved": saved is not None})


@access_page(None, WRITE)
def discard_draft(request: UserRequest) -> HttpResponse:
    drafts.discard(request.user, request.POST.get("_path", ""))
    return redirect("account")


def _is_ours(path: str) -> bool:
    """Whether it is the path of one of our pages, and no more."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return len(path) <= 300
