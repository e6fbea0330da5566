"""What every request of the social services' part passes: the second factor, and the drafts of sent forms."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from avhopp.access.context import acting
from avhopp.accounts.drafts import discard, has_drafts
from avhopp.accounts.proofs import has_second_factor

V = TypeVar("V", bound=Callable[..., Any])


def before_second_factor(view: V) -> V:
    """Marks a view that is reached on the way: sign-in, set-up, sign-out."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


class SecondFactorMiddleware:
    """django-allauth has no setting that forces a second factor; this does, for every role and every view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if getattr(view, "before_second_factor", False) or not request.user.is_authenticated:
            return None
        return None if has_second_factor(request) else redirect("set_up_factors")


class SentDraftsMiddleware:
    """A form that was accepted has no draft any more. Asks nothing of whoever has none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        was_accepted = request.method == "POST" and response.status_code == HTTPStatus.FOUND
        if was_accepted and request.user.is_authenticated and request.session.get("drafts"):
            with transaction.atomic(), acting(request.user):
                discard(request.user, request.path)
                request.session["drafts"] = has_drafts(request.user)
        return response
